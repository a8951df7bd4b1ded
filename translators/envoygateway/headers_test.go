package envoygateway_test

import (
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
)

const single = "backendRefs: [{name: api, port: 80}]"

// ruled gives the route with something else in the place of the backends of the rule
// named all.
func ruled(rule string) string {
	at := strings.LastIndex(api, single)
	return edge + api[:at] + rule + api[at+len(single):]
}

// modifier is a filter for request headers.
func modifier(changes string) string {
	return "filters: [{type: RequestHeaderModifier, requestHeaderModifier: {" + changes + "}}]"
}

func TestFiltersOfARuleAndItsBackendsAreARetryPolicy(t *testing.T) {
	const (
		five     = "{name: X-Envoy-Retry-On, value: 5xx}"
		nine     = `{name: x-envoy-max-retries, value: "9"}`
		three    = `{name: x-envoy-max-retries, value: "3"}`
		connects = "  retry: {numRetries: 1, retryOn: {triggers: [connect-failure]}}"
		failures = "  retry: {numRetries: 1, retryOn: {triggers: [5xx]}}"
	)
	code, _ := behavior.Code(500)
	backend := func(changes string) string { return "{name: api, port: 80, " + modifier(changes) + "}" }
	for _, c := range []struct {
		about, rule, policy string
		retries             []int // of a 500, for each effect
	}{
		{"no filter", single, connects, []int{0}},
		{"both headers", modifier("set: ["+five+", "+nine+"]") + ", " + single, connects, []int{9}},
		{"both headers, without a policy", modifier("set: ["+five+", "+nine+"]") + ", " + single, "", []int{9}},
		{"words, without a policy", modifier("set: ["+five+"]") + ", " + single, "", []int{1}},
		{"a number, without a policy", modifier("set: ["+three+"]") + ", " + single, "", []int{0}},
		{"a number that is added", modifier("add: ["+three+"]") + ", " + single, failures, []int{3}},
		{"a number beside an HTTPRoute's stanza", modifier("set: ["+three+"]") + ", retry: {attempts: 1, codes: [500]}, " + single, "", []int{3}},
		{"what is added counts before what is set", modifier("add: ["+three+"], set: ["+nine+"]") + ", " + single, failures, []int{3}},
		{"what is taken out goes first", modifier("remove: [x-envoy-max-retries], set: ["+three+"]") + ", " + single, failures, []int{3}},
		{"a backend's", "backendRefs: [" + backend("set: ["+three+"]") + "]", failures, []int{3}},
		{"a backend's, and the rule's after it", modifier("set: ["+nine+"]") + ", backendRefs: [" + backend("set: ["+three+"]") + "]", failures, []int{9}},
		{"a backend's, which the rule takes out", modifier("remove: [X-Envoy-Max-Retries]") + ", backendRefs: [" + backend("set: ["+three+"]") + "]", failures, []int{1}},
		{"a backend's, to which the rule adds", modifier("add: ["+nine+"]") + ", backendRefs: [" + backend("set: ["+three+"]") + "]", failures, []int{1}},
		{"one of two backends'", "backendRefs: [{name: b, port: 80}, " + backend("set: ["+three+"]") + "]", failures, []int{1, 3}},
		{"that of a backend without requests", "backendRefs: [{name: b, port: 80}, {weight: 0, " + backend("set: [" + three + "]")[1:] + "]", failures, []int{1}},
	} {
		text := ruled(c.rule)
		if c.policy != "" {
			text += policy("p", "HTTPRoute", "api", c.policy)
		}
		var got []int
		for _, e := range read(t, text) {
			n := 0
			if e.Causes[code] == behavior.AllMethods {
				n = e.MaxRetries.Value
			}
			got = append(got, n)
			if len(c.retries) > 1 && !strings.Contains(strings.Join(e.Notes, " "), "for requests to ") {
				t.Errorf("%s: the notes %q tell no backend", c.about, e.Notes)
			}
		}
		if !slices.Equal(got, c.retries) {
			t.Errorf("%s: %v retries, want %v", c.about, got, c.retries)
		}
	}
}

// extension gives an EnvoyExtensionPolicy on a target.
func extension(target, spec string) string {
	return "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: EnvoyExtensionPolicy\nmetadata: {name: x, namespace: shop}\nspec: {targetRefs: [{group: gateway.networking.k8s.io, " + target + "}], " + spec + "}\n"
}

func TestAProgramThatIsNotSeenIsSaid(t *testing.T) {
	const route = "kind: HTTPRoute, name: api"
	patch := func(target, text string) string {
		return "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: EnvoyPatchPolicy\nmetadata: {name: x, namespace: shop}\nspec: {type: JSONPatch, targetRef: {group: gateway.networking.k8s.io, " + target + "}, jsonPatches: [" + text + "]}\n"
	}
	for about, c := range map[string]struct {
		more string
		said bool
	}{
		"Wasm":                              {extension(route, "wasm: [{name: a}]"), true},
		"Wasm, for the Gateway":             {extension("kind: Gateway, name: edge", "wasm: [{name: a}]"), true},
		"Wasm, for another route":           {extension("kind: HTTPRoute, name: other", "wasm: [{name: a}]"), false},
		"a processor of requests":           {extension(route, "extProc: [{processingMode: {request: {}}}]"), true},
		"a processor of responses":          {extension(route, "extProc: [{processingMode: {response: {}}}]"), false},
		"a processor that only looks on":    {extension(route, "extProc: [{shadowMode: true, processingMode: {request: {}}}]"), false},
		"a dynamic module":                  {extension(route, "dynamicModule: [{name: a}]"), true},
		"Lua that is given":                 {extension(route, "lua: [{type: Inline, inline: 'x'}]"), false},
		"Lua that is not given":             {extension(route, "lua: [{type: ValueRef, valueRef: {kind: ConfigMap, name: code}}]"), true},
		"a patch of retries":                {patch("kind: Gateway, name: edge", "{operation: {op: add, path: /route/retry_policy/num_retries, value: 3}}"), true},
		"a patch of something else":         {patch("kind: Gateway, name: edge", "{operation: {op: add, path: /route/timeout, value: 3s}}"), false},
		"a patch of another Gateway":        {patch("kind: Gateway, name: other", "{operation: {op: add, path: /route/retry_policy/num_retries, value: 3}}"), false},
		"a service that authorizes by gRPC": {strings.Replace(extension(route, "extAuth: {grpc: {backendRefs: [{name: a}]}}"), "EnvoyExtensionPolicy", "SecurityPolicy", 1), true},
		"a service that authorizes by HTTP": {strings.Replace(extension(route, "extAuth: {http: {backendRefs: [{name: a}]}}"), "EnvoyExtensionPolicy", "SecurityPolicy", 1), false},
	} {
		e := read(t, edge+api+policy("p", "HTTPRoute", "api", "  retry: {numRetries: 1}")+c.more)[0]
		if said := strings.Contains(strings.Join(e.Notes, " "), "cannot be seen here"); said != c.said || e.MaxRetries != behavior.Is(1) {
			t.Errorf("%s: %v retries, with the notes %q", about, e.MaxRetries, e.Notes)
		}
	}
}

func TestARuleThatRemovesTheHeadersIsSafeFromPrograms(t *testing.T) {
	const all = "x-envoy-retry-on, x-envoy-retry-grpc-on, X-Envoy-Max-Retries, x-envoy-retriable-status-codes, x-envoy-retriable-header-names"
	for names, safe := range map[string]bool{all: true, strings.Replace(all, "x-envoy-retry-on, ", "", 1): false} {
		use := strings.ReplaceAll(api, "backendRefs:", "filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: ["+names+"]}}], backendRefs:")
		e := read(t, edge+use+extension("kind: HTTPRoute, name: api", "wasm: [{name: a}]"))[0]
		if (len(e.Unseen) == 0) != safe {
			t.Errorf("the rule removes %s: %q", names, e.Unseen)
		}
	}
}

func TestACredentialInARetryHeaderLeavesItOpen(t *testing.T) {
	const filter = "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: HTTPRouteFilter\nmetadata: {name: f, namespace: shop}\nspec: {credentialInjection: {HEADER credential: {valueRef: {name: s}}}}\n"
	use := strings.Replace(api, "backendRefs:", "filters: [{type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: f}}], backendRefs:", -1)
	if use == api {
		t.Fatal("the route has no rule for the filter")
	}
	for header, open := range map[string]bool{"header: X-Envoy-Max-Retries,": true, "header: X-Key,": false, "": false} {
		e := read(t, edge+use+policy("p", "HTTPRoute", "api", "  retry: {numRetries: 1}")+strings.Replace(filter, "HEADER", header, 1))[0]
		if (e.MaxRetries.State == behavior.Unknown) != open {
			t.Errorf("%q: %v retries", header, e.MaxRetries)
		}
	}
}

func TestAHeaderThatAFilterMakesOfTheRequestLeavesItOpen(t *testing.T) {
	security := func(target, spec string) string {
		return "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: SecurityPolicy\nmetadata: {name: s, namespace: shop}\nspec: {targetRefs: [{group: gateway.networking.k8s.io, " + target + "}], " + spec + "}\n"
	}
	const code = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: code, namespace: shop}\ndata: {lua: 'x-envoy-max-retries'}\n"
	const claims = "jwt: {providers: [{name: a, claimToHeaders: [{header: X-Envoy-Max-Retries, claim: n}]}]}"
	retries := policy("p", "HTTPRoute", "api", "  retry: {numRetries: 1}")
	for about, c := range map[string]struct {
		more string
		open bool
	}{
		"a claim of a token":         {security("kind: HTTPRoute, name: api", claims), true},
		"a claim, for the Gateway":   {security("kind: Gateway, name: edge", claims), true},
		"a claim, for another route": {security("kind: HTTPRoute, name: other", claims), false},
		"the name of a user":         {security("kind: HTTPRoute, name: api", "basicAuth: {forwardUsernameHeader: x-envoy-max-retries}"), true},
		"the name of a client":       {security("kind: HTTPRoute, name: api", "apiKeyAuth: {forwardClientIDHeader: x-envoy-max-retries}"), true},
		"what a service says":        {security("kind: HTTPRoute, name: api", "extAuth: {http: {headersToBackend: [x-envoy-max-retries]}}"), true},
		"a token of OpenID Connect":  {security("kind: HTTPRoute, name: api", "oidc: {forwardIDToken: {header: x-envoy-max-retries}}"), true},
		"a program that names it":    {extension("kind: HTTPRoute, name: api", "lua: [{type: Inline, inline: 'request_handle:headers():replace(\"X-Envoy-Max-Retries\", \"9\")'}]"), true},
		"a program that does not":    {extension("kind: HTTPRoute, name: api", "lua: [{type: Inline, inline: 'request_handle:headers():replace(\"x-a\", \"9\")'}]"), false},
		"a program in a ConfigMap":   {extension("kind: HTTPRoute, name: api", "lua: [{type: ValueRef, valueRef: {kind: ConfigMap, name: code}}]") + code, true},
		"another header":             {security("kind: HTTPRoute, name: api", "extAuth: {http: {headersToBackend: [x-user]}}"), false},
	} {
		if e := read(t, edge+api+retries+c.more)[0]; (e.MaxRetries.State == behavior.Unknown) != c.open {
			t.Errorf("%s: %v retries", about, e.MaxRetries)
		}
	}
}

func TestLimitsOfNoughtLetNothingThrough(t *testing.T) {
	const retry = "  retry: {numRetries: 2}\n  circuitBreaker: "
	for _, c := range []struct {
		breaker         string
		retries, answer int
	}{
		{"{maxParallelRetries: 1}", 2, 0},
		{"{maxParallelRetries: 0}", 0, 0},
		{"{maxParallelRetries: 0, retryBudget: {percent: {numerator: 20}}}", 2, 0},
		{"{retryBudget: {percent: {numerator: 0}, minRetryConcurrency: 0}}", 0, 0},
		{"{retryBudget: {percent: {numerator: 0}}}", 2, 0},
		{"{maxConnections: 0}", 2, 0},
		{"{maxPendingRequests: 0}", 0, 503},
		{"{maxParallelRequests: 0}", 0, 503},
	} {
		if e := read(t, edge+api+policy("p", "HTTPRoute", "api", retry+c.breaker))[0]; e.MaxRetries != behavior.Is(c.retries) || e.Answer != c.answer {
			t.Errorf("%s: %v retries, answered %d", c.breaker, e.MaxRetries, e.Answer)
		}
	}
}

func TestNumbersHave32BitsAndNoSign(t *testing.T) {
	for given, want := range map[string]int{"-1": 4294967295, "4294967299": 3, "7": 7} {
		e := read(t, edge+api+policy("p", "HTTPRoute", "api", "  circuitBreaker: {retryBudget: {percent: {numerator: 20}, minRetryConcurrency: "+given+"}}"))[0]
		if e.Budget.Value.MinConcurrent != want || (len(e.Notes) > 0) != (given != "7") {
			t.Errorf("minRetryConcurrency %s is %d, with the notes %q", given, e.Budget.Value.MinConcurrent, e.Notes)
		}
	}
	for _, limit := range []string{"maxConnections", "maxPendingRequests", "maxParallelRequests", "maxParallelRetries", "maxRequestsPerConnection"} {
		for _, n := range []string{"-1", "4294967296"} {
			if e := read(t, edge+api+policy("p", "HTTPRoute", "api", "  circuitBreaker: {"+limit+": "+n+"}"))[0]; e.Answer != 500 {
				t.Errorf("%s %s is taken", limit, n)
			}
		}
	}
	for _, n := range []string{"-1", "2147483648"} {
		if e := read(t, edge+api+policy("p", "HTTPRoute", "api", "  retry: {numRetries: "+n+"}"))[0]; e.Answer != 500 {
			t.Errorf("numRetries %s is taken", n)
		}
	}
}
