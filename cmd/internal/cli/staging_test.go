package cli

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// holding gives a file of a folder that is to hold a text.
func holding(name, text string) namedFile {
	return namedFile{name, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }}
}

// contents gives every file of a folder by its name, hidden ones included.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(folder, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(name)
		short, _ := filepath.Rel(folder, name)
		files[filepath.ToSlash(short)] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestAChangeThatFailsTakesBackThoseBeforeIt has each of the changes fail, in a run that
// replaces a file, makes one and removes one.
func TestAChangeThatFailsTakesBackThoseBeforeIt(t *testing.T) {
	for failing := range 5 { // two files, the list, one that goes, and the list again
		folder := t.TempDir()
		if err := writeFolder(t.Context(), folder, []namedFile{holding("a.yaml", "1"), holding("b/gone.yaml", "1")}); err != nil {
			t.Fatal(err)
		}
		before := contents(t, folder)
		s := staging{folder: folder}
		sums, err := s.stage(t.Context(), []namedFile{holding("a.yaml", "2"), holding("c.yaml", "2")})
		if err != nil {
			t.Fatal(err)
		}
		o, err := newOutlet(folder, []namedFile{holding("a.yaml", "2"), holding("c.yaml", "2")}, nil)
		if err != nil || len(o.left) != 1 {
			t.Fatalf("left %v (%v)", o.left, err)
		}
		err = errors.Join(s.list(t.Context(), sums), o.removal(t.Context(), &s, sums))
		if err != nil || len(s.changes) != 5 {
			t.Fatalf("%d changes (%v)", len(s.changes), err)
		}
		// A file cannot take the place of a folder, nor of what is below a file.
		s.changes[failing].name = filepath.Join(folder, "a.yaml", "below")
		if s.changes[failing].staged == "" {
			s.changes[failing] = change{name: filepath.Join(folder, "b")}
			os.WriteFile(filepath.Join(folder, "b", ".keep"), nil, 0o600) //nolint:errcheck // read below
			before["b/.keep"] = ""
		}
		err = s.commit()
		s.close()
		if after := contents(t, folder); err == nil || !maps.Equal(before, after) {
			t.Errorf("change %d: error %v, and the folder has %v, before %v", failing, err, after, before)
		}
	}
}

func TestTwoRunsWriteOneFolderAfterEachOther(t *testing.T) {
	folder := t.TempDir()
	unlock, err := lock(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := writeFolder(ctx, folder, []namedFile{holding("a.yaml", "1")}); !errors.Is(err, context.DeadlineExceeded) {
		t.Skipf("folders cannot be locked here: %v", err)
	}
	if left := contents(t, folder); len(left) > 0 {
		t.Errorf("it has written %v", left)
	}
	done := make(chan error)
	go func() { done <- writeFolder(t.Context(), folder, []namedFile{holding("a.yaml", "1")}) }()
	unlock()
	if err := <-done; err != nil || contents(t, folder)["a.yaml"] != "1" {
		t.Errorf("error %v", err)
	}
}

func TestAnInventoryListsNothingElsewhere(t *testing.T) {
	folder := t.TempDir()
	sum := strings.Repeat("0", 64)
	text := "# a comment\n" + sum + "  ../up.yaml\n" + sum + "  /etc/hosts\n" + sum + " *binary.yaml\r\n" + sum + "  a/../b.yaml\n" + "short  c.yaml\n"
	if err := os.WriteFile(filepath.Join(folder, inventoryName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := readInventory(folder)
	if err != nil || len(list) != 2 || list["binary.yaml"] != sum || list["b.yaml"] != sum {
		t.Errorf("it lists %v (%v)", list, err)
	}
}

func TestNothingIsRemovedThroughALink(t *testing.T) {
	outside, folder := t.TempDir(), t.TempDir()
	kept := filepath.Join(outside, "x.yaml")
	if err := writeFolder(t.Context(), folder, []namedFile{holding("a/x.yaml", "1"), holding("y.yaml", "1")}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.RemoveAll(filepath.Join(folder, "a")), os.Symlink(outside, filepath.Join(folder, "a"))); err != nil {
		t.Skip("no links here")
	}
	o, err := newOutlet(folder, []namedFile{holding("y.yaml", "1")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.prune = true
	if err := o.write(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(kept); err != nil || len(o.findings()) != 1 {
		t.Errorf("%v, and it says %v", err, o.findings())
	}
}
