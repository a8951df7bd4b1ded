package kong_test

import (
	"strings"
	"testing"
	"time"

	"retryctl.dev/schema/behavior"
)

// plain is a policy that asks for nothing that Read would look at.
var plainPolicy = policy(onRoute, "maxRetries: 0")

// read gives what Kong does with the only rule of an input before translating.
func read(t *testing.T, setup string, parts ...string) behavior.Effect {
	t.Helper()
	r := try(t, setup, plainPolicy+join(parts...))
	if len(r.before) != 1 || len(r.before[0]) != 1 {
		t.Fatalf("%d intents, the first with %d effects", len(r.before), len(r.before[0]))
	}
	return r.before[0][0]
}

func TestAServiceWithoutAnnotationRetriesFiveTimes(t *testing.T) {
	e := read(t, "3.10", httpRoute("", rule("reads", "", "api")), service("api"))
	retries(t, e, 5)
	if e.Methods != reached {
		t.Errorf("requests with %s reach the backend", e.Methods)
	}
	retried(t, e, behavior.ConnectFailure, reached)
	retried(t, e, behavior.ResetBeforeRequest, reached)
	retried(t, e, behavior.Reset, idempotent)
	retried(t, e, behavior.AttemptTimeout, idempotent)
	retried(t, e, code(503), 0)
	if e.AttemptTimeout != behavior.Is(time.Minute) || e.TotalTimeout.State != behavior.Off || e.Backoff.State != behavior.Off || !e.Never[behavior.RefusedStream] {
		t.Errorf("unexpected defaults: %+v", e.Behavior.AttemptTimeout)
	}
}

func TestAnnotationsAreReadAsTheControllerReadsThem(t *testing.T) {
	for value, want := range map[string]int{"0": 0, "4": 4, "+4": 4, "3.5": 5, " 3": 5, "three": 5, "": 5, "32767": 32767} {
		e := read(t, "3.10", httpRoute("", rule("reads", "", "api")), service("api", `konghq.com/retries: "`+value+`"`))
		retries(t, e, want)
	}
}

func TestANumberOutOfRangeMakesKongRefuseEverything(t *testing.T) {
	for _, value := range []string{"-1", "32768", "40000"} {
		e := read(t, "3.10", httpRoute("", rule("reads", "", "api")), service("api", `konghq.com/retries: "`+value+`"`))
		unknown(t, e)
		if len(e.Notes) != 1 || !strings.Contains(e.Notes[0], "refuses its whole configuration") {
			t.Errorf("the notes of %s are %q", value, e.Notes)
		}
	}
}

func TestTheAnnotationOnARouteHasNoEffect(t *testing.T) {
	e := read(t, "3.10", httpRoute(`, annotations: {konghq.com/retries: "3"}`, rule("reads", ", retry: {attempts: 2}, timeouts: {request: 5s}", "api")), service("api"))
	retries(t, e, 5)
	if len(e.Notes) != 3 {
		t.Errorf("the notes are %q: the annotation, the stanza and the timeout are to be named", e.Notes)
	}
}

func TestServicesOfARuleThatDifferDropTheRule(t *testing.T) {
	for _, annotations := range [][]string{{`konghq.com/retries: "3"`}, {`konghq.com/retries: "2"`, `konghq.com/path: /x`}} {
		e := read(t, "3.10", httpRoute("", rule("reads", "", "api", "other")), service("api", annotations...), service("other", `konghq.com/retries: "2"`))
		retries(t, e, 0)
		if len(e.Notes) != 1 || !strings.Contains(e.Notes[0], "leaves the rule out") {
			t.Errorf("the notes are %q", e.Notes)
		}
	}
	e := read(t, "3.10", httpRoute("", rule("reads", "", "api", "other")), service("api", `konghq.com/retries: "2"`, "other.io/x: y"), service("other", `konghq.com/retries: "2"`))
	retries(t, e, 2)
}

func TestAServiceThatIsNotInTheInputIsUnknown(t *testing.T) {
	unknown(t, read(t, "3.10", httpRoute("", rule("reads", "", "api"))))
	unknown(t, read(t, "3.10", httpRoute("", rule("reads", "", "api", "other")), service("other")))
}

func TestARuleThatSendsNowhereRetriesNothing(t *testing.T) {
	retries(t, read(t, "3.10", httpRoute("", rule("reads", ""))), 0)
}

func TestTimeoutsOfTheServiceWinOverTheRoutes(t *testing.T) {
	timeouts := ", timeouts: {backendRequest: 5s}"
	e := read(t, "3.10", httpRoute("", rule("reads", timeouts, "api")), service("api"))
	if e.AttemptTimeout != behavior.Is(5*time.Second) || len(e.Notes) != 0 {
		t.Errorf("a try takes %+v (%q)", e.AttemptTimeout, e.Notes)
	}
	e = read(t, "3.10", httpRoute("", rule("reads", timeouts, "api")), service("api", `konghq.com/read-timeout: "9000"`))
	if e.AttemptTimeout != behavior.Is(9*time.Second) || len(e.Notes) != 2 {
		t.Errorf("a try takes %+v (%q); connecting and sending 5s are to be named", e.AttemptTimeout, e.Notes)
	}
	unknown(t, read(t, "3.10", httpRoute("", rule("reads", "", "api")), service("api", `konghq.com/read-timeout: "0"`)))
}

func TestOfRulesWithTheSameBackendsTheLastTimeoutWins(t *testing.T) {
	r := try(t, "3.10", policy(onReads, "maxRetries: 0")+
		httpRoute("", rule("reads", ", timeouts: {backendRequest: 5s}", "api")+", "+rule("writes", ", timeouts: {backendRequest: 7s}", "api"))+service("api"))
	if got := r.before[0][0].AttemptTimeout; got != behavior.Is(7*time.Second) {
		t.Errorf("a try takes %+v, not the 7s of the other rule", got)
	}
}

func TestCodeOnARuleSetsRetries(t *testing.T) {
	byMethod := `if kong.request.get_method() == "GET" then kong.service.set_retries(3) else kong.service.set_retries(0) end`
	cases := []struct {
		name, setup, code string
		want              int
		methods           behavior.Methods
	}{
		{"a bare call", "3.10", "kong.service.set_retries(3)", 3, reached},
		{"a call through a local", "3.10", "local s = kong.service\nif s and s.set_retries then s.set_retries(1) end", 1, reached},
		{"a number by method", "3.10", byMethod, 3, behavior.GET},
		{"a table of methods", "3.10", `kong.service.set_retries(({ GET = true, HEAD = true })[kong.request.get_method()] and 3 or 0)`, 3, behavior.GET | behavior.HEAD},
		{"a function that is run for each request", "3.10", "return function() kong.service.set_retries(2) end", 2, reached},
		{"code about something else", "3.14", "kong.response.set_header('X', 'y')", 5, reached},
		{"a guarded call that strict hides", "3.14 Strict", "if kong.service.set_retries then kong.service.set_retries(1) end", 5, reached},
		{"a call that fails inside of pcall", "3.14 Strict", "pcall(function() kong.service.set_retries(1) end)", 5, reached},
		{"a call that only a comment mentions", "3.10", "-- kong.service.set_retries(1)\nlocal x = 1", 5, reached},
		{"the default of 3.13", "3.13", "kong.service.set_retries(3)", 3, reached},
		{"what nobody said on 3.14", "3.14", "kong.service.set_retries(3)", 3, reached},
		{"lax on 3.14", "3.14 Lax", "kong.service.set_retries(3)", 3, reached},
	}
	for _, c := range cases {
		e := read(t, c.setup, httpRoute("", rule("reads", filter, "api")), service("api"), plugin("fn", "pre-function", inAccess(c.code)))
		if e.MaxRetries != behavior.Is(c.want) || e.Causes[behavior.ConnectFailure] != c.methods {
			t.Errorf("%s: %+v retries for %s, not %d for %s", c.name, e.MaxRetries, e.Causes[behavior.ConnectFailure], c.want, c.methods)
		}
	}
}

func TestNumbersByMethodAreEffectsOfTheirOwn(t *testing.T) {
	code := `local n = ({ GET = 3, PUT = 1, POST = 1 })[kong.request.get_method()] or 0 kong.service.set_retries(n)`
	r := try(t, "3.10", plainPolicy+httpRoute("", rule("reads", filter, "api"))+service("api")+plugin("fn", "pre-function", inAccess(code)))
	if len(r.before[0]) != 2 {
		t.Fatalf("there are %d effects, and two numbers above 0", len(r.before[0]))
	}
	three, once := r.before[0][0], r.before[0][1]
	retries(t, three, 3)
	retries(t, once, 1)
	if three.Methods&once.Methods != 0 || three.Methods|once.Methods != reached || once.Methods != behavior.PUT|behavior.POST {
		t.Errorf("the effects are for %s and for %s", three.Methods, once.Methods)
	}
	retried(t, three, behavior.Reset, behavior.GET)
	retried(t, once, behavior.Reset, behavior.PUT)
}

func TestCodeThatFailsAnswersEveryRequest500(t *testing.T) {
	for setup, code := range map[string]string{
		"3.14 Strict":   "kong.service.set_retries(3)",
		"3.7":           "kong.service.set_retries(3)",
		"3.10":          "kong.service.set_retries(40000)",
		"3.11":          "kong.service.set_retries(1.5)",
		"3.12":          "kong.service.set_timeouts(1, 2)",
		"3.9 Open":      `require("resty.kong.upstream").set_next_upstream("error")`,
		"3.10 Lax":      `require("resty.kong.upstream").set_next_upstream("error")`,
		"3.10 Disabled": "local x = 1",
	} {
		e := read(t, setup, httpRoute("", rule("reads", filter, "api")), service("api"), plugin("fn", "pre-function", inAccess(code)))
		retries(t, e, 0)
		if len(e.Notes) == 0 || !strings.Contains(e.Notes[0], "500") {
			t.Errorf("%s of Kong %s: the notes are %q", code, setup, e.Notes)
		}
	}
}

func TestCodeThatIsNotFollowedIsUnknown(t *testing.T) {
	for name, code := range map[string]string{
		"a loop":              "for i = 1, 3 do kong.service.set_retries(i) end",
		"inner state":         "ngx.ctx.balancer_data.retries = 3",
		"a header":            `kong.service.set_retries(tonumber(kong.request.get_header("X-Retries")))`,
		"a callback":          "kong.service.set_target_retry_callback(function() end)",
		"arithmetic":          "kong.service.set_retries(1 + 2)",
		"a module of its own": `require("my.retries").set_retries(3)`,
		"a module that a setting of the sandbox may let through": `require("resty.kong.upstream").set_next_upstream("http_503")`,
		"no Lua at all":  "set_retries ((",
		"endless calls":  "local function f() f() end f() kong.service.set_retries(1)",
		"another global": "if debug_mode then kong.service.set_retries(1) end",
	} {
		e := read(t, "3.10", httpRoute("", rule("reads", filter, "api")), service("api"), plugin("fn", "pre-function", inAccess(code)))
		if e.MaxRetries.State != behavior.Unknown || e.Unclear[behavior.Reset]&behavior.POST == 0 || e.Unclear[code503] == 0 {
			t.Errorf("%s: %+v retries; anything may be retried", name, e.MaxRetries)
		}
	}
}

var code503 = code(503)

func TestAPluginThatCannotBeSeenInFullIsUnknown(t *testing.T) {
	for name, object := range map[string]string{
		"a Secret":           strings.Replace(plugin("fn", "pre-function", "{}"), "config: {}", "configFrom: {secretKeyRef: {name: s, key: k}}", 1),
		"https alone":        plugin("fn", "pre-function", inAccess("kong.service.set_retries(3)")) + "protocols: [https]\n",
		"a consumer's":       plugin("fn", "pre-function", inAccess("kong.service.set_retries(3)")) + "consumerRef: alice\n",
		"a phase that fails": plugin("fn", "pre-function", `{header_filter: ["kong.service.set_retries(3)"]}`),
	} {
		e := read(t, "3.10", httpRoute("", rule("reads", filter, "api")), service("api"), object)
		if e.MaxRetries.State != behavior.Unknown {
			t.Errorf("%s: %+v retries", name, e.MaxRetries)
		}
	}
}

func TestThePluginNearestToTheRequestRuns(t *testing.T) {
	three, two := plugin("fn", "pre-function", inAccess("kong.service.set_retries(3)")), plugin("two", "pre-function", inAccess("kong.service.set_retries(2)"))
	global := strings.Replace(strings.Replace(two, "KongPlugin", "KongClusterPlugin", 1), "namespace: shop", `labels: {global: "true"}`, 1)
	onService := service("api", "konghq.com/plugins: two")
	retries(t, read(t, "3.10", httpRoute("", rule("reads", filter, "api")), onService, three, two), 3)
	retries(t, read(t, "3.10", httpRoute("", rule("reads", "", "api")), onService, two), 2)
	retries(t, read(t, "3.10", httpRoute("", rule("reads", "", "api")), service("api"), global), 2)
	retries(t, read(t, "3.10", httpRoute("", rule("reads", filter, "api")), service("api"), global, three), 3)
	retries(t, read(t, "3.10", httpRoute(`, annotations: {konghq.com/plugins: "x, shop:two"}`, rule("reads", "", "api")), service("api"), two), 2)
	retries(t, read(t, "3.10", httpRoute("", rule("reads", filter, "api")), onService, three+"disabled: true\n", two), 2)
}

func TestAPostFunctionHasTheLastWord(t *testing.T) {
	e := read(t, "3.10", httpRoute(", annotations: {konghq.com/plugins: post}", rule("reads", filter, "api")), service("api"),
		plugin("fn", "pre-function", inAccess("kong.service.set_retries(3)")), plugin("post", "post-function", inAccess("kong.service.set_retries(1)")))
	retries(t, e, 1)
}

func TestTwoPluginsOfAKindOnARuleMakeKongRefuseEverything(t *testing.T) {
	e := read(t, "3.10", httpRoute(", annotations: {konghq.com/plugins: two}", rule("reads", filter, "api")), service("api"),
		plugin("fn", "pre-function", inAccess("kong.service.set_retries(3)")), plugin("two", "pre-function", inAccess("local x = 1")))
	unknown(t, e)
}

func TestCodeChoosesWhatIsRetried(t *testing.T) {
	next := `require("resty.kong.upstream").set_next_upstream(%s)`
	for words, check := range map[string]func(e behavior.Effect){
		`"error", "timeout", "http_503"`: func(e behavior.Effect) {
			retried(t, e, code(503), idempotent)
			retried(t, e, behavior.Reset, idempotent)
		},
		`"http_429", "non_idempotent"`: func(e behavior.Effect) {
			retried(t, e, code(429), reached)
			retried(t, e, behavior.ConnectFailure, 0)
			retried(t, e, behavior.AttemptTimeout, 0)
		},
		`"error"`: func(e behavior.Effect) {
			retried(t, e, behavior.AttemptTimeout, 0)
			if e.Unclear[behavior.ConnectFailure] != reached {
				t.Errorf("without the word timeout a connect failure is retried only if it is an error")
			}
		},
		`"off"`: func(e behavior.Effect) { retries(t, e, 0) },
	} {
		e := read(t, "3.10 Open", httpRoute("", rule("reads", filter, "api")), service("api"), plugin("fn", "pre-function", inAccess(strings.ReplaceAll(next, "%s", words))))
		check(e)
	}
}

func TestCodeSetsTimeoutsForConnectingAndReceivingOnly(t *testing.T) {
	e := read(t, "3.10", httpRoute("", rule("reads", filter, "api")), service("api"), plugin("fn", "pre-function", inAccess("kong.service.set_timeouts(2000, 2000, 2000)")))
	if e.AttemptTimeout != second || len(e.Notes) != 1 || !strings.Contains(e.Notes[0], "sending the request can take 1m") {
		t.Errorf("a try takes %+v (%q)", e.AttemptTimeout, e.Notes)
	}
}

func TestTheKeyIsTheHeaderOfCorrelationID(t *testing.T) {
	e := read(t, "3.10", httpRoute("", rule("reads", filter, "api")), service("api"), plugin("fn", "correlation-id", "{header_name: Idempotency-Key}"))
	if e.IdempotencyKey != behavior.Is("Idempotency-Key") {
		t.Errorf("the key is %+v", e.IdempotencyKey)
	}
	e = read(t, "3.10", httpRoute("", rule("reads", "", "api")), service("api", "konghq.com/plugins: fn"), plugin("fn", "correlation-id", "{}"))
	if e.IdempotencyKey != behavior.Is("Kong-Request-ID") {
		t.Errorf("the key is %+v", e.IdempotencyKey)
	}
	if e = read(t, "3.10", httpRoute("", rule("reads", "", "api")), service("api")); e.IdempotencyKey.State != behavior.Off {
		t.Errorf("the key is %+v", e.IdempotencyKey)
	}
}

func TestAKeyThatTheRuleTakesOutOfRequestsIsNone(t *testing.T) {
	for change, want := range map[string]behavior.State{"remove: [idempotency-key]": behavior.Off, "remove: [x-debug]": behavior.Set} {
		filters := strings.Replace(filter, "[{", "[{type: RequestHeaderModifier, requestHeaderModifier: {"+change+"}}, {", 1)
		e := read(t, "3.10", httpRoute("", rule("reads", filters, "api")), service("api"), plugin("fn", "correlation-id", "{header_name: Idempotency-Key}"))
		if e.IdempotencyKey.State != want {
			t.Errorf("with %s the key is %+v", change, e.IdempotencyKey)
		}
	}
}

func TestGRPCBackendsMayRefuseStreams(t *testing.T) {
	e := read(t, "3.10", httpRoute("", rule("reads", "", "api")), service("api", "konghq.com/protocol: grpc"))
	if e.Never[behavior.RefusedStream] || e.Unclear[behavior.RefusedStream] != reached {
		t.Error("whether a refused stream is retried is not known")
	}
}

func TestARouteOfAMeshIsNotKongs(t *testing.T) {
	input := strings.Replace(httpRoute("", rule("reads", "", "api")), "{name: edge}", `{group: "", kind: Service, name: api}`, 1)
	r := try(t, "3.10", plainPolicy+input+service("api"))
	if len(r.before[0]) != 0 {
		t.Errorf("it has the effects %+v", r.before[0])
	}
	r.says("RT3003!")
}

func TestAnIngressHasOneEffectForEachService(t *testing.T) {
	r := try(t, "3.10", policy(onIngress, "maxRetries: 0")+ingress("", "api", "other")+service("api")+service("other", `konghq.com/retries: "2"`))
	if len(r.before[0]) != 2 {
		t.Fatalf("there are %d effects", len(r.before[0]))
	}
	retries(t, r.before[0][0], 5)
	retries(t, r.before[0][1], 2)
}
