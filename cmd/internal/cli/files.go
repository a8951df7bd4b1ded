package cli

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// stagedFiles are the names of files on their way to their own, and of what stood
// there before while that may have to be put back.
const stagedFiles = ".retryctl-*.staged"

// writeFile writes a file as a whole or not at all: to another name beside it
// first, which is then renamed. What is no regular file, such as /dev/null, is
// written to and stays what it is.
func writeFile(name string, write func(io.Writer) error) error {
	fail := func(err error) error { return fmt.Errorf("write %s: %w", name, reason(err)) }
	target := name
	if real, err := filepath.EvalSymlinks(name); err == nil {
		target = real
	}
	if info, err := os.Stat(target); err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(target, os.O_WRONLY, 0)
		if err != nil {
			return fail(err)
		}
		if err := cmp.Or(write(f), f.Close()); err != nil {
			return fail(err)
		}
		return nil
	}
	unlock, err := lock(context.Background(), filepath.Dir(target))
	if err != nil {
		return fail(err)
	}
	defer unlock()
	clearStaged(filepath.Dir(target))
	staged, err := stage(filepath.Dir(target), write)
	if err != nil {
		return fail(err)
	}
	if err := syncFile(staged); err != nil {
		os.Remove(staged) //nolint:errcheck // the first error is the one to tell
		return fail(err)
	}
	if err := os.Rename(staged, target); err != nil {
		os.Remove(staged) //nolint:errcheck // the first error is the one to tell
		return fail(err)
	}
	return nil
}

// syncFile waits until a file is on the disk: some tell only then that they are full.
func syncFile(name string) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return cmp.Or(f.Sync(), f.Close())
}

// stage writes what is to become a file of a folder under another name there. It is for
// the caller to have it synced.
func stage(folder string, write func(io.Writer) error) (staged string, err error) {
	f, err := os.CreateTemp(folder, stagedFiles)
	if err != nil {
		return "", err
	}
	done := false // it may end in a panic
	defer func() {
		if !done {
			f.Close()           //nolint:errcheck // the first error is the one to tell
			os.Remove(f.Name()) //nolint:errcheck // as above
		}
	}()
	buffered := bufio.NewWriter(f)
	if err := write(buffered); err != nil {
		return "", err
	}
	if err := buffered.Flush(); err != nil {
		return "", err
	}
	if err := f.Chmod(0o644); err != nil {
		return "", err
	}
	if err := f.Close(); err != nil {
		return "", err
	}
	done = true
	return f.Name(), nil
}

// clearStaged removes what a run that was killed has left in a folder. The folder is
// locked, so that nothing of a run that goes on is among it.
func clearStaged(folder string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if match, _ := filepath.Match(stagedFiles, entry.Name()); match && entry.Type().IsRegular() {
			os.Remove(filepath.Join(folder, entry.Name())) //nolint:errcheck // it is in nobody's way
		}
	}
}
