package kong_test

import (
	"testing"

	"retryctl.dev/schema/behavior"
)

func TestARequestIsTriedAgainWithItsBodyWhereKongBuffersIt(t *testing.T) {
	unbuffered := behavior.Bodies{Limit: behavior.Is(int64(0)), Unsent: behavior.None[int64](), Larger: behavior.PerhapsSent}
	for annotation, want := range map[string]behavior.Bodies{
		"": behavior.AnyBody(), "true": behavior.AnyBody(), "no": behavior.AnyBody(), "false": unbuffered,
	} {
		metadata := ""
		if annotation != "" {
			metadata = `, annotations: {konghq.com/request-buffering: "` + annotation + `"}`
		}
		if e := read(t, "3.10", httpRoute(metadata, rule("reads", "", "api")), service("api")); e.Bodies != want {
			t.Errorf("request-buffering %q: %s", annotation, e.Bodies.Text())
		}
	}
	if e := read(t, "3.10", httpRoute("", rule("reads", "", "api")), service("api", `konghq.com/request-buffering: "false"`)); e.Bodies != behavior.AnyBody() {
		t.Errorf("the annotation counts on routes, not on Services: %s", e.Bodies.Text())
	}
}
