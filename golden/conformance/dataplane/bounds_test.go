package dataplane

import (
	"fmt"
	"testing"
	"time"

	"retryctl.dev/golden/conformance/binaries"
	"retryctl.dev/golden/conformance/input"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong"
)

// bounded is a rule whose Service, or which itself, has timeouts of 500 ms, and two
// retries.
const bounded = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop}
spec: {parentRefs: [{name: edge}], hostnames: [api.example], rules: [{%s backendRefs: [{name: api, port: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop, annotations: {konghq.com/retries: "2"%s}}
spec: {ports: [{port: 80}]}
`

// TestKongsTimeoutsCountFromOneReadToTheNext sends answers in pieces through nginx, on
// which Kong is built, for every way of setting timeouts: no body is cut while each of
// its pieces comes in time, however long all of them take, which is what Read says by
// Idle and by a total timeout that is off. The header of an answer has to be there as a
// whole in that time, in as many pieces as may be; then the try is given up. Pauses
// between 200 and 300 ms are left out: nginx leaves a timer as it is that would move by
// less than 300 ms (NGX_TIMER_LAZY_DELAY), and so may give up that much too early.
// How long sending a request may take is left out: backends here read all of it.
func TestKongsTimeoutsCountFromOneReadToTheNext(t *testing.T) {
	const bound = 500 * time.Millisecond
	root, err := binaries.Nginx("../.cache")
	if err != nil {
		t.Skip(err)
	}
	ways := map[string]string{
		"annotations": fmt.Sprintf(bounded, "", `, konghq.com/connect-timeout: "200", konghq.com/write-timeout: "500", konghq.com/read-timeout: "500"`),
		"the route":   fmt.Sprintf(bounded, "timeouts: {backendRequest: 500ms},", ""),
		"a plugin": fmt.Sprintf(bounded, "filters: [{type: ExtensionRef, extensionRef: {group: configuration.konghq.com, kind: KongPlugin, name: own}}],", "") +
			"---\napiVersion: configuration.konghq.com/v1\nkind: KongPlugin\nmetadata: {name: own, namespace: shop}\nplugin: pre-function\nconfig: {access: [\"kong.service.set_timeouts(500, 500, 500)\"]}\n",
	}
	var objects []Objects
	for name, text := range ways {
		in, err := input.Read(name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		world := in.Plan.World
		objects = append(objects, Objects{name, world})
		for _, list := range gateway.Read(kong.Gateway{}, (&resolve.Plan{World: world}).Bystanders(), world, gateway.Defaults(kong.Gateway{}.Profile())) {
			for _, e := range list {
				if e.AttemptTimeout != behavior.Is(bound) || !e.Idle || e.TotalTimeout.State != behavior.Off || e.MaxRetries != behavior.Is(2) {
					t.Fatalf("%s: Read says %v, idle %t, in all %v, %v retries", name, e.AttemptTimeout, e.Idle, e.TotalTimeout, e.MaxRetries)
				}
			}
		}
	}
	b := startBackend(t)
	plane, err := StartNginx(root, b, objects)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	for name := range ways {
		for _, c := range []struct {
			script, method string
			status, tries  int
			least, most    time.Duration // of the request
		}{
			{"trickle:350:5", "GET", 200, 1, 1750 * time.Millisecond, 3 * time.Second},
			{"trickle:350:5", "POST", 200, 1, 1750 * time.Millisecond, 3 * time.Second},
			{"trickle:100:15", "GET", 200, 1, 1500 * time.Millisecond, 3 * time.Second},
			{"slow:250", "GET", 200, 1, 250 * time.Millisecond, bound},
			{"hang", "GET", 504, 3, 3 * bound, 6 * bound},
			{"hang", "POST", 504, 1, bound, 3 * bound},
			{"slow:2000", "GET", 504, 3, 3 * bound, 6 * bound},
			{"drip:200:6", "GET", 504, 3, 3 * bound, 6 * bound}, // no piece is late, and the header is
			{"drip:60:4", "GET", 200, 1, 240 * time.Millisecond, bound},
		} {
			t.Run(name+" "+c.script+" "+c.method, func(t *testing.T) {
				t.Parallel()
				for n := 1; ; n++ {
					began, id := time.Now(), fresh("b")
					a := send(t, plane.Address(name, Scripted), Request{ID: id, Script: c.script, Method: c.method, Host: "api.example", Path: "/"})
					got := fmt.Sprintf("%d after %d tries in %s, %v", a.Status, len(b.Tries(id)), a.Took, a.Err)
					switch {
					case a.Status == c.status && len(b.Tries(id)) == c.tries && a.Took >= c.least && a.Took <= c.most && a.Err == nil:
						return
					case n < maxRuns || n < mostRuns && pulse.Late(began): // nginx may be late by itself
					default:
						t.Fatalf("%s, want %d after %d tries in %s to %s", got, c.status, c.tries, c.least, c.most)
					}
				}
			})
		}
	}
	t.Run("a connection that is never made", func(t *testing.T) {
		for n := 1; ; n++ {
			began, id := time.Now(), fresh("b")
			a := send(t, plane.Address("annotations", Silent), Request{ID: id, Method: "POST", Host: "api.example", Path: "/"})
			if least := 600 * time.Millisecond; a.Status == 504 && a.Took >= least && a.Took <= 3*least {
				return
			}
			if n == mostRuns || n >= maxRuns && !pulse.Late(began) {
				t.Fatalf("%d in %s, want 504 after three times 200ms", a.Status, a.Took)
			}
		}
	})
}
