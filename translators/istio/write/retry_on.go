package write

import (
	"slices"
	"strconv"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/istio/api"
)

// retryOnFor writes the causes of a behavior as a retryOn, without a space; empty where
// none of them can be said. Codes that Istio does not take one by one are said by the word
// for all of them, where all that it retries is wanted.
func retryOnFor(b behavior.Behavior) string {
	wanted := b.Causes
	if b.AttemptTimeout.State != behavior.Set {
		wanted.Add(behavior.AllMethods, behavior.AttemptTimeout) // it does not occur
	}
	all, covered := "", behavior.Causes{}
	for _, c := range b.Causes.List(behavior.AllMethods) {
		if status, isCode := c.Status(); isCode && !api.KnownCode(status) {
			all = envoy.WordForAll(wanted, c)
			break
		}
	}
	if all != "" {
		covered.Add(behavior.AllMethods, envoy.CausesOf(all)...)
	}
	var words, codes []string
	for _, c := range b.Causes.List(behavior.AllMethods) {
		status, isCode := c.Status()
		switch {
		case covered[c] != 0:
		case isCode && api.KnownCode(status):
			codes = append(codes, strconv.Itoa(status))
		case isCode:
		default:
			if word := envoy.WordFor(c); word != "" {
				words = append(words, word)
			}
		}
	}
	if all != "" {
		words = append(words, all)
	}
	return strings.Join(append(slices.Compact(words), codes...), ",")
}
