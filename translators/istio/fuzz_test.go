package istio_test

import (
	"testing"

	"retryctl.dev/golden/fuzz"
	"retryctl.dev/translators/istio"
)

// FuzzReadIstio reads whatever stands in manifests: it ends, and what it gives can
// be compared and printed.
func FuzzReadIstio(f *testing.F) {
	fuzz.Seeds(f)
	f.Fuzz(func(t *testing.T, text []byte) { fuzz.Read(t, istio.Gateway{}, text) })
}
