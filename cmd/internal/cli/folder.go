package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// folder reads the manifests of a folder, those at its top first. Links to files
// are followed, as ConfigMap volumes are made of them; links to folders are not,
// so that a folder is never read without end.
func (r *reading) folder(name string) error {
	found, err := r.entries(name)
	if err == nil && !found {
		hint := ""
		if !r.recursive {
			hint = "; -R reads the folders below it too"
		}
		err = fmt.Errorf("read %s: no .yaml, .yml or .json file in the folder%s", name, hint)
	}
	return err
}

func (r *reading) entries(folder string) (found bool, err error) {
	entries, err := os.ReadDir(folder) // by name
	if err != nil {
		return false, fmt.Errorf("read %s: %w", folder, reason(err))
	}
	for _, entry := range entries {
		name := filepath.Join(folder, entry.Name())
		if entry.IsDir() || !isManifest(entry.Name()) {
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return false, fmt.Errorf("read %s: %w", name, reason(err))
		}
		if !info.Mode().IsRegular() { // a pipe would be waited for
			continue
		}
		found = true
		if err := r.file(name, info); err != nil {
			return false, err
		}
	}
	for _, entry := range entries {
		if !r.recursive || !entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		below, err := r.entries(filepath.Join(folder, entry.Name()))
		if err != nil {
			return false, err
		}
		found = found || below
	}
	return found, nil
}

// isManifest leaves out hidden files, which editors and other tools put there.
func isManifest(name string) bool {
	return !strings.HasPrefix(name, ".") && slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(name))
}

// reason is what is wrong with a file, without its name, which the caller gives.
func reason(err error) error {
	switch e := err.(type) {
	case *fs.PathError:
		return e.Err
	case *os.LinkError:
		return e.Err
	}
	return err
}
