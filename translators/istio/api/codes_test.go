package api_test

import (
	"net/http"
	"testing"

	"retryctl.dev/translators/istio/api"
)

func TestTheKnownCodesAreThoseThatGoHasATextFor(t *testing.T) {
	for status := range 1000 {
		if got, want := api.KnownCode(status), http.StatusText(status) != ""; got != want {
			t.Errorf("%d: %v, and Go says %v", status, got, want)
		}
	}
}
