package cli

import (
	"io"

	"retryctl.dev/schema/manifest"
)

// component gives the files of a kustomize Component: new objects as resources,
// edits as JSON 6902 patches, since a strategic merge would replace the lists in
// which most edits are.
func component(below string, objects []*manifest.Object) []namedFile {
	kustomization := manifest.Map("apiVersion", "kustomize.config.k8s.io/v1alpha1", "kind", "Component")
	resources, patches := manifest.List(), manifest.List()
	var files []namedFile
	for _, o := range objects {
		if o.Original == nil {
			f := objectFile("", o, "yaml")
			resources.Append(f.name)
			files = append(files, namedFile{below + f.name, f.write})
			continue
		}
		name := fileName(o) + ".patch.yaml"
		id := o.ID()
		target := manifest.Map("kind", id.Kind, "name", id.Name)
		if id.Group != "" {
			target = manifest.Map("group", id.Group, "version", o.Version(), "kind", id.Kind, "name", id.Name)
		}
		if o.RawNamespace() != "" {
			target.Put("namespace", id.Namespace)
		}
		patches.Append(manifest.Map("path", name, "target", target))
		patch := manifest.Patch(o.Original, o)
		files = append(files, namedFile{below + name, patch.WriteYAML})
	}
	if resources.Len() > 0 {
		kustomization.Put("resources", resources)
	}
	if patches.Len() > 0 {
		kustomization.Put("patches", patches)
	}
	return append(files, namedFile{below + "kustomization.yaml", func(w io.Writer) error { return kustomization.WriteYAML(w) }})
}
