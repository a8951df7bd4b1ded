package dataplane

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"retryctl.dev/golden/conformance/backend"
	"retryctl.dev/golden/conformance/binaries"
	"retryctl.dev/golden/conformance/input"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong"
	"retryctl.dev/translators/traefik"
)

// A bodyCase is a site whose requests have two retries, with what is read of the bodies
// with which it makes them.
type bodyCase struct {
	site, host string
	bodies     behavior.Bodies
	noCodes    bool // no status code is retried
}

// sizes are those around each limit, and one that is larger than all.
func (c bodyCase) sizes() []int {
	list := []int{1, 3 << 20}
	for _, limit := range []behavior.Setting[int64]{c.bodies.Limit, c.bodies.Unsent, c.bodies.HTTP2} {
		for n := limit.Value - 1; limit.State == behavior.Set && n <= limit.Value+1; n++ {
			if n > 0 {
				list = append(list, int(n))
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// again predicts whether a request is tried again with a body of a size after a cause
// before or after a byte was sent. Refused is that it is not sent at all.
func again(b behavior.Bodies, size int, http2, safe bool) (again, refused, known bool) {
	limit := b.Limit
	if safe {
		limit = b.Unsent
	}
	if http2 && b.HTTP2.State == behavior.Set {
		limit = b.HTTP2
	}
	switch {
	case limit.State == behavior.Unknown:
		return false, false, false
	case limit.State == behavior.Off, int64(size) <= limit.Value:
		return true, false, true
	}
	return false, b.Larger == behavior.Refused, b.Larger != behavior.PerhapsSent
}

// bodyFaults end a try after the request was sent, and before.
var bodyFaults = []struct {
	kind   Upstream
	script string
	method string
	safe   bool
}{
	{Scripted, "503", "PUT", false},
	{Scripted, "reset", "PUT", false},
	{Refused, "", "POST", true},
}

// measureBodies sends each site requests with bodies around its limits.
func measureBodies(t *testing.T, name string, plane DataPlane, b *backend.Backend, cases []bodyCase, protocols ...bool) {
	slots := make(chan struct{}, 8)
	var all sync.WaitGroup
	for _, c := range cases {
		for _, fault := range bodyFaults {
			for _, size := range c.sizes() {
				for _, http2 := range protocols {
					if c.noCodes && fault.script == "503" {
						continue
					}
					again, refused, known := again(c.bodies, size, http2, fault.safe)
					// Over HTTP/2 the connection may be refused before the window is full, and
					// what is refused may be so before all of it is written.
					if !known || !again && fault.safe && (http2 || refused) {
						continue
					}
					all.Go(func() {
						slots <- struct{}{}
						defer func() { <-slots }()
						id, sent := fresh("body"), Send
						if http2 {
							sent = SendStream
						}
						a := sent(t.Context(), plane.Address(c.site, fault.kind), Request{ID: id, Script: fault.script, Method: fault.method, Host: c.host, Path: "/?id=" + id, Body: size,
							Header: map[string]string{SiteHeader: c.site + "." + string(fault.kind)}})
						want, got := 1, 0
						switch {
						case refused:
							want, got = 0, len(b.Tries(id))
						default:
							got = triesOf(b, plane, id, fault.kind)
						}
						if again {
							want = 3
						}
						fine := got == want && (!refused || a.Status == 413)
						cause := fmt.Sprintf("%s to a %s backend, a body of %s", orElse(fault.script, "nothing"), fault.kind, behavior.Size(int64(size)))
						if http2 {
							cause += " over HTTP/2"
						}
						if !fine {
							t.Errorf("%s, %s %s: %d tries and %d (%v), want %d tries", c.site, fault.method, cause, got, a.Status, a.Err, want)
						}
						measured.Add(Result{Gateway: name, Case: c.site, Cause: cause, Methods: behavior.ParseMethod(fault.method), Predicted: triesText(want), Measured: triesText(got), N: 1, Fine: fine})
					})
				}
			}
		}
	}
	all.Wait()
}

func triesText(n int) string { return fmt.Sprintf("%d tries", n) }

// TestEnvoyKeepsAsMuchOfABodyAsItsListenerHolds: the buffer of a listener for HTTP/1.1, the
// window of a stream for HTTP/2, and with the filter that waits for whole requests that
// filter's limit for both. What is set of the backend's connections is of no account.
func TestEnvoyKeepsAsMuchOfABodyAsItsListenerHolds(t *testing.T) {
	t.Parallel()
	binary, b := envoyBinary(t), startBackend(t)
	const policy = `,"retry_policy":{"retry_on":"reset,connect-failure,retriable-status-codes","num_retries":2,"retriable_status_codes":[503]}`
	const many = `,"circuit_breakers":{"thresholds":[{"max_retries":1000}]}`
	const window = 65536
	var cases []bodyCase
	var in []XDS
	add := func(site, cluster string, listener Listener, bodies behavior.Bodies) {
		x := handmade(t, site, policy, many+cluster)
		x.Listener = listener
		in, cases = append(in, x), append(cases, bodyCase{site: site, host: "h", bodies: bodies})
	}
	add("as Envoy Gateway has it", "", Listener{Window: window}, envoy.Bodies(bufferLimit, window))
	add("a larger buffer", "", Listener{Buffer: 200000, Window: window}, envoy.Bodies(200000, window))
	add("both larger", "", Listener{Buffer: 200000, Window: 200000}, envoy.Bodies(200000, 200000))
	add("nothing set", "", Listener{Buffer: -1}, envoy.Bodies(envoy.DefaultBuffer, envoy.DefaultWindow))
	add("a smaller buffer of the backend's connections", `,"per_connection_buffer_limit_bytes":4096`, Listener{Window: window}, envoy.Bodies(bufferLimit, window))
	add("whole requests", "", Listener{Window: window, Whole: 100000}, envoy.Whole(100000))
	plane, err := StartEnvoy(binary, b, in)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	measureBodies(t, "Envoy "+binaries.EnvoyVersion+", bodies", plane, b, cases, false, true)
}

// TestEnvoyAnswers507WhereABodyIsStillComingIn: a try that fails before the body is all
// there has no place to keep it.
func TestEnvoyAnswers507WhereABodyIsStillComingIn(t *testing.T) {
	t.Parallel()
	binary, b := envoyBinary(t), startBackend(t)
	plane, err := StartEnvoy(binary, b, []XDS{handmade(t, "a", `,"retry_policy":{"retry_on":"connect-failure","num_retries":2}`, "")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	for size, want := range map[int]int{bufferLimit: 503, bufferLimit + 1: 507} {
		if a := send(t, plane.Address("a", Refused), Request{ID: fresh("late"), Method: "POST", Host: "h", Path: "/", Body: size}); a.Status != want {
			t.Errorf("a body of %d: %d (%v), want %d", size, a.Status, a.Err, want)
		}
	}
}

// TestEnvoySendsThreeRetriesAtOnceWhereNoBreakerIsWritten has 40 requests at a time fail:
// without circuit_breakers most of their retries are never sent.
func TestEnvoySendsThreeRetriesAtOnceWhereNoBreakerIsWritten(t *testing.T) {
	t.Parallel()
	binary, b := envoyBinary(t), startBackend(t)
	const policy = `,"retry_policy":{"retry_on":"retriable-status-codes","num_retries":2,"retriable_status_codes":[503]}`
	sites := map[string]string{"none": "", "many": `,"circuit_breakers":{"thresholds":[{"max_retries":1024}]}`}
	var in []XDS
	for site, cluster := range sites {
		in = append(in, handmade(t, site, policy, cluster))
	}
	plane, err := StartEnvoy(binary, b, in)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	const requests = 400
	for site := range sites {
		slots, total := make(chan struct{}, 40), atomic.Int64{}
		var all sync.WaitGroup
		for range requests {
			all.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				id := fresh("crowd")
				send(t, plane.Address(site, Scripted), Request{ID: id, Script: "hang:50:503", Method: "GET", Host: "h", Path: "/"})
				total.Add(int64(len(b.Tries(id))))
			})
		}
		all.Wait()
		got := total.Load()
		fine := site == "many" && got == 3*requests || site == "none" && got < 2*requests
		measured.Add(Result{Gateway: "Envoy " + binaries.EnvoyVersion + ", retries at once", Case: site, Cause: "40 requests at a time, all answered 503", Methods: behavior.GET,
			Predicted: map[string]string{"many": "1200 tries", "none": "hardly more than 400"}[site], Measured: triesText(int(got)), N: requests, Fine: fine})
		if !fine {
			t.Errorf("circuit breakers: %s: %d tries of %d requests", site, got, requests)
		}
	}
}

// bodyRoute is a rule for a data plane with objects.
const bodyRoute = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop%s}
spec: {parentRefs: [{name: edge}], hostnames: [api.example], rules: [{%s backendRefs: [{name: api, port: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop, annotations: {konghq.com/retries: "2"}}
spec: {ports: [{port: 80}]}
`

// bodyCases reads the inputs of a gateway, by name.
func bodyCases(t *testing.T, g gateway.Target, version gateway.Version, inputs map[string]string) (cases []bodyCase, objects []Objects) {
	t.Helper()
	s := gateway.Defaults(g.Profile())
	s.Version = version
	for name, text := range inputs {
		in, err := input.Read(name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		world := in.Plan.World
		effects := gateway.Read(g, (&resolve.Plan{World: world}).Bystanders(), world, s)
		if len(effects) != 1 || len(effects[0]) != 1 || effects[0][0].MaxRetries != behavior.Is(2) {
			t.Fatalf("%s: not one effect with two retries: %v", name, effects)
		}
		e := effects[0][0]
		code, _ := behavior.Code(503)
		cases = append(cases, bodyCase{site: name, host: "api.example", bodies: e.Bodies, noCodes: e.Causes[code] == 0})
		objects = append(objects, Objects{name, world})
	}
	return cases, objects
}

func TestTraefikKeepsAsMuchOfABodyAsItsMiddlewareSays(t *testing.T) {
	t.Parallel()
	binary, err := binaries.Traefik("../.cache")
	if err != nil {
		t.Skip(err)
	}
	traefikBodies(t, binary, binaries.TraefikVersion)
}

// TestTraefikRefusedLargerBodiesOnce runs a patch of 3.7 in which they are answered 413.
func TestTraefikRefusedLargerBodiesOnce(t *testing.T) {
	t.Parallel()
	binary, err := binaries.OlderTraefik("../.cache")
	if err != nil {
		t.Skip(err)
	}
	traefikBodies(t, binary, binaries.OlderTraefikVersion)
}

func traefikBodies(t *testing.T, binary, version string) {
	inputs := map[string]string{}
	for name, limit := range map[string]string{"64 KiB": ", maxRequestBodyBytes: 65536", "10 bytes": ", maxRequestBodyBytes: 10", "no body": ", maxRequestBodyBytes: 0", "any": ", maxRequestBodyBytes: -1", "nothing set": ""} {
		inputs[name] = fmt.Sprintf(bodyRoute, "", "filters: [{type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: again}}],") +
			"---\napiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {name: again, namespace: shop}\nspec: {retry: {attempts: 3, status: [\"502\", \"503\"]" + limit + "}}\n"
	}
	v, err := gateway.ParseVersion(version)
	if err != nil {
		t.Fatal(err)
	}
	cases, objects := bodyCases(t, traefik.Gateway{}, v, inputs)
	b := startBackend(t)
	plane, err := StartTraefik(binary, b, objects)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	measureBodies(t, "Traefik "+version+", bodies", plane, b, cases, false)
}

// TestNginxKeepsABodyWhereItIsBuffered is about retries after the request was sent:
// without buffering there are none, unless the whole body came along with the header.
func TestNginxKeepsABodyWhereItIsBuffered(t *testing.T) {
	t.Parallel()
	root, err := binaries.Nginx("../.cache")
	if err != nil {
		t.Skip(err)
	}
	cases, objects := bodyCases(t, kong.Gateway{}, kong.Gateway{}.Profile().Newest, map[string]string{
		"buffered":   fmt.Sprintf(bodyRoute, "", ""),
		"unbuffered": fmt.Sprintf(bodyRoute, `, annotations: {konghq.com/request-buffering: "false"}`, ""),
	})
	b := startBackend(t)
	plane, err := StartNginx(root, b, objects)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	for n := range cases {
		if cases[n].site == "buffered" {
			measureBodies(t, "Kong's balancer, for which nginx 1.22 stands in, bodies", plane, b, []bodyCase{cases[n]}, false)
		}
	}
	for script, c := range map[string]struct {
		kind              Upstream
		body, least, most int
	}{"reset": {Scripted, 3 << 20, 1, 1}, "": {Refused, 3 << 20, 3, 3}, "close": {Scripted, 1, 1, 3}} {
		id := fresh("unbuffered")
		send(t, plane.Address("unbuffered", c.kind), Request{ID: id, Script: script, Method: "PUT", Host: "api.example", Path: "/", Body: c.body})
		if got := triesOf(b, plane, id, c.kind); got < c.least || got > c.most {
			t.Errorf("unbuffered, %s on %s: %d tries, want %d to %d", script, c.kind, got, c.least, c.most)
		}
	}
}
