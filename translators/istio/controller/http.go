package controller

import (
	"fmt"

	"retryctl.dev/schema/manifest"
)

// Proxies reports whether an http route sends requests on.
func Proxies(h manifest.Value) bool {
	return !h.At("redirect").Exists() && !h.At("directResponse").Exists()
}

// HTTPName names an http route of a VirtualService for people: by its index where it has
// no name.
func HTTPName(vs *manifest.Object, n int) string {
	if name := vs.At("spec", "http").Index(n).At("name").Text(); name != "" {
		return name
	}
	return fmt.Sprint(n)
}

// Redirects reports whether a rule answers with a redirect.
func Redirects(rule manifest.Value) bool {
	for _, f := range rule.At("filters").Items() {
		if f.At("type").Text() == "RequestRedirect" {
			return true
		}
	}
	return false
}
