package kong

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
)

// attach makes a plugin, in each namespace of the holders, and has them refer to it.
func (t *translation) attach(i resolve.Intent, plugin, suffix string, config manifest.Value, holders []holder) {
	name := t.freeName(i, suffix, holders)
	made := map[string]bool{}
	for _, h := range holders {
		if !t.refer(i, h, plugin, name) {
			return
		}
		if namespace := h.object.ID().Namespace; !made[namespace] {
			made[namespace] = true
			o := manifest.New(apiVersion, pluginKind, h.object.RawNamespace(), name)
			o.Root().Put("plugin", plugin)
			o.Root().Put("config", config.Copy())
			t.out.Objects = append(t.out.Objects, o)
		}
	}
}

// freeName names a plugin by the policy and the rule.
func (t *translation) freeName(i resolve.Intent, suffix string, holders []holder) string {
	base := i.Policy.Metadata.Name
	if holders[0].rule.Exists() {
		rule := i.Name
		if rule == "" {
			rule = fmt.Sprintf("rule-%d", i.Rule)
		}
		base += "-" + rule
	}
	base = strings.TrimRight(base[:min(len(base), 230)], "-.") + "-" + suffix
	name := base
	free := func() bool {
		for _, h := range holders {
			if id := pluginID(h.object.ID().Namespace, name); t.taken[id] || t.plugins.get(id) != nil {
				return false
			}
		}
		return true
	}
	for n := 2; !free(); n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	for _, h := range holders {
		t.taken[pluginID(h.object.ID().Namespace, name)] = true
	}
	return name
}

// maxFilters is the most that the Gateway API takes in one rule.
const maxFilters = 16

// refer has a holder refer to a plugin of its namespace.
func (t *translation) refer(i resolve.Intent, h holder, plugin, name string) bool {
	edited := t.edits.Of(h.object)
	if !h.rule.Exists() {
		annotations := edited.Root().Make("metadata", "annotations")
		names := list(annotations.At(pluginsKey).Text())
		if slices.Contains(names, name) {
			return true // an older retryctl, whose edits have no marks, has put it there
		}
		annotations.Put(pluginsKey, strings.Join(append(names, name), ","))
		return true
	}
	rule := edited.At("spec", "rules").Index(i.Rule)
	for _, filter := range rule.At("filters").Items() {
		if ref := filter.At("extensionRef"); ref.At("group").Text() == group && ref.At("kind").Text() == pluginKind && ref.At("name").Text() == name {
			return true // as above
		}
	}
	if !rule.At("filters").IsList() {
		rule.Put("filters", manifest.List())
	}
	if rule.At("filters").Len() >= maxFilters {
		t.fail(i, finding.CannotEdit, fmt.Sprintf("%s has %d filters, and that is the most that the Gateway API takes", i.Place(), maxFilters), "", "take one off, for the "+plugin)
		return false
	}
	rule.At("filters").Append(manifest.Map("type", "ExtensionRef", "extensionRef", manifest.Map("group", group, "kind", pluginKind, "name", name)))
	return true
}
