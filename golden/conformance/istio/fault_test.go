package istio

import (
	"path/filepath"
	"testing"

	"retryctl.dev/golden/conformance/planted"
	"retryctl.dev/schema/manifest"
)

func faults() []planted.Fault {
	http := func(name string, at int, change func(manifest.Value)) func(*manifest.Object) bool {
		return planted.In("VirtualService", name, func(v manifest.Value) { change(v.At("spec", "http").Index(at)) })
	}
	retryOn := func(words string) func(*manifest.Object) bool {
		return http("api", 0, planted.Put(words, "retries", "retryOn"))
	}
	rule := func(name string, change func(manifest.Value)) func(*manifest.Object) bool {
		return planted.In("DestinationRule", name, func(v manifest.Value) { change(v.At("spec", "trafficPolicy")) })
	}
	stanza := func(at int, change func(manifest.Value)) func(*manifest.Object) bool {
		return planted.In("HTTPRoute", "api", func(v manifest.Value) { change(v.At("spec", "rules").Index(at)) })
	}
	bare := func(field string) func(manifest.Value) {
		return func(v manifest.Value) {
			v.Remove(field)
			v.Make("loadBalancer").Put("simple", "ROUND_ROBIN") // Istio refuses an empty trafficPolicy
		}
	}
	return []planted.Fault{
		planted.New("one attempt more", "basic", http("api", 0, planted.Put(4, "retries", "attempts"))),
		planted.New("attempts that count the first try", "basic", http("api", 0, planted.Put(2, "retries", "attempts"))),
		planted.New("attempts left out", "jitter", http("api", 0, planted.Put(manifest.Map(), "retries"))),
		planted.New("the trigger without codes", "basic", retryOn("connect-failure,refused-stream,reset,retriable-status-codes")),
		planted.New("codes without a trigger", "basic", retryOn("503,504")),
		planted.New("a code more", "basic", retryOn("connect-failure,refused-stream,reset,500,503,504")),
		planted.New("5xx in place of two codes", "basic", retryOn("connect-failure,refused-stream,5xx")),
		planted.New("retryOn left out", "basic", http("api", 0, planted.Remove("retries", "retryOn"))),
		planted.New("a POST is retried like a GET", "basic", http("api", 0, func(h manifest.Value) {
			for _, m := range h.At("match").Items() {
				m.At("method").Put("regex", "GET|HEAD|OPTIONS|TRACE|PUT|DELETE|POST")
			}
		})),
		planted.New("a method that is not written", "basic", http("api", 0, func(h manifest.Value) {
			for _, m := range h.At("match").Items() {
				m.Remove("method")
			}
		})),
		planted.New("the half of a prefix left out", "basic", http("api", 0, func(h manifest.Value) { h.At("match").RemoveIndex(1) })),
		planted.New("a prefix that is one of the text", "basic", http("api", 1, func(h manifest.Value) { h.At("match").Index(1).At("uri").Put("prefix", "/ap") })),
		planted.New("the http routes swapped", "basic", planted.In("VirtualService", "api", func(v manifest.Value) {
			https := v.At("spec", "http")
			first := https.Index(0).Copy()
			https.RemoveIndex(0)
			https.Append(first)
		})),
		planted.New("a host that is no longer the route's", "basic", planted.In("VirtualService", "api", planted.Put([]string{"apl.example"}, "spec", "hosts"))),
		planted.New("another Gateway", "basic", planted.In("VirtualService", "api", planted.Put([]string{"shop/internal"}, "spec", "gateways"))),
		planted.New("the Gateway left out, for which the mesh is meant", "basic", planted.In("VirtualService", "api", planted.Remove("spec", "gateways"))),
		planted.New("another destination", "basic", http("api", 0, func(h manifest.Value) {
			h.At("route").Index(0).At("destination").Put("host", "apl.shop.svc.cluster.local")
		})),
		planted.New("Istio's default left in place", "timeout-of-a-try", http("api", 1, planted.Remove("retries"))),
		planted.New("the timeout of a try left out", "timeout-of-a-try", http("api", 0, planted.Remove("retries", "perTryTimeout"))),
		planted.New("the timeout of the request left out", "timeout-of-a-try", http("api", 0, planted.Remove("timeout"))),
		planted.New("the timeouts swapped", "timeout-of-a-try", http("api", 0, func(h manifest.Value) {
			planted.Put("3s", "retries", "perTryTimeout")(h)
			planted.Put("500ms", "timeout")(h)
		})),
		planted.New("the base of the waits left out", "jitter", http("api", 0, planted.Remove("retries", "backoff"))),
		planted.New("the cap in place of the base", "jitter", http("api", 0, planted.Put("400ms", "retries", "backoff"))),
		planted.New("no budget", "budget", rule("api", bare("retryBudget"))),
		planted.New("a share in place of percent", "budget", rule("api", planted.Put(0.2, "retryBudget", "percent"))),
		planted.New("the budget's floor left out", "budget", rule("api", planted.Remove("retryBudget", "minRetryConcurrency"))),
		planted.New("the budget of another host", "budget", planted.In("DestinationRule", "api", planted.Put("apl.shop.svc.cluster.local", "spec", "host"))),
		planted.New("a limit one higher", "circuit-breaker", rule("api", planted.Put(11, "connectionPool", "http", "maxRetries"))),
		planted.New("0 retries at once, which is no limit", "circuit-breaker", rule("api", planted.Put(0, "connectionPool", "http", "maxRetries"))),
		planted.New("no connection pool", "circuit-breaker", rule("api", bare("connectionPool"))),
		planted.New("a key that is the same for all requests", "idempotency-key", http("orders", 0, planted.Put("${request_id}", "headers", "request", "set", "Idempotency-Key"))),
		planted.New("one attempt more in a stanza", "istio-kubernetes-gateway", stanza(1, planted.Put(4, "retry", "attempts"))),
		planted.New("attempts left out of a stanza", "istio-kubernetes-gateway", stanza(1, planted.Remove("retry", "attempts"))),
		planted.New("a code more in a stanza", "istio-kubernetes-gateway", stanza(1, planted.With(500, "retry", "codes"))),
		planted.New("no stanza", "istio-kubernetes-gateway", stanza(1, planted.Remove("retry"))),
		planted.New("a method more for a rule with a stanza", "istio-kubernetes-gateway", stanza(1, func(v manifest.Value) {
			post := v.At("matches").Index(0).Copy()
			post.Put("method", "POST")
			v.At("matches").Append(post)
		})),
		planted.New("the timeout of a try left out beside a stanza", "istio-kubernetes-gateway", stanza(1, planted.Remove("timeouts"))),
	}
}

// differences plants a fault in what a text is translated to, and gives what is
// found of it.
func differences(t *testing.T, f planted.Fault, text []byte) []string {
	t.Helper()
	in := load(t, text)
	given, changed := f.Plant(in.result.Objects)
	if !changed {
		t.Fatalf("%q changes nothing of %s", f.Name, f.Golden)
	}
	said := in.plan.World.With(in.result.Objects...)
	return judge(t, in.intents(), trial{in.plan.World, said, in.plan.World.With(given...)}, in.settings, in.refused(), &tally{})
}

func TestEveryFaultInIstiosObjectsIsFound(t *testing.T) {
	_, texts := cases(t)
	list, found := faults(), 0
	for _, c := range planted.Cases(list) {
		for _, d := range differences(t, planted.None(c), texts[c]) {
			t.Errorf("%s without a fault: %s", c, d)
		}
	}
	for _, m := range list {
		if len(differences(t, m, texts[m.Golden])) > 0 {
			found++
		} else {
			t.Errorf("Istio: %q in %s makes nothing fail", m.Name, m.Golden)
		}
	}
	t.Logf("Istio: %d of %d planted faults were found", found, len(list))
	if *handover == "" {
		return
	}
	makeHandover(t)
	if err := (planted.Score{Gateway: "Istio", Found: found, Planted: len(list)}).Write(filepath.Join(*handover, "planted.score")); err != nil {
		t.Error(err)
	}
}
