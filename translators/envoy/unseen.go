package envoy

import (
	"slices"
	"strings"
)

// Named gives those of the headers that the router takes for a retry policy which a text
// names, such as a program's: nothing else tells what it does with them.
func Named(text string) (names []string) {
	text = strings.ToLower(text)
	for _, name := range retryHeaders {
		if strings.Contains(text, name) {
			names = append(names, name)
		}
	}
	return names
}

// OfRetries reports whether a patch of Envoy's configuration has to do with retries, or
// puts in a filter whose own program, or service, may set request headers.
func OfRetries(patch string) bool {
	patch = strings.ToLower(patch)
	for _, word := range []string{"retry", "retries", "retriable", "filters.http.ext_proc", "filters.http.ext_authz", "filters.http.wasm", "filters.http.dynamic_modules", "filters.http.golang"} {
		if strings.Contains(patch, word) {
			return true
		}
	}
	return false
}

// MaySet is what is said of a program that runs before the router and is not seen.
const MaySet = "whether it sets request headers that Envoy's router takes for a retry policy, such as x-envoy-retry-on, cannot be seen here"

// EachOf reports whether every header that the router takes for a retry policy is among
// some names, such as those that a route removes.
func EachOf(names []string) bool {
	return !slices.ContainsFunc(retryHeaders, func(header string) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, header) })
	})
}
