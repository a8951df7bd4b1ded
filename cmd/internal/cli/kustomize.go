package cli

import (
	"io"
	"regexp"

	"retryctl.dev/schema/manifest"
)

// component gives the files of a kustomize Component: new objects as resources,
// edits as JSON 6902 patches, since a strategic merge would replace the lists in
// which most edits are. Annotations are merged: a base may add others to an object
// that had none when it was read, and a JSON patch would put a mapping in their place.
// One that is taken out is an operation, since of a null kustomize 5.8 makes "null".
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
		patch := func(name string, write func(io.Writer) error) {
			patches.Append(manifest.Map("path", name, "target", selector(o)))
			files = append(files, namedFile{below + name, write})
		}
		ops := manifest.Patch(withoutAnnotations(o.Original), withoutAnnotations(o))
		set, gone := annotationsOf(o)
		for _, key := range gone {
			ops.Append(manifest.Map("op", "remove", "path", "/metadata/annotations/"+manifest.Pointer(key)))
		}
		if ops.Len() > 0 {
			patch(names[n]+".patch.yaml", ops.WriteYAML)
		}
		if set.Len() > 0 {
			patch(names[n]+".annotations.yaml", merging(o, set).WriteYAML)
		}
	}
	kustomization.Put("resources", resources) // if empty, too: kustomize refuses a file that says nothing
	if patches.Len() > 0 {
		kustomization.Put("patches", patches)
	}
	return append(files, namedFile{below + "kustomization.yaml", func(w io.Writer) error { return kustomization.WriteYAML(w) }})
}

func withoutAnnotations(o *manifest.Object) *manifest.Object {
	c := o.Clone()
	c.At("metadata").Remove("annotations")
	return c
}

// annotationsOf gives the annotations that an edit sets, as a mapping, and the keys of
// those that it takes out.
func annotationsOf(o *manifest.Object) (set manifest.Value, gone []string) {
	was, now := o.Original.At("metadata", "annotations"), o.At("metadata", "annotations")
	set = manifest.Map()
	for key := range was.Fields() {
		if !now.At(key.Text()).Written() {
			gone = append(gone, key.Text())
		}
	}
	for key, value := range now.Fields() {
		if !value.Equal(was.At(key.Text())) {
			set.Put(key.Text(), value.Copy())
		}
	}
	return set, gone
}

// merging gives a patch that merges annotations into an object.
func merging(o *manifest.Object, annotations manifest.Value) *manifest.Object {
	patch := manifest.New(o.At("apiVersion").Text(), o.ID().Kind, o.RawNamespace(), o.ID().Name)
	patch.At("metadata").Put("annotations", annotations)
	return patch
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
