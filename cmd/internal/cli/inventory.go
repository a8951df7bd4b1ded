package cli

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// inventoryName is the file in a folder that lists what retryctl has written there,
// in the form of sha256sum, which can check it.
const inventoryName = ".retryctl.sha256"

// An inventory is the files that retryctl has written to a folder and below it, by
// their paths from there, with slashes, and the sums of what it wrote.
type inventory map[string]string

// inventoryLine is a sum and a name, of a text or, with *, of a binary file.
var inventoryLine = regexp.MustCompile(`^([0-9a-f]{64}) [ *](.+)$`)

// readInventory reads the inventory of a folder; one that is not there is empty.
// Lines that are something else, as a merge may leave them, list nothing, and so do
// names that are not below the folder.
func readInventory(folder string) (inventory, error) {
	name := filepath.Join(folder, inventoryName)
	raw, err := os.ReadFile(name)
	if err != nil && isFolder(folder) && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w", name, reason(err))
	}
	list := inventory{}
	for line := range strings.Lines(string(raw)) {
		if m := inventoryLine.FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil && filepath.IsLocal(filepath.FromSlash(m[2])) {
			list[path.Clean(m[2])] = m[1]
		}
	}
	return list, nil
}

func (list inventory) write(w io.Writer) error {
	for _, name := range slices.Sorted(maps.Keys(list)) {
		if _, err := fmt.Fprintf(w, "%s  %s\n", list[name], name); err != nil {
			return err
		}
	}
	return nil
}

// A leftover is a file that an earlier run has written to a folder and this one does
// not write.
type leftover struct {
	name    string // as in the inventory
	sum     string
	changed bool // it holds something else by now, or cannot be read
}

// leftovers gives the files of an inventory that are still there and not among those
// to write. What an inventory of a folder further below lists is that folder's.
func (list inventory) leftovers(folder string, files []namedFile) ([]leftover, error) {
	anew := map[string]bool{}
	for _, file := range files {
		anew[file.name] = true
	}
	nearer := map[string]inventory{}
	var left []leftover
	for _, name := range slices.Sorted(maps.Keys(list)) {
		if anew[name] {
			continue
		}
		owned, err := listedBelow(folder, name, nearer)
		if err != nil {
			return nil, err
		}
		sum, there := sumOf(folder, name)
		if there && !owned {
			left = append(left, leftover{name, list[name], sum != list[name]})
		}
	}
	return left, nil
}

// listedBelow tells whether the inventory of a folder between a file and the folder
// that lists it lists it as well. It remembers the inventories that it reads.
func listedBelow(folder, name string, read map[string]inventory) (bool, error) {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		list, known := read[dir]
		if !known {
			var err error
			if list, err = readInventory(filepath.Join(folder, filepath.FromSlash(dir))); err != nil {
				return false, err
			}
			read[dir] = list
		}
		if _, listed := list[strings.TrimPrefix(name, dir+"/")]; listed {
			return true, nil
		}
	}
	return false, nil
}

// sumOf gives the sum of a file in a folder and whether there is one. It does not
// follow links out of the folder.
func sumOf(folder, name string) (sum string, there bool) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return "", false
	}
	defer root.Close()
	info, err := root.Lstat(filepath.FromSlash(name))
	if err != nil {
		return "", !errors.Is(err, fs.ErrNotExist)
	}
	if !info.Mode().IsRegular() {
		return "", true
	}
	raw, err := root.ReadFile(filepath.FromSlash(name))
	if err != nil {
		return "", true
	}
	return fmt.Sprintf("%x", sha256.Sum256(raw)), true
}
