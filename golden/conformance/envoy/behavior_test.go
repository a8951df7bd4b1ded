package envoy

import (
	"slices"
	"testing"
	"time"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"retryctl.dev/schema/behavior"
)

func parse[M proto.Message](t *testing.T, m M, text string) M {
	t.Helper()
	if err := protojson.Unmarshal([]byte(text), m); err != nil {
		t.Fatal(err)
	}
	return m
}

func effect(t *testing.T, route, cluster string) behavior.Effect {
	t.Helper()
	var c *clusterv3.Cluster
	if cluster != "" {
		c = parse(t, &clusterv3.Cluster{}, cluster)
	}
	return Behavior(parse(t, &routev3.Route{}, route), c)
}

func causes(e behavior.Effect, methods behavior.Methods) string {
	return behavior.CauseList(e.Causes.List(methods))
}

func TestARouteWithoutAPolicyIsNeverRetriedAndEndsAfterFifteenSeconds(t *testing.T) {
	e := effect(t, `{"name":"r","match":{"prefix":"/"},"route":{"cluster":"c"}}`, "")
	want := behavior.Behavior{
		MaxRetries: behavior.Is(0), TotalTimeout: behavior.Is(15 * time.Second),
		AttemptTimeout: behavior.None[time.Duration](), Backoff: behavior.None[behavior.Backoff](),
		Budget: behavior.None[behavior.Budget](), IdempotencyKey: behavior.None[string](),
		Breaker: behavior.Breaker{
			MaxConnections: behavior.Is[int64](1024), MaxPendingRequests: behavior.Is[int64](1024),
			MaxParallelRequests: behavior.Is[int64](1024), MaxParallelRetries: behavior.Is[int64](3),
		},
	}
	if e.Behavior != want || e.Methods != behavior.AllMethods || e.Rule != "r" {
		t.Errorf("%+v", e)
	}
}

func TestEachWordOfRetryOnRetriesWhatEnvoyRetriesForIt(t *testing.T) {
	const everyLoss = "ConnectFailure, RefusedStream, ResetBeforeRequest, Reset, AttemptTimeout"
	for words, want := range map[string]string{
		"5xx":                              everyLoss + ", 500-599",
		"gateway-error":                    everyLoss + ", 502-504",
		"reset":                            everyLoss,
		"reset-before-request":             "ConnectFailure, ResetBeforeRequest",
		"connect-failure,refused-stream":   "ConnectFailure, RefusedStream",
		"retriable-4xx":                    "409",
		" retriable-status-codes , nosuch": "503, 520",
		"connect-failure,unavailable":      "ConnectFailure, UNAVAILABLE",
		"nosuch":                           "",
	} {
		e := effect(t, `{"match":{"prefix":"/"},"route":{"cluster":"c","retry_policy":{"retry_on":"`+words+`","num_retries":2,"retriable_status_codes":[503,520]}}}`, "")
		if got := causes(e, behavior.AllMethods); got != want {
			t.Errorf("%s retries %q, not %q", words, got, want)
		}
		if n := e.MaxRetries; want == "" && n != behavior.Is(0) {
			t.Errorf("%s, which retries nothing, has %v retries", words, n)
		}
	}
}

func TestAPolicyWithoutNumbersRetriesOnceWithEnvoysWaits(t *testing.T) {
	e := effect(t, `{"match":{"prefix":"/"},"route":{"cluster":"c","retry_policy":{"retry_on":"5xx"}}}`, "")
	if e.MaxRetries != behavior.Is(1) {
		t.Errorf("retries %v", e.MaxRetries)
	}
	want := behavior.Backoff{Base: 25 * time.Millisecond, Cap: 250 * time.Millisecond, Growth: 2, Jitter: behavior.FullJitter, NotAfter425: true}
	if e.Backoff != behavior.Is(want) {
		t.Errorf("waits %+v", e.Backoff)
	}
	e = effect(t, `{"match":{"prefix":"/"},"route":{"cluster":"c","retry_policy":{"retry_on":"5xx","retry_back_off":{"base_interval":"0.3s"}}}}`, "")
	if e.Backoff.Value.Base != 300*time.Millisecond || e.Backoff.Value.Cap != 3*time.Second {
		t.Errorf("waits %+v", e.Backoff)
	}
}

func TestATrysTimeoutThatIsNotLessThanTheRequestsIsIgnored(t *testing.T) {
	for _, c := range []struct {
		total, try           string
		wantTotal, wantTry   time.Duration
		totalState, tryState behavior.State
	}{
		{`"timeout":"5s",`, "2s", 5 * time.Second, 2 * time.Second, behavior.Set, behavior.Set},
		{`"timeout":"5s",`, "5s", 5 * time.Second, 0, behavior.Set, behavior.Off},
		{``, "20s", 15 * time.Second, 0, behavior.Set, behavior.Off},
		{`"timeout":"0s",`, "20s", 0, 20 * time.Second, behavior.Off, behavior.Set},
		{`"timeout":"0s",`, "0s", 0, 0, behavior.Off, behavior.Off},
	} {
		e := effect(t, `{"match":{"prefix":"/"},"route":{"cluster":"c",`+c.total+`"retry_policy":{"retry_on":"5xx","per_try_timeout":"`+c.try+`"}}}`, "")
		total := behavior.Setting[time.Duration]{State: c.totalState, Value: c.wantTotal}
		try := behavior.Setting[time.Duration]{State: c.tryState, Value: c.wantTry}
		if e.TotalTimeout != total {
			t.Errorf("%+v: total %v", c, e.TotalTimeout)
		}
		if e.AttemptTimeout != try {
			t.Errorf("%+v: try %v", c, e.AttemptTimeout)
		}
	}
}

func TestMethodsComeFromTheMatchAndFromTheGuard(t *testing.T) {
	e := effect(t, `{"match":{"prefix":"/","headers":[{"name":":method","string_match":{"safe_regex":{"regex":"GET|HEAD"}}}]},"route":{"cluster":"c"}}`, "")
	if e.Methods != behavior.GET|behavior.HEAD {
		t.Errorf("reached by %s", e.Methods)
	}
	e = effect(t, `{"match":{"prefix":"/","headers":[{"name":":method","string_match":{"exact":"GET"},"invert_match":true}]},"route":{"cluster":"c"}}`, "")
	if e.Methods != behavior.AllMethods&^behavior.GET {
		t.Errorf("reached by %s", e.Methods)
	}
	guarded := `{"match":{"prefix":"/"},"route":{"cluster":"c","retry_policy":{"retry_on":"reset","retriable_request_headers":[{"name":":method","string_match":{"exact":"PUT"}},{"name":":method","string_match":{"exact":"GET"}}]}}}`
	if e := effect(t, guarded, ""); e.Causes[behavior.Reset] != behavior.GET|behavior.PUT {
		t.Errorf("retried for %s", e.Causes[behavior.Reset])
	}
}

func TestABudgetTakesThePlaceOfTheLimitOnRetries(t *testing.T) {
	e := effect(t, `{"match":{"prefix":"/"},"route":{"cluster":"c","retry_policy":{"retry_on":"reset"}}}`,
		`{"circuit_breakers":{"thresholds":[{"priority":"HIGH","max_retries":1},{"max_connections":7,"max_requests":4294967295,"max_retries":9,"retry_budget":{"budget_percent":{"value":12.5}}}]}}`)
	if e.Budget != behavior.Is(behavior.Budget{Percent: 12.5, MinConcurrent: 3}) || !e.Breaker.RetriesOverridden {
		t.Errorf("budget %+v, %+v", e.Budget, e.Breaker)
	}
	if e.Breaker.MaxConnections != behavior.Is[int64](7) || e.Breaker.MaxParallelRequests.State != behavior.Off || e.Breaker.MaxPendingRequests != behavior.Is[int64](1024) {
		t.Errorf("breaker %+v", e.Breaker)
	}
}

func TestAKeyIsOneThatKeepsTheClientsValue(t *testing.T) {
	for option, want := range map[string]bool{
		`"header":{"key":"Idempotency-Key","value":"%REQ(idempotency-key?x-request-id)%"},"append_action":"OVERWRITE_IF_EXISTS_OR_ADD"`: true,
		`"header":{"key":"Idempotency-Key","value":"%REQ(X-Request-Id)%"},"append_action":"ADD_IF_ABSENT"`:                              true,
		`"header":{"key":"Idempotency-Key","value":"%REQ(X-Request-Id)%"},"append_action":"OVERWRITE_IF_EXISTS_OR_ADD"`:                 false,
		`"header":{"key":"Idempotency-Key","value":"%REQ(Idempotency-Key?X-Request-Id)%"},"append_action":"APPEND_IF_EXISTS_OR_ADD"`:    false,
		`"header":{"key":"Idempotency-Key","value":"${request_id}"},"append_action":"OVERWRITE_IF_EXISTS_OR_ADD"`:                       false,
	} {
		e := effect(t, `{"match":{"prefix":"/"},"route":{"cluster":"c"},"request_headers_to_add":[{`+option+`}]}`, "")
		if got := e.IdempotencyKey == behavior.Is("Idempotency-Key"); got != want {
			t.Errorf("%s: a key: %v", option, got)
		}
	}
}

func TestTheFirstRouteOfTheMostSpecificHostIsReached(t *testing.T) {
	config := parse(t, &routev3.RouteConfiguration{}, `{"virtual_hosts":[
		{"name":"any","domains":["*"],"routes":[{"name":"any","match":{"prefix":"/"}}]},
		{"name":"wild","domains":["*.shop.example"],"routes":[{"name":"wild","match":{"prefix":"/"}}]},
		{"name":"shop","domains":["www.shop.example"],"routes":[
			{"name":"post","match":{"path_separated_prefix":"/a","headers":[{"name":":method","string_match":{"exact":"POST"}}]}},
			{"name":"v2","match":{"path_separated_prefix":"/a","headers":[{"name":"x-version","string_match":{"exact":"2"}}]}},
			{"name":"page","match":{"path_separated_prefix":"/a","query_parameters":[{"name":"page","string_match":{"exact":"1"}}]}},
			{"name":"digits","match":{"safe_regex":{"regex":"/[0-9]+"}}},
			{"name":"a","match":{"path_separated_prefix":"/a"}}]}]}`)
	get := func(host, path string) Request { return Request{Host: host, Method: "GET", Path: path} }
	with := func(q Request, change func(*Request)) Request { change(&q); return q }
	a := get("www.shop.example", "/a/b")
	for _, c := range []struct {
		q    Request
		want string
	}{
		{a, "a"},
		{get("www.shop.example", "/ab"), ""},
		{get("www.shop.example", "/12"), "digits"},
		{get("www.shop.example", "/12x"), ""},
		{get("api.shop.example", "/a"), "wild"},
		{get("shop.example", "/a"), "any"},
		{with(a, func(q *Request) { q.Method = "POST" }), "post"},
		{with(a, func(q *Request) { q.Headers = map[string]string{"x-version": "2"} }), "v2"},
		{with(a, func(q *Request) { q.Query = map[string]string{"page": "1"} }), "page"},
	} {
		if got := Find(config, c.q).GetName(); got != c.want {
			t.Errorf("%+v reaches %q, not %q", c.q, got, c.want)
		}
	}
}

func TestARouteThatAnswersItselfIsNeverRetried(t *testing.T) {
	e := effect(t, `{"match":{"prefix":"/"},"direct_response":{"status":500}}`, "")
	if e.MaxRetries != behavior.Is(0) || !slices.Contains(e.Notes, "the route answers by itself: nothing is sent to a backend") {
		t.Errorf("%+v", e)
	}
}
