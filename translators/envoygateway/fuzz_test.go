package envoygateway_test

import (
	"testing"

	"retryctl.dev/golden/fuzz"
	"retryctl.dev/translators/envoygateway"
)

// FuzzReadEnvoyGateway reads whatever stands in manifests: it ends, and what it gives can
// be compared and printed.
func FuzzReadEnvoyGateway(f *testing.F) {
	fuzz.Seeds(f)
	f.Fuzz(func(t *testing.T, text []byte) { fuzz.Read(t, envoygateway.Gateway{}, text) })
}
