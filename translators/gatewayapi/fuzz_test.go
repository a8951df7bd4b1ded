package gatewayapi_test

import (
	"testing"

	"retryctl.dev/golden/fuzz"
	"retryctl.dev/translators/gatewayapi"
)

// FuzzReadGatewayAPI reads whatever stands in manifests: it ends, and what it gives can
// be compared and printed.
func FuzzReadGatewayAPI(f *testing.F) {
	fuzz.Seeds(f)
	f.Fuzz(func(t *testing.T, text []byte) { fuzz.Read(t, gatewayapi.Gateway{}, text) })
}
