package cli

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// folder reads the manifests of a folder, those at its top first. Links to files
// are followed, as ConfigMap volumes are made of them; links to folders are not,
// so that a folder is never read without end. What retryctl has written is left
// alone, unless it is all that there is in a folder that it was asked to write.
func (r *reading) folder(name string) error {
	before, passedOver := r.ours, len(r.selection.ours)
	found, err := r.entries(name)
	if _, written := r.ours[filepath.Join(name, inventoryName)]; err == nil && !found && written {
		whole := r.whole
		r.ours, r.whole, r.selection.ours = before, true, r.selection.ours[:passedOver]
		found, err = r.entries(name)
		r.whole = whole
	}
	if err == nil && !found && !r.allowEmpty {
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
	if err := r.list(folder); err != nil {
		return false, err
	}
	for _, entry := range entries {
		name := filepath.Join(folder, entry.Name())
		if entry.IsDir() || !isManifest(entry.Name()) {
			continue
		}
		if list := r.ours[name]; list != "" {
			r.selection.ours = append(r.selection.ours, filepath.ToSlash(list))
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
		if err := r.file(name, info, true); err != nil {
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

// list remembers the files that the inventory of a folder lists, and its own name.
func (r *reading) list(folder string) error {
	if r.whole {
		return nil
	}
	list, err := readInventory(folder)
	if err != nil || len(list) == 0 {
		return err
	}
	r.ours = maps.Clone(r.ours)
	if r.ours == nil {
		r.ours = map[string]string{}
	}
	file := filepath.Join(folder, inventoryName)
	r.ours[file] = file
	for name := range list {
		r.ours[filepath.Join(folder, filepath.FromSlash(name))] = file
	}
	return nil
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
