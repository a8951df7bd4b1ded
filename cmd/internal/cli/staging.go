package cli

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// A namedFile is one file of a folder to write.
type namedFile struct {
	name  string // below the folder, with slashes
	write func(io.Writer) error
}

// A change is a file of a folder that is replaced or, with nothing staged, removed.
type change struct {
	name, staged string
	before       string // where what stood there is kept until all is done; empty for nothing
	done         bool
}

// staging is a folder on its way out: every change is made, or none. All files are
// staged before the first is renamed, what stands in the way of a rename is looked for
// before that, and a change that fails takes back those that were made.
type staging struct {
	folder  string
	made    []string // folders that were not there, the outer ones first
	locked  map[string]func()
	changes []change
}

// close takes back everything that is not done, and lets go of the folders.
func (s *staging) close() {
	for _, c := range slices.Backward(s.changes) {
		os.Remove(c.staged) //nolint:errcheck // the first error is the one to tell
	}
	for _, unlock := range s.locked {
		unlock()
	}
	for _, folder := range slices.Backward(s.made) {
		os.Remove(folder) //nolint:errcheck // as above; one that is in use stays
	}
}

// stage stages files, and gives the sums of what they hold.
func (s *staging) stage(ctx context.Context, files []namedFile) (inventory, error) {
	sums := inventory{}
	if err := s.enter(ctx, s.folder); err != nil {
		return nil, err
	}
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		name := filepath.Join(s.folder, filepath.FromSlash(file.name))
		if _, twice := sums[file.name]; twice {
			return nil, fmt.Errorf("write %s: two objects would be this file", name)
		}
		if err := s.enter(ctx, filepath.Dir(name)); err != nil {
			return nil, err
		}
		if info, err := os.Lstat(name); err == nil && info.IsDir() {
			return nil, fmt.Errorf("write %s: a folder of this name is there", name)
		}
		sum := sha256.New()
		staged, err := stage(filepath.Dir(name), func(w io.Writer) error { return file.write(io.MultiWriter(w, sum)) })
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", name, reason(err))
		}
		s.changes = append(s.changes, change{name: name, staged: staged})
		sums[file.name] = fmt.Sprintf("%x", sum.Sum(nil))
	}
	return sums, ctx.Err()
}

// enter makes a folder and those above it, remembers which were missing, and keeps
// it to this run.
func (s *staging) enter(ctx context.Context, folder string) error {
	if s.locked[folder] != nil {
		return nil
	}
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
	unlock, err := lock(ctx, folder)
	if err != nil {
		return err
	}
	if s.locked == nil {
		s.locked = map[string]func(){}
	}
	s.locked[folder] = unlock
	clearStaged(folder)
	return nil
}

// remove has a file removed along with the other changes.
func (s *staging) remove(ctx context.Context, name string) error {
	if err := s.enter(ctx, filepath.Dir(name)); err != nil {
		return err
	}
	s.changes = append(s.changes, change{name: name})
	return nil
}

// sync waits until what is staged is on the disk.
func (s *staging) sync() error {
	var files []string
	for _, c := range s.changes {
		if c.staged != "" {
			files = append(files, c.staged)
		}
	}
	if err := syncFolders(slices.Sorted(maps.Keys(s.locked)), files); err != nil {
		return fmt.Errorf("write %s: %w", s.folder, reason(err))
	}
	return nil
}

// syncEach waits for files one by one.
func syncEach(files []string) error {
	for _, name := range files {
		if err := syncFile(name); err != nil {
			return err
		}
	}
	return nil
}

// commit makes the changes, in their order, once all that is staged is on the disk.
func (s *staging) commit() error {
	if err := s.sync(); err != nil {
		return err
	}
	for n := range s.changes {
		if err := s.changes[n].make(); err != nil {
			for _, c := range slices.Backward(s.changes[:n+1]) {
				c.undo()
			}
			return fmt.Errorf("write %s: %w", s.changes[n].name, reason(err))
		}
	}
	for _, c := range s.changes {
		if c.before != "" {
			os.Remove(c.before) //nolint:errcheck // the next run finds it
		}
	}
	s.changes, s.made = nil, nil
	return nil
}

func (c *change) make() error {
	_, err := os.Lstat(c.name)
	switch {
	case err == nil:
		err = c.replace()
	case c.staged == "":
		return nil // it is gone already
	default:
		err = os.Rename(c.staged, c.name)
	}
	c.done = err == nil
	return err
}

// replace keeps what is there under the name of before. Of a file that another one
// takes the place of that is a second link or a copy, so that there always is one.
func (c *change) replace() error {
	f, err := os.CreateTemp(filepath.Dir(c.name), stagedFiles)
	if err != nil {
		return err
	}
	f.Close() //nolint:errcheck // nothing was written
	if c.before = f.Name(); c.staged == "" {
		return os.Rename(c.name, c.before)
	}
	os.Remove(c.before) //nolint:errcheck // it is empty, and a link needs a free name
	if os.Link(c.name, c.before) != nil {
		raw, err := os.ReadFile(c.name)
		if err == nil {
			err = os.WriteFile(c.before, raw, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return os.Rename(c.staged, c.name)
}

// undo puts back what stood there before a change, if it was made.
func (c *change) undo() {
	switch {
	case !c.done:
		os.Remove(c.before) //nolint:errcheck // the first error is the one to tell
	case c.before == "":
		os.Remove(c.name) //nolint:errcheck // as above
	default:
		os.Rename(c.before, c.name) //nolint:errcheck // as above
	}
}
