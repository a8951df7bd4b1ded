package schema

import (
	"fmt"
	"strings"
	"testing"
)

func TestAGoodPolicyGivesNoFinding(t *testing.T) {
	hold(t, usual, []rule{
		{"", ""},
		{"  attemptTimeout: 999ms\n  totalTimeout: 1s", ""},
		{"  attemptTimeout: 1ms\n  totalTimeout: 24h", ""},
		{"  backoff: {baseInterval: 1s, maxInterval: 1s, jitter: None}", ""},
		{"  budget: {percent: 0, minConcurrentRetries: 1}", ""},
		{"  budget: {percent: 100, minConcurrentRetries: 0}", ""},
		{"  budget: {percent: 20, interval: 1h, minRetriesPerSecond: 1}", ""},
		{"  circuitBreaker: {maxParallelRetries: 1}", ""},
		{"  idempotencyKey: {header: X-Request-Key}", ""},
	})
	hold(t, head, []rule{
		{"  maxRetries: 0", ""},
		{"  maxRetries: 0\n  attemptTimeout: 1s", ""},
		{"  maxRetries: 100\n  retryOn: {conditions: [ConnectFailure, RefusedStream, ResetBeforeRequest, Reset]}", ""},
		{"  maxRetries: 1\n  retryOn: {statusCodes: [400, 599, \"400-599\"], methods: [\"*\"]}", ""},
		{"  maxRetries: 1\n  retryOn: {grpcStatuses: [UNAVAILABLE, UNAUTHENTICATED], methods: [POST]}", ""},
	})
}

func TestTwoFieldsThatContradictEachOtherAreRefused(t *testing.T) {
	hold(t, usual, []rule{
		{"  attemptTimeout: 5s\n  totalTimeout: 5s", "9:19 RT1005 spec.attemptTimeout: attemptTimeout 5s is not less than totalTimeout 5s, so no second try could start -> make it shorter than totalTimeout, or leave one out"},
		{"  backoff: {baseInterval: 1s, maxInterval: 999ms}", "9:44 RT1005 spec.backoff.maxInterval: maxInterval 999ms is less than baseInterval 1s -> make it at least baseInterval"},
		{"  budget: {percent: 20, minConcurrentRetries: 3, interval: 10s}", "9:11 RT1005 spec.budget: a budget is either by concurrency or by rate -> keep minConcurrentRetries, or interval with minRetriesPerSecond"},
		{"  budget: {percent: 20, interval: 10s}", "9:11 RT1005 spec.budget: a budget by rate has an interval and minRetriesPerSecond -> give both"},
		{"  budget: {percent: 20, minRetriesPerSecond: 10}", "9:11 RT1005 spec.budget: a budget by rate has an interval and minRetriesPerSecond -> give both"},
		{"  budget: {percent: 20}", "9:11 RT1005 spec.budget: the percentage is of nothing: the budget has no kind -> give minConcurrentRetries, or interval with minRetriesPerSecond"},
	})
	hold(t, head+"  maxRetries: 2\n", []rule{
		{"", "7:15 RT1005 spec.maxRetries: 2 retries, and nothing to retry on -> say in retryOn what to retry, or write maxRetries: 0"},
		{"  retryOn: {methods: [GET], statusCodes: []}", "7:15 RT1005 spec.maxRetries: 2 retries, and nothing to retry on -> say in retryOn what to retry, or write maxRetries: 0"},
		{"  retryOn: {conditions: [AttemptTimeout]}", "8:25 RT1005 spec.retryOn.conditions: AttemptTimeout is to be retried, and there is no attemptTimeout -> set attemptTimeout"},
		{"  retryOn: {statusCodes: [503], methods: [\"*\", GET]}", "8:43 RT1005 spec.retryOn.methods[0]: * is every method, so the others are too many -> write [\"*\"], or leave the star out"},
	})
}

func TestAWishWithoutEffectIsAWarning(t *testing.T) {
	hold(t, usual, []rule{
		{"  totalTimeout: 3s\n  backoff: {baseInterval: 1s, maxInterval: 1s}", "10:12 RT1007 spec.backoff: the waits alone can take 3s, and totalTimeout is 3s -> raise totalTimeout, or wait less"},
		{"  totalTimeout: 6999ms\n  backoff: {baseInterval: 1s}", "10:12 RT1007 spec.backoff: the waits alone can take 7s, and totalTimeout is 6s999ms -> raise totalTimeout, or wait less"},
		{"  totalTimeout: 7001ms\n  backoff: {baseInterval: 1s}", ""},
		{"  budget: {percent: 0, minConcurrentRetries: 0}", "7:15 RT1007 spec.maxRetries: the budget never allows a retry -> write maxRetries: 0, or raise the budget"},
	})
	hold(t, head, []rule{
		{"  maxRetries: 0\n  retryOn: {statusCodes: [503]}", "8:12 RT1007 spec.retryOn: maxRetries is 0, so nothing is retried -> leave it out, or raise maxRetries"},
		{"  maxRetries: 0\n  backoff: {baseInterval: 1s}", "8:12 RT1007 spec.backoff: maxRetries is 0, so there is no wait -> leave it out, or raise maxRetries"},
		{"  maxRetries: 0\n  budget: {percent: 1, minConcurrentRetries: 1}", "8:11 RT1007 spec.budget: maxRetries is 0, so there is nothing to bound -> leave it out, or raise maxRetries"},
		{"  maxRetries: 1\n  retryOn: {grpcStatuses: [INTERNAL]}", "8:27 RT1007 spec.retryOn.grpcStatuses: gRPC requests are POSTs, and POST is not among the methods that are retried -> add POST to methods if the calls may run twice"},
		{"  maxRetries: 1\n  retryOn: {conditions: [ConnectFailure], methods: [GET]}", "8:52 RT1007 spec.retryOn.methods: these conditions are safe, so they are retried for every method, whatever methods says -> leave it out"},
	})
}

func TestNumbersAreHeldToTheirRanges(t *testing.T) {
	hold(t, head+"  retryOn: {statusCodes: [503]}\n", []rule{
		{"  maxRetries: -1", "8:15 RT1004 spec.maxRetries: -1 is not between 0 and 100"},
		{"  maxRetries: 101", "8:15 RT1004 spec.maxRetries: 101 is not between 0 and 100"},
	})
	hold(t, usual, []rule{
		{"  budget: {percent: 101, minConcurrentRetries: 1}", "9:21 RT1004 spec.budget.percent: 101 is not between 0 and 100"},
		{"  budget: {percent: 1, minConcurrentRetries: -1}", "9:46 RT1004 spec.budget.minConcurrentRetries: -1 is not between 0 and 1000000"},
		{"  budget: {percent: 1, interval: 1s, minRetriesPerSecond: 0}", "9:59 RT1004 spec.budget.minRetriesPerSecond: 0 is not between 1 and 1000000"},
		{"  budget: {percent: 1, interval: 999ms, minRetriesPerSecond: 1}", "9:34 RT1004 spec.budget.interval: 999ms is not between 1s and 1h"},
		{"  circuitBreaker: {maxConnections: 0}", "9:36 RT1004 spec.circuitBreaker.maxConnections: 0 is not between 1 and 4294967295"},
		{"  circuitBreaker: {maxPendingRequests: 4294967296}", "9:40 RT1004 spec.circuitBreaker.maxPendingRequests: 4294967296 is not between 1 and 4294967295"},
		{"  circuitBreaker: {maxParallelRequests: -3}", "9:41 RT1004 spec.circuitBreaker.maxParallelRequests: -3 is not between 1 and 4294967295"},
		{"  circuitBreaker: {maxParallelRetries: 0}", "9:40 RT1004 spec.circuitBreaker.maxParallelRetries: 0 is not between 1 and 4294967295"},
		{"  circuitBreaker: {}", "9:19 RT1004 spec.circuitBreaker: a circuit breaker without a limit -> give a limit, or leave it out"},
	})
	hold(t, head+"  maxRetries: 1\n", []rule{
		{"  retryOn: {statusCodes: [200]}", "8:27 RT1004 spec.retryOn.statusCodes[0]: 200 is not between 400 and 599"},
		{"  retryOn: {statusCodes: [\"590-600\"]}", "8:27 RT1004 spec.retryOn.statusCodes[0]: 600 is not between 400 and 599"},
		{"  retryOn: {statusCodes: [\"520-510\"]}", "8:27 RT1004 spec.retryOn.statusCodes[0]: the range 520-510 goes down -> write 510-520"},
		{"  retryOn: {statusCodes: [503, \"503\"]}", "8:32 RT1004 spec.retryOn.statusCodes[1]: 503 stands there twice -> take one of the two out"},
	})
}

func TestDurationsAreHeldToTheirForm(t *testing.T) {
	want := "whole numbers with a unit (h, m, s, ms) are wanted, such as 1m30s or 250ms"
	hold(t, usual, []rule{
		{"  attemptTimeout: 0s", "9:19 RT1004 spec.attemptTimeout: 0s is not between 1ms and 24h -> leave it out for no wish"},
		{"  totalTimeout: 24h1ms", "9:17 RT1004 spec.totalTimeout: 24h1ms is not between 1ms and 24h -> leave it out for no wish"},
		{"  backoff: {baseInterval: 0ms, maxInterval: 25h}", "9:27 RT1004 spec.backoff.baseInterval: 0s is not between 1ms and 24h -> leave it out for no wish\n9:45 RT1004 spec.backoff.maxInterval: 25h is not between 1ms and 24h -> leave it out for no wish"},
		{"  attemptTimeout: 1.5s", "9:19 RT1004 spec.attemptTimeout: duration \"1.5s\": " + want + " -> write 1s500ms"},
		{"  attemptTimeout: 5", "9:19 RT1004 spec.attemptTimeout: duration \"5\": " + want + " -> give the unit: 5s, or 5ms"},
		{"  attemptTimeout: 0", "9:19 RT1004 spec.attemptTimeout: duration \"0\": " + want + " -> leave it out for no wish"},
		{"  attemptTimeout: -5s", "9:19 RT1004 spec.attemptTimeout: duration \"-5s\": " + want},
		{"  attemptTimeout: 5 s", "9:19 RT1004 spec.attemptTimeout: duration \"5 s\": " + want + " -> write 5s"},
		{"  attemptTimeout: 100us", "9:19 RT1004 spec.attemptTimeout: duration \"100us\": " + want},
		{"  attemptTimeout: 123456s", "9:19 RT1004 spec.attemptTimeout: duration \"123456s\": " + want + " -> write 34h17m36s"},
		{"  attemptTimeout: soon", "9:19 RT1004 spec.attemptTimeout: duration \"soon\": " + want},
	})
}

func TestWordsOfOtherToolsAreTranslated(t *testing.T) {
	hold(t, head+"  maxRetries: 1\n", []rule{
		{"  retryOn: {conditions: [connect-failure]}", "8:26 RT1004 spec.retryOn.conditions[0]: \"connect-failure\" is not known here -> did you mean ConnectFailure?"},
		{"  retryOn: {conditions: [5xx]}", "8:26 RT1004 spec.retryOn.conditions[0]: \"5xx\" is not known here -> did you mean statusCodes [\"500-599\"], and the conditions Reset and ConnectFailure: codes never imply conditions here?"},
		{"  retryOn: {conditions: [Rest]}", "8:26 RT1004 spec.retryOn.conditions[0]: \"Rest\" is not known here -> did you mean Reset?"},
		{"  retryOn: {conditions: [Reset, Reset]}", "8:33 RT1004 spec.retryOn.conditions[1]: Reset stands there twice -> take one of the two out"},
		{"  retryOn: {grpcStatuses: [unavailable], methods: [POST]}", "8:28 RT1004 spec.retryOn.grpcStatuses[0]: \"unavailable\" is not known here -> did you mean UNAVAILABLE?"},
		{"  retryOn: {grpcStatuses: [CANCELED], methods: [POST]}", "8:28 RT1004 spec.retryOn.grpcStatuses[0]: \"CANCELED\" is not known here -> did you mean CANCELLED?"},
		{"  retryOn: {statusCodes: [503], methods: [get]}", "8:43 RT1004 spec.retryOn.methods[0]: \"get\" is not known here -> did you mean GET?"},
		{"  retryOn: {statusCodes: [503], methods: [LOCK]}", "8:43 RT1004 spec.retryOn.methods[0]: \"LOCK\" is not known here -> one of *, GET, HEAD, OPTIONS, TRACE, PUT, DELETE, POST, PATCH, CONNECT"},
		{"  retryOn: {statusCodes: [503], methods: []}", "8:42 RT1004 spec.retryOn.methods: an empty list -> leave it out for the idempotent methods; write [\"*\"] for every method"},
	})
	hold(t, usual, []rule{
		{"  backoff: {baseInterval: 1s, jitter: full}", "9:39 RT1004 spec.backoff.jitter: \"full\" is not known here -> did you mean Full?"},
		{"  backoff: {baseInterval: 1s, jitter: equal}", "9:39 RT1004 spec.backoff.jitter: \"equal\" is not known here -> one of None, Half, Full"},
	})
}

func TestTargetsAreHeldToTheirKinds(t *testing.T) {
	top := "apiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\nmetadata: {name: x}\nspec:\n  maxRetries: 0\n"
	hold(t, top, []rule{
		{"  targetRefs: []", "6:15 RT1004 spec.targetRefs: an empty list"},
		{"  targetRefs: [{kind: HTTPRoute, name: x}]", "6:16 RT1004 spec.targetRefs[0].group: HTTPRoute is no kind of group \"\" -> write group: \"gateway.networking.k8s.io\""},
		{"  targetRefs: [{group: networking.k8s.io, kind: Service, name: x}]", "6:24 RT1004 spec.targetRefs[0].group: Service is no kind of group \"networking.k8s.io\" -> write group: \"\""},
		{"  targetRefs: [{kind: HttpRoute, name: x}]", "6:23 RT1004 spec.targetRefs[0].kind: \"HttpRoute\" is not known here -> did you mean HTTPRoute?"},
		{"  targetRefs: [{kind: Deployment, name: x}]", "6:23 RT1004 spec.targetRefs[0].kind: \"Deployment\" is not known here -> one of HTTPRoute, GRPCRoute, Gateway, Service, Ingress, IngressRoute, VirtualService"},
		{"  targetRefs: [{kind: Service, name: x, sectionName: http}]", "6:54 RT1004 spec.targetRefs[0].sectionName: Service has no parts with a name -> leave it out"},
		{"  targetRefs: [{kind: Service, name: x, sectionName: \"\"}]", "6:54 RT1004 spec.targetRefs[0].sectionName: an empty text -> leave the field out for no wish"},
		{"  targetRefs: [{kind: Service, name: \"\"}]", "6:38 RT1004 spec.targetRefs[0].name: \"\" is no name of a Kubernetes object -> lower-case letters, digits, - and ."},
		{"  targetRefs: [{kind: Service, name: x}, {group: \"\", kind: Service, name: x}]", "6:42 RT1004 spec.targetRefs[1]: Service x stands there twice -> take one of the two out"},
		{"  targetRefs: [" + services(17) + "]", "6:15 RT1004 spec.targetRefs: 17 items, and 16 are the most"},
	})
}

func services(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("{kind: Service, name: x%d}", i))
	}
	return strings.Join(all, ", ")
}

func TestHostileNamesAreRefused(t *testing.T) {
	for _, name := range []string{
		"A", "a_b", "-a", "a-", "a..b", "a/b", "../etc", "a b", "a\nb", "a\x1b[31m", "a'b", `a"b`, "a]]b", "é", "a%", "a{}", "a\u2028", strings.Repeat("a", 254),
	} {
		text := strings.Replace(usual, "name: checkout}", fmt.Sprintf("name: %q}", name), 1)
		text = strings.Replace(text, "\\x1b", "\\e", 1)
		got := check(t, text)
		if len(got) != 1 || got[0].Field != "spec.targetRefs[0].name" || strings.ContainsAny(got[0].Message, "\n\x1b\u2028") {
			t.Errorf("%q gave %q", name, lines(got))
		}
	}
}

func TestAHeaderForTheKeyIsATokenWithoutAnotherMeaning(t *testing.T) {
	hold(t, usual, []rule{
		{"  idempotencyKey: {header: \"\"}", "9:28 RT1004 spec.idempotencyKey.header: \"\" is no name of a header -> letters, digits and -, at most 64 of them"},
		{"  idempotencyKey: {header: \"a b\"}", "9:28 RT1004 spec.idempotencyKey.header: \"a b\" is no name of a header -> letters, digits and -, at most 64 of them"},
		{"  idempotencyKey: {header: \"a\\r\\nb: c\"}", "9:28 RT1004 spec.idempotencyKey.header: \"a\\r\\nb: c\" is no name of a header -> letters, digits and -, at most 64 of them"},
		{"  idempotencyKey: {header: \":path\"}", "9:28 RT1004 spec.idempotencyKey.header: \":path\" is no name of a header -> letters, digits and -, at most 64 of them"},
		{"  idempotencyKey: {header: authorization}", "9:28 RT1004 spec.idempotencyKey.header: authorization has another meaning in HTTP -> a header of its own, such as Idempotency-Key"},
		{"  idempotencyKey: {header: Proxy-X}", "9:28 RT1004 spec.idempotencyKey.header: Proxy-X has another meaning in HTTP -> a header of its own, such as Idempotency-Key"},
	})
}

func TestAnAcceptedLossNamesAGatewayACodeAndAReason(t *testing.T) {
	hold(t, usual, []rule{
		{"  accept: [{gateway: kongs, finding: RT2004, reason: x}]", "9:22 RT1004 spec.accept[0].gateway: \"kongs\" is not known here -> did you mean kong?"},
		{"  accept: [{gateway: kong, finding: RT1004, reason: x}]", "9:37 RT1004 spec.accept[0].finding: \"RT1004\" is no code that can be accepted -> only differences (RT2001 and on) can be accepted"},
		{"  accept: [{gateway: kong, finding: RT2999, reason: x}]", "9:37 RT1004 spec.accept[0].finding: there is no finding RT2999 -> `retryctl explain` knows the codes"},
		{"  accept: [{gateway: kong, finding: RT2004, reason: \" \"}]", "9:53 RT1004 spec.accept[0].reason: \" \" is no reason -> say why the loss is tolerable"},
		{"  accept: [{gateway: kong, finding: RT2004, field: backoff, reason: x}]", "9:52 RT1004 spec.accept[0].field: \"backoff\" is no field of a policy's spec -> a field such as spec.backoff"},
		{"  accept: [{gateway: kong, finding: RT2004, field: spec.backof, reason: x}]", "9:52 RT1004 spec.accept[0].field: there is no field spec.backof -> did you mean spec.backoff?"},
		{"  accept: [{gateway: kong, finding: RT2004, reason: x}, {gateway: kong, finding: RT2004, reason: z}]", "9:57 RT1004 spec.accept[1]: kong RT2004 stands there twice -> take one of the two out"},
	})
}

func TestListsHaveALength(t *testing.T) {
	var codes []string
	for i := range 201 {
		codes = append(codes, fmt.Sprintf("\"%d-599\"", 397+i%200+i/200+3))
	}
	hold(t, head+"  maxRetries: 1\n", []rule{
		{"  retryOn: {statusCodes: [" + strings.Join(codes[:199], ", ") + ", 400, 401]}", "8:26 RT1004 spec.retryOn.statusCodes: 201 items, and 200 are the most"},
	})
}
