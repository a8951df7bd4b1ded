package traefik_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
)

func TestAMiddlewareKeepsAsMuchOfABodyAsItSays(t *testing.T) {
	kept := func(bytes int64) behavior.Bodies {
		return behavior.Bodies{Limit: behavior.Is(bytes), Unsent: behavior.None[int64](), Larger: behavior.SentOnce}
	}
	for spec, want := range map[string]behavior.Bodies{
		`{retry: {attempts: 3}}`:                                              behavior.AnyBody(),
		`{retry: {attempts: 3, maxRequestBodyBytes: 5}}`:                      behavior.AnyBody(),
		`{retry: {attempts: 3, status: ["503"]}}`:                             kept(2 << 20),
		`{retry: {attempts: 3, status: ["503"], maxRequestBodyBytes: 65536}}`: kept(65536),
		`{retry: {attempts: 3, status: ["503"], maxRequestBodyBytes: 0}}`:     kept(0),
		`{retry: {attempts: 3, status: ["503"], maxRequestBodyBytes: -1}}`:    behavior.AnyBody(),
	} {
		if e := only(t, routeWith(spec)); e.Bodies != want {
			t.Errorf("%s: %s", spec, e.Bodies.Text())
		}
	}
}

func TestAWishForBodiesIsWritten(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", byStatus+"\nmaxRequestBodyBytes: 100000")+httpRoute(""))
	wants(t, written(t, r, "Middleware", "api"), "maxRequestBodyBytes: 100000")
	if got := strings.Join(codes(r), " "); strings.Contains(got, "maxRequestBodyBytes") {
		t.Errorf("findings %s", got)
	}
}
