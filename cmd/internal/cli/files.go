package cli

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

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
	staged, err := stage(target, write)
	if err != nil {
		return fail(err)
	}
	if err := os.Rename(staged, target); err != nil {
		os.Remove(staged) //nolint:errcheck // the first error is the one to tell
		return fail(err)
	}
	return nil
}

// stage writes what is to become a file under another name beside it.
func stage(name string, write func(io.Writer) error) (staged string, err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
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
	if err := f.Sync(); err != nil { // some disks tell only now that they are full
		return "", err
	}
	return f.Name(), f.Close()
}
