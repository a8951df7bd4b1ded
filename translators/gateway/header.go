package gateway

import (
	"strings"

	"retryctl.dev/schema/manifest"
)

// SetHeader has a rule of a route set a request header, in the one filter for
// request headers that a rule can have, in place of what this filter sets or adds. It
// leaves the rule as it is where the header is removed, or a backend changes it: the
// value is made of the client's, which is not there any more then.
func SetHeader(rule manifest.Value, name, value string) {
	if unwanted(rule, name) {
		return
	}
	if !rule.At("filters").IsList() {
		rule.Put("filters", manifest.List())
	}
	filter := manifest.Value{}
	for _, f := range rule.At("filters").Items() {
		if f.At("type").Text() == "RequestHeaderModifier" {
			filter = f
		}
	}
	if !filter.Exists() {
		filter = manifest.Map("type", "RequestHeaderModifier")
		rule.At("filters").Append(filter)
	}
	modifier := filter.Make("requestHeaderModifier")
	drop(modifier, "set", name)
	drop(modifier, "add", name)
	if !modifier.At("set").IsList() {
		modifier.Put("set", manifest.List())
	}
	modifier.At("set").Append(manifest.Map("name", name, "value", value))
}

// drop takes a header out of one list of a modifier.
func drop(modifier manifest.Value, list, name string) {
	for n := modifier.At(list).Len() - 1; n >= 0; n-- {
		if strings.EqualFold(headerOf(modifier.At(list).Index(n)), name) {
			modifier.At(list).RemoveIndex(n)
		}
	}
	if modifier.At(list).Exists() && modifier.At(list).Len() == 0 {
		modifier.Remove(list)
	}
}

// headerOf names the header of an entry: a name and a value, or a name alone.
func headerOf(entry manifest.Value) string {
	if entry.IsMap() {
		return entry.At("name").Text()
	}
	return entry.Text()
}

// HeaderSet gives the value, made of the client's, that a rule of a route sets a
// request header to. One that the rule, or one of its backends, changes in another way
// as well is none: an addition by the rule makes two values, and removals, and what is
// changed for a backend, come before what the rule sets, so that the client's value is
// gone, or that every request without one has the same (measured with Envoy 1.39.3;
// weighted clusters before routes in its router/config_impl.cc, finalizeRequestHeaders).
func HeaderSet(rule manifest.Value, match func(name, value string) bool) (name, value string, ok bool) {
	for _, f := range rule.At("filters").Items() {
		for _, h := range f.At("requestHeaderModifier", "set").Items() {
			if !ok && match(h.At("name").Text(), h.At("value").Text()) {
				name, value, ok = h.At("name").Text(), h.At("value").Text(), true
			}
		}
	}
	if !ok {
		return "", "", false
	}
	if unwanted(rule, name) || changes(rule, name, "set", "add") > 1 {
		return "", "", false
	}
	return name, value, true
}

// ChangesHeader reports whether a filter of a rule sets, adds or removes a request
// header.
func ChangesHeader(rule manifest.Value, name string) bool {
	return changes(rule, name, "set", "add", "remove") > 0
}

// unwanted reports whether a rule removes a header, or a backend of it changes it.
func unwanted(rule manifest.Value, name string) bool {
	times := changes(rule, name, "remove")
	for _, backend := range rule.At("backendRefs").Items() {
		times += changes(backend, name, "set", "add", "remove")
	}
	return times > 0
}

// changes counts how often some lists of the filters of a rule or a backend name a
// header.
func changes(element manifest.Value, name string, lists ...string) (times int) {
	for _, f := range element.At("filters").Items() {
		for _, list := range lists {
			for _, entry := range f.At("requestHeaderModifier", list).Items() {
				if strings.EqualFold(headerOf(entry), name) {
					times++
				}
			}
		}
	}
	return times
}
