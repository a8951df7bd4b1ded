package dataplane

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"retryctl.dev/golden/conformance/binaries"
	eg "retryctl.dev/golden/conformance/envoygateway"
	"retryctl.dev/golden/conformance/input"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/envoygateway"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio"
)

// A headerCase is a rule, with or without a BackendTrafficPolicy, whose filters set
// request headers that Envoy takes for a retry policy.
type headerCase struct{ about, rule, policy string }

func headerCases() []headerCase {
	const (
		five     = "{name: x-envoy-retry-on, value: 5xx}"
		nine     = `{name: X-Envoy-Max-Retries, value: "9"}`
		three    = `{name: x-envoy-max-retries, value: "3"}`
		codes    = "{name: x-envoy-retriable-status-codes, value: '502, 500'}"
		connects = "retry: {numRetries: 1, retryOn: {triggers: [connect-failure]}}"
		failures = "retry: {numRetries: 1, retryOn: {triggers: [5xx]}}"
		listed   = "retry: {numRetries: 2, retryOn: {triggers: [retriable-status-codes], httpStatusCodes: [503]}}"
	)
	modifier := func(changes string) string {
		return "filters: [{type: RequestHeaderModifier, requestHeaderModifier: {" + changes + "}}], "
	}
	one := "backendRefs: [{name: a, port: 80}]"
	backend := func(changes string) string { return "backendRefs: [{name: a, port: 80, " + modifier(changes) + "}]" }
	return []headerCase{
		{"nothing", one, connects},
		{"words and a number", modifier("set: ["+five+", "+nine+"]") + one, connects},
		{"words and a number, no policy", modifier("set: ["+five+", "+nine+"]") + one, ""},
		{"words alone, no policy", modifier("set: ["+five+"]") + one, ""},
		{"a number alone, no policy", modifier("set: ["+three+"]") + one, ""},
		{"a number alone, a policy for something else", modifier("set: ["+three+"]") + one, connects},
		{"a number that is added", modifier("add: ["+three+"]") + one, failures},
		{"a number that is added and set", modifier("add: ["+three+"], set: ["+nine+"]") + one, failures},
		{"a number that is removed and set", modifier("remove: [x-envoy-max-retries], set: ["+three+"]") + one, failures},
		{"a number beside a stanza", modifier("set: ["+three+"]") + "retry: {attempts: 1, codes: [500]}, " + one, ""},
		{"codes", modifier("set: ["+codes+"]") + one, listed},
		{"codes without their word", modifier("set: ["+codes+"]") + one, failures},
		{"a backend's number", backend("set: [" + three + "]"), failures},
		{"a backend's number, and the rule's", modifier("set: ["+nine+"]") + backend("set: ["+three+"]"), failures},
		{"a backend's number, which the rule removes", modifier("remove: [x-envoy-max-retries]") + backend("set: ["+three+"]"), failures},
		{"a backend's number, to which the rule adds", modifier("add: ["+nine+"]") + backend("set: ["+three+"]"), failures},
		{"a number for one of two backends", "backendRefs: [{name: b, port: 80}, {name: a, port: 80, " + modifier("set: ["+three+"]") + "}]", failures},
		{"timeouts", modifier(`set: [{name: x-envoy-upstream-rq-timeout-ms, value: "1"}, {name: x-envoy-upstream-rq-per-try-timeout-ms, value: "1"}]`) + one, failures},
		{"no retry at once", one, failures + "\n  circuitBreaker: {maxParallelRetries: 0}"},
		{"no retry by a budget", one, failures + "\n  circuitBreaker: {retryBudget: {percent: {numerator: 0}, minRetryConcurrency: 0}}"},
		{"no connection", one, failures + "\n  circuitBreaker: {maxConnections: 0}"},
		{"no waiting request", one, failures + "\n  circuitBreaker: {maxPendingRequests: 0}"},
		{"no request at once", one, failures + "\n  circuitBreaker: {maxParallelRequests: 0}"},
	}
}

// world gives the objects of a case.
func (c headerCase) world(t *testing.T) input.Input {
	t.Helper()
	text := "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}\nspec: {gatewayClassName: eg, listeners: [{name: http, port: 80, protocol: HTTP}]}\n" +
		"---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop}\nspec: {parentRefs: [{name: edge}], rules: [{" + c.rule + "}]}\n"
	if c.policy != "" {
		text += "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: p, namespace: shop}\nspec:\n" +
			"  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}]\n  " + c.policy + "\n"
	}
	in, err := input.Read(c.about, []byte(text))
	if err != nil {
		t.Fatal(c.about, err)
	}
	return in
}

// TestEnvoyTakesHeadersForARetryPolicyAsReadSays sends POSTs that get 500 from every
// try, and counts the tries.
func TestEnvoyTakesHeadersForARetryPolicyAsReadSays(t *testing.T) {
	binary, missing := binaries.Envoy("../.cache")
	egctl, err := eg.Find("../.cache")
	if err = errors.Join(missing, err); err != nil {
		t.Skip(err)
	}
	list := headerCases()
	var worlds []eg.World
	want := make([][]int, len(list))
	for n, c := range list {
		in := c.world(t)
		worlds = append(worlds, eg.NewWorld(in.Plan.World.All()))
		want[n] = triesSaid(in, envoygateway.Gateway{})
	}
	made, err := eg.Translate(t.Context(), egctl, worlds)
	if err != nil {
		t.Fatal(err)
	}
	var xds []XDS
	for n, m := range made {
		x, err := FromProto(fmt.Sprint(n), m.Routes, m.Clusters)
		if err != nil || m.Refused != "" {
			t.Fatal(list[n].about, err, m.Refused)
		}
		xds = append(xds, x)
	}
	var about []string
	for _, c := range list {
		about = append(about, c.about)
	}
	countTries(t, binary, about, xds, want)
}

// TestEnvoyUnderIstioTakesHeadersForARetryPolicyAsReadSays does the same with what
// Istio's module hands over.
func TestEnvoyUnderIstioTakesHeadersForARetryPolicyAsReadSays(t *testing.T) {
	binary, err := binaries.Envoy("../.cache")
	if err != nil {
		t.Skip(err)
	}
	var about []string
	var xds []XDS
	var want [][]int
	for n, c := range IstioHeaderCases() {
		sites := handedOver(t, HeadersName(n))
		if len(sites) != 1 {
			t.Skip("no configuration of Istio: the test HandedOver of golden/conformance/istio writes it with -handover " + handover)
		}
		in, err := input.Read(c.About, []byte(c.Objects))
		if err != nil {
			t.Fatal(c.About, err)
		}
		about, xds, want = append(about, c.About), append(xds, sites[0]), append(want, triesSaid(in, istio.Gateway{}))
	}
	countTries(t, binary, about, xds, want)
}

// countTries has Envoy serve each configuration, and compares the tries that it makes
// with the numbers that can come of it.
func countTries(t *testing.T, binary string, about []string, xds []XDS, want [][]int) {
	t.Helper()
	b := startBackend(t)
	plane, err := StartEnvoy(binary, b, xds)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	var all sync.WaitGroup
	for n := range xds {
		all.Go(func() {
			var got []int
			for range 4 * len(want[n]) * len(want[n]) {
				id := fresh("h")
				send(t, plane.Address(xds[n].Name, Scripted), Request{ID: id, Script: "500", Method: "POST", Host: "h.example", Path: "/", Body: 5})
				got = append(got, triesOf(b, plane, id, Scripted))
			}
			slices.Sort(got)
			if got = slices.Compact(got); !slices.Equal(got, want[n]) {
				t.Errorf("%s: %v tries are said, and there are %v", about[n], want[n], got)
			}
		})
	}
	all.Wait()
}

// triesSaid gives the numbers of tries that a POST can get which is answered 500.
func triesSaid(in input.Input, g gateway.Source) (tries []int) {
	five, _ := behavior.Code(500)
	intents := (&resolve.Plan{World: in.Plan.World}).Bystanders()
	for _, effects := range gateway.Read(g, intents, in.Plan.World, gateway.Defaults(g.Profile())) {
		for _, e := range effects {
			switch {
			case e.Answer != 0:
				tries = append(tries, 0)
			case e.Causes[five]&behavior.POST != 0:
				tries = append(tries, 1+e.MaxRetries.Value)
			default:
				tries = append(tries, 1)
			}
		}
	}
	slices.Sort(tries)
	return slices.Compact(tries)
}
