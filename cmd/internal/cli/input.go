package cli

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"retryctl.dev/schema/manifest"
)

// An input is the files that a command reads.
type input struct {
	files     []string
	recursive bool
}

func (in *input) flags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVarP(&in.files, "filename", "f", nil, "`file`, folder or - for standard input, with policies and manifests; repeatable")
	cmd.Flags().BoolVarP(&in.recursive, "recursive", "R", false, "read folders with all folders below them")
	cmd.MarkFlagFilename("filename", "yaml", "yml", "json") //nolint:errcheck // the flag exists
}

// read gives every object of the files, in the order of the flags and, within a
// folder, of the names. Trouble with the text comes back as a *SyntaxError.
func (in *input) read(stdin io.Reader, args []string) ([]*manifest.Object, error) {
	names := slices.Concat(in.files, args)
	if len(names) == 0 {
		return nil, fmt.Errorf("nothing to read: give files with -f")
	}
	var objects []*manifest.Object
	for _, name := range names {
		found, err := in.one(name, stdin)
		if err != nil {
			return nil, err
		}
		objects = append(objects, found...)
	}
	return objects, nil
}

func (in *input) one(name string, stdin io.Reader) ([]*manifest.Object, error) {
	if name == "-" {
		return manifest.Read(stdin, "<stdin>")
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, reason(err))
	}
	if !info.IsDir() {
		return readFile(name)
	}
	var objects []*manifest.Object
	found := 0
	err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("read %s: %w", path, reason(err))
		}
		if entry.IsDir() {
			if path != name && (!in.recursive || strings.HasPrefix(entry.Name(), ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path)) {
			return nil
		}
		found++
		more, err := readFile(path)
		objects = append(objects, more...)
		return err
	})
	if err == nil && found == 0 {
		err = fmt.Errorf("read %s: no .yaml, .yml or .json file in the folder", name)
	}
	return objects, err
}

func readFile(name string) ([]*manifest.Object, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, reason(err))
	}
	if info.Mode().IsRegular() && info.Size() > manifest.MaxBytes {
		return nil, fmt.Errorf("read %s: larger than %d MiB, the most that is read from one file", name, manifest.MaxBytes>>20)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, reason(err))
	}
	defer f.Close()
	return manifest.Read(f, filepath.ToSlash(name))
}

// reason is what is wrong with a file, without its name, which the caller gives.
func reason(err error) error {
	if e, ok := err.(*fs.PathError); ok {
		return e.Err
	}
	return err
}
