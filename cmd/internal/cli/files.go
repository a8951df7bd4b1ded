package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// writeFile writes a file as a whole or not at all: to another name beside it
// first, which is then renamed.
func writeFile(name string, write func(io.Writer) error) error {
	staged, err := stage(name, write)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, reason(err))
	}
	if err := os.Rename(staged, name); err != nil {
		os.Remove(staged) //nolint:errcheck // the first error is the one to tell
		return fmt.Errorf("write %s: %w", name, reason(err))
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
	if err := f.Sync(); err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}

// A namedFile is one file of a folder to write.
type namedFile struct {
	name  string // below the folder, with slashes
	write func(io.Writer) error
}

// writeFolder writes every file or none: all are staged before the first is
// renamed.
func writeFolder(folder string, files []namedFile) error {
	var staged []string
	discard := func() {
		for _, s := range staged {
			os.Remove(s) //nolint:errcheck // nothing is left to do about it
		}
	}
	for _, file := range files {
		name := filepath.Join(folder, filepath.FromSlash(file.name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			discard()
			return fmt.Errorf("write %s: %w", name, reason(err))
		}
		s, err := stage(name, file.write)
		if err != nil {
			discard()
			return fmt.Errorf("write %s: %w", name, reason(err))
		}
		staged = append(staged, s)
	}
	for n, file := range files {
		name := filepath.Join(folder, filepath.FromSlash(file.name))
		if err := os.Rename(staged[n], name); err != nil {
			staged = staged[n:]
			discard()
			return fmt.Errorf("write %s: %w", name, reason(err))
		}
	}
	return nil
}
