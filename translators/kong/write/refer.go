package write

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/kong/api"
	"retryctl.dev/translators/kong/controller"
)

// attach makes a plugin, in each namespace of the targets, and has them refer to it.
func (t *translation) attach(i resolve.Intent, plugin, suffix string, config manifest.Value, targets []controller.PluginTarget) {
	name := t.freeName(i, suffix, targets)
	made := map[string]bool{}
	for _, h := range targets {
		if !t.refer(i, h, plugin, name) {
			return
		}
		if namespace := h.Object.ID().Namespace; !made[namespace] {
			made[namespace] = true
			o := manifest.New(api.APIVersion, api.PluginKind, h.Object.RawNamespace(), name)
			o.Root().Put("plugin", plugin)
			o.Root().Put("config", config.Copy())
			t.out.Objects = append(t.out.Objects, o)
		}
	}
}

// freeName names a plugin by the policy and the rule.
func (t *translation) freeName(i resolve.Intent, suffix string, targets []controller.PluginTarget) string {
	base := i.Policy.Metadata.Name
	if targets[0].Rule.Exists() {
		rule := i.Name
		if rule == "" {
			rule = fmt.Sprintf("rule-%d", i.Rule)
		}
		base += "-" + rule
	}
	base = strings.TrimRight(base[:min(len(base), 230)], "-.") + "-" + suffix
	name := base
	free := func() bool {
		for _, h := range targets {
			if id := controller.PluginID(h.Object.ID().Namespace, name); t.taken[id] || t.plugins.Get(id) != nil {
				return false
			}
		}
		return true
	}
	for n := 2; !free(); n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	for _, h := range targets {
		t.taken[controller.PluginID(h.Object.ID().Namespace, name)] = true
	}
	return name
}

// maxFilters is the most that the Gateway API takes in one rule.
const maxFilters = 16

// refer has a target refer to a plugin of its namespace.
func (t *translation) refer(i resolve.Intent, h controller.PluginTarget, plugin, name string) bool {
	edited := t.edits.Of(h.Object)
	if !h.Rule.Exists() {
		annotations := edited.Root().Make("metadata", "annotations")
		names := api.List(annotations.At(api.PluginsKey).Text())
		if slices.Contains(names, name) {
			return true // an older retryctl, whose edits have no marks, has put it there
		}
		annotations.Put(api.PluginsKey, strings.Join(append(names, name), ","))
		return true
	}
	rule := edited.At("spec", "rules").Index(i.Rule)
	for _, filter := range rule.At("filters").Items() {
		if ref := filter.At("extensionRef"); ref.At("group").Text() == api.Group && ref.At("kind").Text() == api.PluginKind && ref.At("name").Text() == name {
			return true // as above
		}
	}
	if !rule.At("filters").IsList() {
		rule.Put("filters", manifest.List())
	}
	if rule.At("filters").Len() >= maxFilters {
		t.fail(i, finding.CannotEdit, fmt.Sprintf("%s has %d filters, and that is the most that the Gateway API takes", i.RuleName(), maxFilters), "", finding.Do("take one off, for the "+plugin))
		return false
	}
	rule.At("filters").Append(manifest.Map("type", "ExtensionRef", "extensionRef", manifest.Map("group", api.Group, "kind", api.PluginKind, "name", name)))
	return true
}
