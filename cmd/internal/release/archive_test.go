package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var day = time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)

// packed writes what goreleaser makes for Linux, except for what change does.
func packed(t *testing.T, change func(n int, h *tar.Header)) string {
	t.Helper()
	var out bytes.Buffer
	compressed := gzip.NewWriter(&out)
	w := tar.NewWriter(compressed)
	for n, h := range []tar.Header{{Name: "LICENSE", Mode: 0o644}, {Name: "THIRD_PARTY_LICENSES", Mode: 0o644}, {Name: "retryctl", Mode: 0o755}} {
		h.Uname, h.Gname, h.ModTime, h.Size = "root", "root", day, 1
		change(n, &h)
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	compressed.Close()
	return written(t, "a.tar.gz", out.Bytes())
}

func written(t *testing.T, name string, content []byte) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestAnArchiveSaysNothingOfWhoPackedIt(t *testing.T) {
	for want, change := range map[string]func(n int, h *tar.Header){
		"":                    func(int, *tar.Header) {},
		`owner "1000:0 root:`: func(_ int, h *tar.Header) { h.Uid = 1000 },
		`owner "0:0 me:root"`: func(_ int, h *tar.Header) { h.Uname = "me" },
		"mode -rwx------":     func(_ int, h *tar.Header) { h.Mode = 0o700 },
		"is of 2026-11-24 06:00:01": func(n int, h *tar.Header) {
			h.ModTime = day.Add(time.Duration(n) * time.Second)
		},
		"holds ./LICENSE": func(_ int, h *tar.Header) { h.Name = "./" + h.Name },
	} {
		files, err := open(packed(t, change))
		if err != nil {
			t.Fatal(err)
		}
		err = tidy(files, platform{"linux", "amd64"})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestAFileTooManyIsFound(t *testing.T) {
	files, err := open(packed(t, func(int, *tar.Header) {}))
	if err != nil {
		t.Fatal(err)
	}
	if err := tidy(append(files, files[0]), platform{"linux", "amd64"}); err == nil {
		t.Error("an archive with four files passes")
	}
}

func TestAZipIsReadLikeATar(t *testing.T) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, mode := range map[string]fs.FileMode{"LICENSE": 0o644} {
		h := &zip.FileHeader{Name: name, Modified: day}
		h.SetMode(mode)
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	files, err := open(written(t, "a.zip", out.Bytes()))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	if f := files[0]; f.name != "LICENSE" || f.mode != 0o644 || !f.modified.Equal(day) || string(f.content) != "x" {
		t.Errorf("reads %v", f)
	}
}

func TestGzipMayNotSayWhenItWasMade(t *testing.T) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.ModTime = day
	w.Close()
	if _, err := open(written(t, "a.tar.gz", out.Bytes())); err == nil || !strings.Contains(err.Error(), "says when") {
		t.Errorf("gives %v", err)
	}
}
