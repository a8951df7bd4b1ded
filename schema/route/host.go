package route

import (
	"strings"

	"retryctl.dev/schema/manifest"
)

// Covers reports whether a hostname, which may begin with a wildcard, has all
// requests of another. Case does not count.
func Covers(wide, narrow string) bool {
	suffix, wildcard := strings.CutPrefix(wide, "*")
	return strings.EqualFold(wide, narrow) || wildcard && len(narrow) > len(suffix) && strings.EqualFold(narrow[len(narrow)-len(suffix):], suffix)
}

// Hosts gives the hostnames for which a route gets requests of a listener, which is
// of any hostname where it has none: of its own and the listener's the narrower one,
// where one covers the other, each once. "*" is any hostname.
func Hosts(listener string, o *manifest.Object) []string {
	if listener == "" {
		listener = "*"
	}
	own := o.At("spec", "hostnames")
	if own.Len() == 0 {
		return []string{listener}
	}
	var list []string
	there := map[string]bool{}
	for _, v := range own.Items() {
		h := v.Text()
		switch {
		case Covers(listener, h):
		case Covers(h, listener):
			h = listener
		default:
			continue
		}
		if !there[h] {
			there[h], list = true, append(list, h)
		}
	}
	return list
}
