package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// A namedFile is one file of a folder to write.
type namedFile struct {
	name  string // below the folder, with slashes
	write func(io.Writer) error
}

// writeFolder writes every file or none: all are staged before the first is
// renamed, and what stands in the way of a rename is looked for before that.
func writeFolder(ctx context.Context, folder string, files []namedFile) error {
	s := staging{folder: folder}
	err := s.stageAll(ctx, files)
	if err == nil {
		err = s.renameAll()
	}
	if err != nil {
		s.discard()
	}
	return err
}

// staging is a folder on its way out.
type staging struct {
	folder  string
	made    []string    // folders that were not there, the outer ones first
	renames [][2]string // from and to
}

func (s *staging) stageAll(ctx context.Context, files []namedFile) error {
	names := map[string]bool{}
	if err := s.mkdir(s.folder); err != nil {
		return err
	}
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		name := filepath.Join(s.folder, filepath.FromSlash(file.name))
		if names[name] {
			return fmt.Errorf("write %s: two objects would be this file", name)
		}
		names[name] = true
		if err := s.mkdir(filepath.Dir(name)); err != nil {
			return err
		}
		if info, err := os.Lstat(name); err == nil && info.IsDir() {
			return fmt.Errorf("write %s: a folder of this name is there", name)
		}
		staged, err := stage(name, file.write)
		if err != nil {
			return fmt.Errorf("write %s: %w", name, reason(err))
		}
		s.renames = append(s.renames, [2]string{staged, name})
	}
	return ctx.Err()
}

// mkdir makes a folder and those above it, and remembers which were missing.
func (s *staging) mkdir(folder string) error {
	var missing []string
	for at := folder; ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			break
		}
		missing = append(missing, at)
	}
	slices.Reverse(missing)
	for _, one := range missing {
		if err := os.Mkdir(one, 0o755); err != nil {
			return fmt.Errorf("write %s: %w", one, reason(err))
		}
		s.made = append(s.made, one)
	}
	if info, err := os.Stat(folder); err == nil && !info.IsDir() {
		return fmt.Errorf("write %s: it is a file, and a folder is wanted", folder)
	}
	return nil
}

func (s *staging) renameAll() error {
	for len(s.renames) > 0 {
		from, to := s.renames[0][0], s.renames[0][1]
		if err := os.Rename(from, to); err != nil {
			return fmt.Errorf("write %s: %w", to, reason(err))
		}
		s.renames = s.renames[1:]
	}
	return nil
}

// discard takes back what is staged, and the folders made for it.
func (s *staging) discard() {
	for _, r := range s.renames {
		os.Remove(r[0]) //nolint:errcheck // the first error is the one to tell
	}
	for _, folder := range slices.Backward(s.made) {
		os.Remove(folder) //nolint:errcheck // as above; one that is in use stays
	}
}
