package cli

import (
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// A kustomization is the fields of one that name patches.
type kustomization struct {
	Patches   []patchFile `yaml:"patches"`
	Strategic []string    `yaml:"patchesStrategicMerge"`
	JSON      []patchFile `yaml:"patchesJson6902"`
}

type patchFile struct {
	Path string `yaml:"path"`
}

// patches are the files that kustomizations name as patches, by the folders of these,
// as far as they were looked into.
type patches map[string]map[string]bool

// has tells whether a kustomization names a file as a patch: one in its own folder or
// above it, as kustomize wants files below the kustomization. A patch of an object
// lacks most fields, and says nothing until kustomize has applied it.
func (p *patches) has(name string) bool {
	if *p == nil {
		*p = patches{}
	}
	name = filepath.Clean(filepath.FromSlash(name))
	for folder := filepath.Dir(name); ; folder = filepath.Dir(folder) {
		files, known := (*p)[folder]
		if !known {
			files = patchesOf(folder)
			(*p)[folder] = files
		}
		if files[name] {
			return true
		}
		if folder == filepath.Dir(folder) {
			return false
		}
	}
}

// patchesOf gives the patches that the kustomization of a folder names. A kustomization
// that cannot be read names none.
func patchesOf(folder string) map[string]bool {
	files := map[string]bool{}
	for _, file := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		raw, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			continue
		}
		var k kustomization
		yaml.Unmarshal(raw, &k) //nolint:errcheck // what could be read of it counts
		for _, name := range k.Strategic {
			files[filepath.Join(folder, filepath.FromSlash(name))] = true
		}
		for _, patch := range append(k.Patches, k.JSON...) {
			files[filepath.Join(folder, filepath.FromSlash(patch.Path))] = true
		}
	}
	return files
}
