package kong

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
)

// plugins finds the plugins that hold for a rule.
type plugins struct{ world *manifest.Set }

// A holder is what plugins are on: an object by its annotation and, of an
// HTTPRoute, one rule by its filters.
type holder struct {
	object *manifest.Object
	rule   manifest.Value
}

// names gives the plugins that a holder refers to, in the order of the text.
func (h holder) names() []manifest.ID {
	if h.object == nil {
		return nil
	}
	return append(annotated(h.object), filtering(h.object, h.rule)...)
}

// annotated gives the plugins that an object's annotation names.
func annotated(o *manifest.Object) []manifest.ID {
	var ids []manifest.ID
	text, _ := o.Annotation(pluginsKey)
	for _, item := range list(text) {
		namespace, name, ok := strings.Cut(item, ":")
		if !ok {
			namespace, name = o.ID().Namespace, item
		}
		ids = append(ids, pluginID(namespace, name))
	}
	return ids
}

// filtering gives the plugins that the filters of an HTTPRoute's rule name.
func filtering(o *manifest.Object, rule manifest.Value) []manifest.ID {
	var ids []manifest.ID
	for _, f := range rule.At("filters").Items() {
		ref := f.At("extensionRef")
		if f.At("type").Text() == "ExtensionRef" && ref.At("group").Text() == group && ref.At("kind").Text() == pluginKind {
			ids = append(ids, pluginID(o.ID().Namespace, ref.At("name").Text()))
		}
	}
	return ids
}

func pluginID(namespace, name string) manifest.ID {
	return manifest.ID{Group: group, Kind: pluginKind, Namespace: namespace, Name: name}
}

// get finds a plugin; the annotation names those of the cluster as well.
func (p plugins) get(id manifest.ID) *manifest.Object {
	if o := p.world.Get(id); o != nil {
		return o
	}
	return p.world.Get(manifest.ID{Group: group, Kind: clusterKind, Namespace: manifest.DefaultNamespace, Name: id.Name})
}

// on gives the plugins of a type on a holder. One that is named twice, as by the
// annotation and by a filter, is two for Kong.
func (p plugins) on(h holder, plugin string) []*manifest.Object {
	var found []*manifest.Object
	for _, id := range h.names() {
		if o := p.get(id); o != nil && o.At("plugin").Text() == plugin {
			found = append(found, o)
		}
	}
	return found
}

func enabled(o *manifest.Object) bool {
	disabled, _ := o.At("disabled").Bool()
	return !disabled
}

// off gives a plugin with code on a rule's requests that is disabled, nil for none.
func (p plugins) off(route, service holder) *manifest.Object {
	for _, h := range []holder{route, service} {
		for _, plugin := range []string{preFunction, postFunction} {
			for _, o := range p.on(h, plugin) {
				if !enabled(o) {
					return o
				}
			}
		}
	}
	return nil
}

// missing gives the plugins of a holder that are not in the input.
func (p plugins) missing(h holder) []manifest.ID {
	var ids []manifest.ID
	for _, id := range h.names() {
		if p.get(id) == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// global gives the plugins of a type that hold where nothing nearer does.
func (p plugins) global(plugin string) []*manifest.Object {
	var found []*manifest.Object
	for _, o := range p.world.Kind(group, clusterKind) {
		if o.At("metadata", "labels", "global").Text() == "true" && o.At("plugin").Text() == plugin {
			found = append(found, o)
		}
	}
	return found
}

// holding gives the one instance of a plugin that acts on a rule's requests: the
// route's, else the Service's, else the global one. Two in one place are a problem
// for all of Kong.
func (p plugins) holding(plugin string, route, service holder) (o *manifest.Object, problem string) {
	for _, found := range [][]*manifest.Object{p.on(route, plugin), p.on(service, plugin), p.global(plugin)} {
		if len(found) > 1 {
			problem = fmt.Sprintf("%s and %s are both a %s for the same requests: Kong refuses its whole configuration", found[0].ID(), found[1].ID(), plugin)
		}
		if at := slices.IndexFunc(found, enabled); at >= 0 {
			return found[at], problem
		}
	}
	return nil, ""
}

// plain reports whether all of a plugin's configuration is in its object and is
// for every request over the protocols.
func plain(o *manifest.Object, protocols ...string) bool {
	for _, key := range []string{"configFrom", "configPatches", "consumerRef"} {
		if o.At(key).Exists() {
			return false
		}
	}
	named := o.At("protocols")
	for _, protocol := range protocols {
		there := named.Len() == 0
		for _, v := range named.Items() {
			there = there || v.Text() == protocol
		}
		if !there {
			return false
		}
	}
	return true
}

// access gives the code that a plugin runs for a request before it is sent on.
func access(o *manifest.Object) []string {
	var code []string
	for _, v := range o.At("config", "access").Items() {
		code = append(code, v.Text())
	}
	return code
}

// late reports whether a plugin would set retries when it is too late for that,
// which breaks the response.
func late(o *manifest.Object) bool {
	for _, phase := range []string{"header_filter", "body_filter", "log"} {
		for _, v := range o.At("config", phase).Items() {
			if touches(v.Text()) {
				return true
			}
		}
	}
	return false
}

// judge gives what the code of a rule's plugins makes of a request.
func (s sandbox) judge(functions []*manifest.Object, method string, protocols ...string) verdict {
	var v verdict
	for _, o := range functions {
		if !plain(o, protocols...) || late(o) {
			v.unclear = true
		}
		before := v
		v.retries, v.connect, v.read = behavior.Setting[int]{}, behavior.Setting[time.Duration]{}, behavior.Setting[time.Duration]{}
		for _, code := range access(o) {
			s.run(code, method, &v)
		}
		if v.number = o.ID().String(); v.retries.State == behavior.Unset {
			v.retries, v.number = before.retries, before.number
		}
		if v.bounds = o.ID().String(); v.read.State == behavior.Unset {
			v.connect, v.read, v.bounds = before.connect, before.read, before.bounds
		}
	}
	return v
}
