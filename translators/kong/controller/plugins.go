package controller

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/kong/api"
)

// Plugins finds the plugins that hold for a rule.
type Plugins struct{ World *manifest.Set }

// A PluginTarget is what plugins are on: an object by its annotation and, of an
// HTTPRoute, one rule by its filters.
type PluginTarget struct {
	Object *manifest.Object
	Rule   manifest.Value
}

// names gives the plugins that a target refers to, in the order of the text.
func (h PluginTarget) names() []manifest.ID {
	if h.Object == nil {
		return nil
	}
	return append(Annotated(h.Object), Filtering(h.Object, h.Rule)...)
}

// Annotated gives the plugins that an object's annotation names.
func Annotated(o *manifest.Object) []manifest.ID {
	var ids []manifest.ID
	text, _ := o.Annotation(api.PluginsKey)
	for _, item := range api.List(text) {
		namespace, name, ok := strings.Cut(item, ":")
		if !ok {
			namespace, name = o.ID().Namespace, item
		}
		ids = append(ids, PluginID(namespace, name))
	}
	return ids
}

// Filtering gives the plugins that the filters of an HTTPRoute's rule name.
func Filtering(o *manifest.Object, rule manifest.Value) []manifest.ID {
	var ids []manifest.ID
	for _, f := range rule.At("filters").Items() {
		ref := f.At("extensionRef")
		if f.At("type").Text() == "ExtensionRef" && ref.At("group").Text() == api.Group && ref.At("kind").Text() == api.PluginKind {
			ids = append(ids, PluginID(o.ID().Namespace, ref.At("name").Text()))
		}
	}
	return ids
}

// PluginID names a KongPlugin.
func PluginID(namespace, name string) manifest.ID {
	return manifest.ID{Group: api.Group, Kind: api.PluginKind, Namespace: namespace, Name: name}
}

// Get finds a plugin; the annotation names those of the cluster as well.
func (p Plugins) Get(id manifest.ID) *manifest.Object {
	if o := p.World.Get(id); o != nil {
		return o
	}
	return p.World.Get(manifest.ID{Group: api.Group, Kind: api.ClusterKind, Namespace: manifest.DefaultNamespace, Name: id.Name})
}

// On gives the plugins of a type on a target. One that is named twice, as by the
// annotation and by a filter, is two for Kong.
func (p Plugins) On(h PluginTarget, plugin string) []*manifest.Object {
	var found []*manifest.Object
	for _, id := range h.names() {
		if o := p.Get(id); o != nil && o.At("plugin").Text() == plugin {
			found = append(found, o)
		}
	}
	return found
}

// Enabled reports whether a plugin is not turned off.
func Enabled(o *manifest.Object) bool {
	disabled, _ := o.At("disabled").Bool()
	return !disabled
}

// Off gives a plugin with code on a rule's requests that is disabled, nil for none.
func (p Plugins) Off(route, service PluginTarget) *manifest.Object {
	for _, h := range []PluginTarget{route, service} {
		for _, plugin := range []string{api.PreFunction, api.PostFunction} {
			for _, o := range p.On(h, plugin) {
				if !Enabled(o) {
					return o
				}
			}
		}
	}
	return nil
}

// Missing gives the plugins of a target that are not in the input.
func (p Plugins) Missing(h PluginTarget) []manifest.ID {
	var ids []manifest.ID
	for _, id := range h.names() {
		if p.Get(id) == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// Global gives the plugins of a type that hold where nothing nearer does.
func (p Plugins) Global(plugin string) []*manifest.Object {
	var found []*manifest.Object
	for _, o := range p.World.Kind(api.Group, api.ClusterKind) {
		if o.At("metadata", "labels", "global").Text() == "true" && o.At("plugin").Text() == plugin {
			found = append(found, o)
		}
	}
	return found
}

// Holding gives the one instance of a plugin that acts on a rule's requests: the
// route's, else the Service's, else the global one. Two in one place are a problem
// for all of Kong.
func (p Plugins) Holding(plugin string, route, service PluginTarget) (o *manifest.Object, problem string) {
	for _, found := range [][]*manifest.Object{p.On(route, plugin), p.On(service, plugin), p.Global(plugin)} {
		if len(found) > 1 {
			problem = fmt.Sprintf("%s and %s are both a %s for the same requests: Kong refuses its whole configuration", found[0].ID(), found[1].ID(), plugin)
		}
		if at := slices.IndexFunc(found, Enabled); at >= 0 {
			return found[at], problem
		}
	}
	return nil, ""
}

// Plain reports whether all of a plugin's configuration is in its object and is
// for every request over the protocols.
func Plain(o *manifest.Object, protocols ...string) bool {
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

// Access gives the code that a plugin runs for a request before it is sent on.
func Access(o *manifest.Object) []string {
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
			if Touches(v.Text()) {
				return true
			}
		}
	}
	return false
}

// Judge gives what the code of a rule's plugins makes of a request.
func (s Sandbox) Judge(functions []*manifest.Object, method string, protocols ...string) Verdict {
	var v Verdict
	for _, o := range functions {
		if !Plain(o, protocols...) || late(o) {
			v.Unclear = true
		}
		before := v
		v.Retries, v.Connect, v.Read = behavior.Setting[int]{}, behavior.Setting[time.Duration]{}, behavior.Setting[time.Duration]{}
		for _, code := range Access(o) {
			s.Run(code, method, &v)
		}
		if v.Number = o.ID().String(); v.Retries.State == behavior.Unset {
			v.Retries, v.Number = before.Retries, before.Number
		}
		if v.Bounds = o.ID().String(); v.Read.State == behavior.Unset {
			v.Connect, v.Read, v.Bounds = before.Connect, before.Read, before.Bounds
		}
	}
	return v
}

// Header gives the name of the header that a correlation-id plugin writes.
func Header(o *manifest.Object) string {
	if name := o.At("config", "header_name").Text(); name != "" {
		return name
	}
	return api.DefaultKey
}
