package write

import (
	"slices"
	"strconv"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/istio/api"
)

// retryOnFor writes causes as a retryOn, without a space; empty where none of
// them can be said.
func retryOnFor(causes behavior.Causes) string {
	var words, codes []string
	for _, c := range causes.List(behavior.AllMethods) {
		status, isCode := c.Status()
		switch {
		case isCode && api.KnownCode(status):
			codes = append(codes, strconv.Itoa(status))
		case isCode:
		default:
			if word := envoy.WordFor(c); word != "" {
				words = append(words, word)
			}
		}
	}
	return strings.Join(append(slices.Compact(words), codes...), ",")
}
