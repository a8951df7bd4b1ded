package kong_test

import (
	"strings"
	"testing"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/kong/api"
)

func TestAServiceBehindOneRuleIsAnnotated(t *testing.T) {
	r := try(t, "3.15", policy(onRoute, all)+httpRoute("", rule("reads", "", "api"))+service("api"))
	r.says("")
	r.writes("Service api")
	r.annotation("api", api.RetriesKey, "3")
	for _, key := range []string{api.ConnectKey, api.WriteKey, api.ReadKey} {
		r.annotation("api", key, "2000")
	}
	diffs := behavior.Compare(r.plan.Intents[0].Want, r.one())
	if len(diffs) != 1 || diffs[0].Topic != "attemptTimeout.idle" {
		t.Errorf("Kong can do all of it but bound a try as a whole, and there are differences: %+v", diffs)
	}
}

func TestNoRetriesAreWrittenInSoManyWords(t *testing.T) {
	for _, spec := range []string{
		"maxRetries: 0",
		"maxRetries: 3, retryOn: {statusCodes: [503]}",
		"maxRetries: 3, retryOn: {conditions: [RefusedStream]}",
		"maxRetries: 3, retryOn: {grpcStatuses: [UNAVAILABLE], methods: [POST]}",
		"maxRetries: 3, retryOn: {conditions: [Reset], methods: [POST]}",
	} {
		r := try(t, "3.15", policy(onRoute, spec)+httpRoute("", rule("reads", "", "api"))+service("api"))
		r.says("")
		r.annotation("api", api.RetriesKey, "0")
		retries(t, r.one(), 0)
	}
}

func TestAllServicesOfARuleAreAnnotatedAlike(t *testing.T) {
	r := try(t, "3.15", policy(onRoute, safe)+httpRoute("", rule("reads", "", "api", "other"))+service("api", `konghq.com/retries: "9"`)+service("other"))
	r.annotation("api", api.RetriesKey, "3")
	r.annotation("other", api.RetriesKey, "3")
	if e := r.before[0][0]; len(e.Notes) == 0 {
		t.Error("before the translation the Services differ")
	}
	retries(t, r.one(), 3)
}

func TestRulesThatNeedTheSameShareAnAnnotation(t *testing.T) {
	r := try(t, "3.15", policy(onRoute, safe)+httpRoute("", rule("reads", "", "api")+", "+rule("writes", "", "api", "other"))+service("api")+service("other"))
	r.says("")
	r.writes("Service api", "Service other")
}

func TestAServiceThatARuleWithoutPolicySharesIsLeftAlone(t *testing.T) {
	shared := policy(onReads, safe) + httpRoute("", rule("reads", "", "api")+", "+rule("writes", "", "api")) + service("api")
	for name, input := range map[string]string{
		"another rule":   shared,
		"another route":  policy(onRoute, safe) + httpRoute("", rule("reads", "", "api")) + strings.Replace(httpRoute("", rule("reads", "", "api")), "name: api,", "name: else,", 1) + service("api"),
		"an Ingress":     policy(onRoute, safe) + httpRoute("", rule("reads", "", "api")) + ingress("", "api") + service("api"),
		"through others": policy(onReads, safe) + httpRoute("", rule("reads", "", "api", "other")+", "+rule("writes", "", "other")) + service("api") + service("other"),
	} {
		r := try(t, kongLua, input)
		r.says("")
		r.writes("KongPlugin api-reads-retries", "HTTPRoute api")
		retries(t, r.effects[0][0], 3)
		r = try(t, "3.15 Strict", input)
		if r.says("RT3011!"); len(r.out.Objects) != 0 {
			t.Errorf("%s: this Kong is strict, and %q is written", name, r.ids())
		}
		retries(t, r.effects[0][0], 5)
		r = try(t, "3.15", input) // strict is only the default: that it is lax is assumed and said
		r.says("RT3006")
		retries(t, r.effects[0][0], 3)
		try(t, "3.7", input).says("RT3004!")
	}
}

func TestARuleWithoutPolicyThatHasTheNumberAlreadyIsNoObstacle(t *testing.T) {
	r := try(t, "3.15", policy(onReads, safe)+httpRoute("", rule("reads", "", "api")+", "+rule("writes", "", "api"))+service("api", `konghq.com/retries: "3"`))
	r.says("")
	r.writes()
	five := strings.Replace(safe, "3", "5", 1)
	r = try(t, "3.15", policy(onReads, five)+httpRoute("", rule("reads", "", "api")+", "+rule("writes", "", "api"))+service("api"))
	r.says("")
	r.annotation("api", api.RetriesKey, "5")
}

func TestAnnotationsCarryWhatTheyCanAndCodeTheRest(t *testing.T) {
	two := strings.Replace(policy(onReads, all), "name: api", "name: two", 1)
	r := try(t, kongLua, policy(onRoute, safe)+"---\n"+two+httpRoute("", rule("reads", "", "api")+", "+rule("writes", "", "api"))+service("api"))
	r.says("")
	r.writes("KongPlugin two-reads-retries", "Service api", "HTTPRoute api")
	r.annotation("api", api.RetriesKey, "3")
	r.annotation("api", api.ReadKey, "")
	text := r.object("KongPlugin", "two-reads-retries").At("config", "access").Index(0).Text()
	if strings.Contains(text, "set_retries") || !strings.Contains(text, "set_timeouts(2000, 2000, 2000)") {
		t.Errorf("only the timeouts need code:\n%s", text)
	}
	for _, effects := range r.effects {
		retries(t, effects[0], 3)
		want := behavior.Is(time.Minute)
		if effects[0].Rule == "reads" {
			want = second
		}
		if effects[0].AttemptTimeout != want {
			t.Errorf("a try of rule %s takes %+v", effects[0].Rule, effects[0].AttemptTimeout)
		}
	}
}

func TestAMethodThatTheOwnerLeftOutIsNotRetried(t *testing.T) {
	r := try(t, kongLua, policy(onRoute, "maxRetries: 3, retryOn: {conditions: [ConnectFailure, Reset], methods: [GET, POST]}")+httpRoute("", rule("reads", "", "api"))+service("api"))
	r.says("")
	r.writes("KongPlugin api-reads-retries", "HTTPRoute api")
	e := r.one()
	retries(t, e, 3)
	retried(t, e, behavior.ConnectFailure, behavior.GET|behavior.POST|behavior.PATCH)
	retried(t, e, behavior.Reset, behavior.GET)
}

func TestARuleThatOnlyListedMethodsReachNeedsNoCode(t *testing.T) {
	get := strings.Replace(rule("reads", "", "api"), "path:", "method: GET, path:", 1)
	r := try(t, "3.15", policy(onRoute, "maxRetries: 3, retryOn: {conditions: [Reset], methods: [GET]}")+httpRoute("", get)+service("api"))
	r.says("")
	r.annotation("api", api.RetriesKey, "3")
}

func TestStatusCodesNeedAnOpenKong(t *testing.T) {
	spec := "maxRetries: 2, retryOn: {statusCodes: [429, 503, 520], conditions: [ConnectFailure]}"
	input := policy(onRoute, spec) + httpRoute("", rule("reads", "", "api")) + service("api")
	e := try(t, "3.10 Open", input).one()
	retries(t, e, 2)
	retried(t, e, code(429), idempotent)
	retried(t, e, code(503), idempotent)
	retried(t, e, code(520), 0)
	retried(t, e, behavior.ConnectFailure, reached)
	retried(t, e, behavior.Reset, idempotent)
	for _, setup := range []string{"3.9 Open", kongLua, "3.15"} {
		r := try(t, setup, input)
		r.says("")
		r.annotation("api", api.RetriesKey, "2")
		retried(t, r.one(), code(503), 0)
	}
}

func TestAnOpenKongLeavesOutMethodsToo(t *testing.T) {
	e := try(t, "3.10 Open", policy(onRoute, "maxRetries: 2, retryOn: {statusCodes: [503], conditions: [ConnectFailure], methods: [GET]}")+
		httpRoute("", rule("reads", "", "api"))+service("api")).one()
	retried(t, e, code(503), behavior.GET)
	retried(t, e, behavior.Reset, behavior.GET)
	retried(t, e, behavior.ConnectFailure, behavior.GET|behavior.POST|behavior.PATCH)
}

func TestTwoPluginsNeverHaveOneName(t *testing.T) {
	twice := strings.Replace(policy(onReads, safe), "targetRefs: [", "targetRefs: ["+strings.Replace(onReads, "name: api", "name: else", 1)+", ", 1)
	other := strings.Replace(httpRoute("", rule("reads", "", "api")), "name: api, namespace: shop", "name: else, namespace: shop", 1)
	r := try(t, kongLua, twice+httpRoute("", rule("reads", "", "api")+", "+rule("writes", "", "api"))+other+service("api"))
	r.says("")
	r.writes("KongPlugin api-reads-retries", "KongPlugin api-reads-retries-2", "HTTPRoute else", "HTTPRoute api")
}

func TestPOSTIsRetriedAfterItWasSentOnlyForWhatWasAsked(t *testing.T) {
	input := func(on string) string {
		return policy(onRoute, "maxRetries: 2, attemptTimeout: 2s, retryOn: {methods: ['*'], "+on+"}") + httpRoute("", rule("reads", "", "api")) + service("api")
	}
	e := try(t, "3.10 Open", input("statusCodes: [503]")).one()
	retried(t, e, code(503), reached)
	retried(t, e, behavior.Reset, 0)
	e = try(t, "3.10 Open", input("conditions: [ConnectFailure, Reset, AttemptTimeout]")).one()
	retried(t, e, behavior.Reset, reached)
	retried(t, e, behavior.AttemptTimeout, reached)
	e = try(t, "3.10 Open", input("statusCodes: [503], conditions: [ConnectFailure]")).one()
	retried(t, e, code(503), idempotent) // for POST, Reset would come along
	retried(t, e, behavior.Reset, idempotent)
	retried(t, e, behavior.ConnectFailure, reached)
}

func TestAnExistingPreFunctionIsAConflict(t *testing.T) {
	input := policy(onReads, safe) + httpRoute("", rule("reads", filter, "api")+", "+rule("writes", "", "api")) + service("api")
	for name, config := range map[string]string{
		"other code":     inAccess("kong.response.set_header('X', 'y')"),
		"more than code": `{access: ["kong.service.set_retries(1)"], log: ["kong.log.notice('x')"]}`,
		"unclear code":   inAccess("kong.service.set_retries(1 + 1)"),
	} {
		r := try(t, kongLua, input+plugin("fn", "pre-function", config))
		if r.says("RT3009!"); len(r.out.Objects) != 0 {
			t.Errorf("%s: %q is written", name, r.ids())
		}
	}
	r := try(t, kongLua, strings.Replace(input, filter, "", 1)+strings.Replace(service("api", "konghq.com/plugins: fn"), "---", "---", 1)+plugin("fn", "pre-function", inAccess("kong.response.exit(403)")))
	r.says("RT3009!") // the Service's would be switched off
}

func TestCodeThatOnlySetsRetriesIsEdited(t *testing.T) {
	r := try(t, kongLua, policy(onRoute, safe)+httpRoute("", rule("reads", filter, "api"))+service("api")+plugin("fn", "pre-function", inAccess("kong.service.set_retries(1)")))
	r.says("")
	r.writes("KongPlugin fn")
	retries(t, r.one(), 3)
	r = try(t, kongLua, policy(onRoute, safe)+httpRoute("", rule("reads", filter, "api"))+service("api")+
		plugin("fn", "pre-function", inAccess("kong.service.set_retries(1) kong.service.set_timeouts(2000, 2000, 2000)")))
	if retries(t, r.one(), 3); r.one().AttemptTimeout != second {
		t.Errorf("a try takes %+v, and nobody wished for another timeout", r.one().AttemptTimeout)
	}
	try(t, kongLua, policy(onRoute, safe)+httpRoute("", rule("reads", filter, "api"))+service("api")+
		plugin("fn", "pre-function", inAccess("kong.service.set_retries(1) kong.service.set_timeouts(1000, 2000, 2000)"))).says("RT3009!")
	shared := httpRoute("", rule("reads", filter, "api")+", "+rule("writes", filter, "api"))
	r = try(t, kongLua, policy(onReads, safe)+shared+service("api")+plugin("fn", "pre-function", inAccess("kong.service.set_retries(1)")))
	r.says("RT3009!")
}

func TestTranslatingTheOutputAgainChangesNothing(t *testing.T) {
	input := policy(onReads, "maxRetries: 3, retryOn: {conditions: [ConnectFailure, Reset], methods: [GET]}, idempotencyKey: {header: X-Key}") +
		httpRoute("", rule("reads", "", "api")+", "+rule("writes", "", "api")) + service("api")
	first := try(t, kongLua, input)
	first.writes("KongPlugin api-reads-retries", "KongPlugin api-reads-key", "HTTPRoute api")
	var out strings.Builder
	for _, o := range first.plan.World.With(first.out.Objects...).All() {
		out.WriteString("---\n")
		if err := o.WriteYAML(&out); err != nil {
			t.Fatal(err)
		}
	}
	again := try(t, kongLua, out.String())
	again.says("")
	again.writes()
}

func TestANameThatIsTakenIsNotUsed(t *testing.T) {
	input := policy(onReads, safe) + httpRoute("", rule("reads", "", "api")+", "+rule("writes", "", "api")) + service("api")
	r := try(t, kongLua, input+plugin("api-reads-retries", "rate-limiting", "{}"))
	r.writes("KongPlugin api-reads-retries-2", "HTTPRoute api")
	retries(t, r.one(), 3)
}

func TestAServiceThatIsMissingStopsAnnotations(t *testing.T) {
	input := policy(onRoute, safe) + httpRoute("", rule("reads", "", "api", "other")) + service("other")
	r := try(t, "3.15 Strict", input)
	r.says("RT3005!")
	r.writes()
	r = try(t, kongLua, input)
	r.says("RT3005")
	r.writes("KongPlugin api-reads-retries", "HTTPRoute api")
	retries(t, r.one(), 3)
	try(t, "3.15", policy(onRoute, safe)).says("RT3005!")
}

func TestAnExistingCorrelationIDIsUsedOrInTheWay(t *testing.T) {
	input := policy(onRoute, safe+", idempotencyKey: {header: X-Key}") + httpRoute("", rule("reads", filter, "api")) + service("api")
	r := try(t, "3.15", input+plugin("fn", "correlation-id", "{header_name: x-key}"))
	r.says("")
	r.writes("Service api")
	try(t, "3.15", input+plugin("fn", "correlation-id", "{}")).says("RT3009!")
	r = try(t, "3.15", strings.Replace(input, filter, "", 1)+service("api", "konghq.com/plugins: fn")+plugin("fn", "correlation-id", "{}"))
	r.says("RT3008")
}

func TestNewPluginsAreFlatAndInTheRoutesNamespace(t *testing.T) {
	r := try(t, "3.15", policy(onRoute, safe+", idempotencyKey: {header: Idempotency-Key}")+httpRoute("", rule("reads", "", "api"))+service("api"))
	o := r.object("KongPlugin", "api-reads-key")
	if o.At("apiVersion").Text() != "configuration.konghq.com/v1" || o.At("spec").Exists() || o.At("plugin").Text() != "correlation-id" || o.ID().Namespace != "shop" {
		t.Errorf("the plugin is %s", o.JSON())
	}
	if o.At("config", "header_name").Text() != "Idempotency-Key" || o.At("config", "generator").Text() != "uuid" {
		t.Errorf("its configuration is %s", manifest.Map("config", o.At("config")).At("config", "header_name").Text())
	}
}
