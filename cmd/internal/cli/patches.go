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

// isPatch tells whether a kustomization names a file as a patch: one in its own
// folder or above it, as kustomize wants files below the kustomization. A patch of a
// policy lacks most fields, and says nothing until kustomize has applied it.
func isPatch(name string) bool {
	name = filepath.Clean(filepath.FromSlash(name))
	for folder := filepath.Dir(name); ; folder = filepath.Dir(folder) {
		for _, file := range patchesOf(folder) {
			if filepath.Join(folder, filepath.FromSlash(file)) == name {
				return true
			}
		}
		if folder == filepath.Dir(folder) {
			return false
		}
	}
}

// patchesOf gives the patches that the kustomization of a folder names, by their
// paths from there. A kustomization that cannot be read names none.
func patchesOf(folder string) []string {
	var names []string
	for _, file := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		raw, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			continue
		}
		var k kustomization
		yaml.Unmarshal(raw, &k) //nolint:errcheck // what could be read of it counts
		names = append(names, k.Strategic...)
		for _, patch := range append(k.Patches, k.JSON...) {
			names = append(names, patch.Path)
		}
	}
	return names
}
