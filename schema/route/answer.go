package route

import "retryctl.dev/schema/manifest"

// Redirect gives the status with which a rule of a route redirects all of its
// requests; 0 where it does not.
func Redirect(rule manifest.Value) int {
	for _, f := range rule.At("filters").Items() {
		if f.At("type").Text() != "RequestRedirect" {
			continue
		}
		if n, ok := f.At("requestRedirect", "statusCode").Int(); ok {
			return int(n)
		}
		return 302 // the standard's default
	}
	return 0
}

// HasBackend reports whether a rule of a route has a backend that gets requests:
// one with a weight, which is 1 where it is left out. A rule without any is to
// answer 500.
func HasBackend(rule manifest.Value) bool {
	for _, ref := range rule.At("backendRefs").Items() {
		if n, ok := ref.At("weight").Int(); !ok || n > 0 {
			return true
		}
	}
	return false
}
