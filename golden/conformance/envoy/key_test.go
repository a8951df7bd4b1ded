package envoy

import (
	"testing"

	"retryctl.dev/schema/behavior"
)

func TestAKeyThatIsChangedInAnotherWayAsWellIsNone(t *testing.T) {
	const set = `"request_headers_to_add":[{"header":{"key":"Idempotency-Key","value":"%REQ(idempotency-key?x-request-id)%"},"append_action":"OVERWRITE_IF_EXISTS_OR_ADD"}]`
	for route, want := range map[string]bool{
		`"route":{"cluster":"c"},` + set:                                                                                                            true,
		`"route":{"cluster":"c"},"request_headers_to_remove":["x-debug"],` + set:                                                                    true,
		`"route":{"cluster":"c"},"request_headers_to_remove":["idempotency-key"],` + set:                                                            false,
		`"route":{"weighted_clusters":{"clusters":[{"name":"c","weight":1,"request_headers_to_remove":["idempotency-key"]}]}},` + set:               false,
		`"route":{"weighted_clusters":{"clusters":[{"name":"c","weight":1,"request_headers_to_add":[{"header":{"key":"x","value":"y"}}]}]}},` + set: true,
	} {
		e := effect(t, `{"match":{"prefix":"/"},`+route+`}`, "")
		if got := e.IdempotencyKey == behavior.Is("Idempotency-Key"); got != want {
			t.Errorf("%s: a key: %v", route, got)
		}
	}
}
