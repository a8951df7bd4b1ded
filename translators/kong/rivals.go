package kong

import (
	"fmt"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong/api"
	"retryctl.dev/translators/rivals"
)

// fighting finds existing plugins that are on what a translation puts one of the
// same type on: an annotation that an object has in the cluster, and not in what is
// written, may be another tool's and stay.
func fighting(c gateway.Contest) finding.List {
	written, existing := manifest.NewSet(c.Written), manifest.NewSet(c.Existing)
	all := existing.With(written.All()...)
	var list finding.List
	for _, o := range written.All() {
		old := existing.Get(o.ID())
		if old == nil {
			continue
		}
		for _, id := range append(annotated(o), filtering(o)...) {
			ours := written.Get(id)
			if ours == nil {
				continue
			}
			for _, other := range annotated(old) {
				p := find(all, other)
				if p == nil || p.ID() == ours.ID() || p.At("plugin").Text() != ours.At("plugin").Text() || written.Get(other) != nil {
					continue
				}
				list.Add(rivals.Beside(p, ours, fmt.Sprintf("%s, a %s", o.ID(), ours.At("plugin").Text()),
					"two plugins of one type in one place make Kong refuse its whole configuration (uniqueness violation)"))
			}
		}
	}
	return list
}

func find(all *manifest.Set, id manifest.ID) *manifest.Object {
	if o := all.Get(id); o != nil {
		return o
	}
	return all.Get(manifest.ID{Group: api.Group, Kind: api.ClusterKind, Namespace: manifest.DefaultNamespace, Name: id.Name})
}

// annotated gives the plugins that an object's annotation names.
func annotated(o *manifest.Object) []manifest.ID {
	var ids []manifest.ID
	text, _ := o.Annotation(api.PluginsKey)
	for _, name := range strings.Split(text, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		namespace, short, ok := strings.Cut(name, ":")
		if !ok {
			namespace, short = o.ID().Namespace, name
		}
		ids = append(ids, manifest.ID{Group: api.Group, Kind: api.PluginKind, Namespace: namespace, Name: short})
	}
	return ids
}

// filtering gives the plugins that the filters of a route's rules name.
func filtering(o *manifest.Object) []manifest.ID {
	var ids []manifest.ID
	for _, rule := range o.At("spec", "rules").Items() {
		for _, f := range rule.At("filters").Items() {
			if ref := f.At("extensionRef"); ref.At("kind").Text() == api.PluginKind {
				ids = append(ids, manifest.ID{Group: api.Group, Kind: api.PluginKind, Namespace: o.ID().Namespace, Name: ref.At("name").Text()})
			}
		}
	}
	return ids
}
