package cli

import (
	"io"
	"regexp"

	"retryctl.dev/schema/manifest"
)

// component gives the files of a kustomize Component: new objects as resources,
// edits as JSON 6902 patches, since a strategic merge would replace the lists in
// which most edits are.
func component(below string, objects []*manifest.Object) []namedFile {
	kustomization := manifest.Map("apiVersion", "kustomize.config.k8s.io/v1alpha1", "kind", "Component")
	resources, patches := manifest.List(), manifest.List()
	var files []namedFile
	names := fileNames(objects)
	for n, o := range objects {
		if o.Original == nil {
			name := names[n] + ".yaml"
			resources.Append(name)
			files = append(files, namedFile{below + name, o.WriteYAML})
			continue
		}
		name := names[n] + ".patch.yaml"
		patches.Append(manifest.Map("path", name, "target", selector(o)))
		files = append(files, namedFile{below + name, manifest.Patch(o.Original, o).WriteYAML})
	}
	kustomization.Put("resources", resources) // if empty, too: kustomize refuses a file that says nothing
	if patches.Len() > 0 {
		kustomization.Put("patches", patches)
	}
	return append(files, namedFile{below + "kustomization.yaml", func(w io.Writer) error { return kustomization.WriteYAML(w) }})
}

// selector selects one object and no other. Its fields are regular expressions
// for a whole text, and one that is left out selects everything: so the core
// group is said to be empty, and an object without a namespace to be in default,
// as kustomize has it too.
func selector(o *manifest.Object) manifest.Value {
	id := o.ID()
	group := id.Group
	if group == "" {
		group = "^$"
	}
	return manifest.Map("group", group, "version", o.Version(), "kind", id.Kind,
		"name", regexp.QuoteMeta(id.Name), "namespace", id.Namespace)
}
