package dataplane

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"retryctl.dev/schema/behavior"
)

// handmade gives an input of one route with a retry policy, by hand: these tests ask
// what Envoy does, whoever configures it.
func handmade(t *testing.T, name, action, cluster string) XDS {
	t.Helper()
	text := fmt.Sprintf(`{"name":%q,"routes":[{"name":"r","virtual_hosts":[{"name":"v","domains":["*"],"routes":[
		{"match":{"prefix":"/"},"route":{"cluster":"c"%s}%s}]}]}],"clusters":[{"name":"c"%s}]}`, name, action, key, cluster)
	var x XDS
	if err := json.Unmarshal([]byte(text), &x); err != nil {
		t.Fatal(err)
	}
	return x
}

const key = `,"request_headers_to_add":[{"header":{"key":"Idempotency-Key","value":"%REQ(Idempotency-Key?X-Request-Id)%"},"append_action":"OVERWRITE_IF_EXISTS_OR_ADD"}]`

// gatewayDefault are the triggers that Envoy Gateway writes for a policy with
// codes and without triggers.
const gatewayDefault = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes"

// question is one thing that was read in Envoy's source and is asked of it here.
type question struct {
	name    string
	on      string // retry_on
	more    string // of the retry policy
	action  string // of the route's action
	kind    Upstream
	script  string
	method  string
	body    int
	tries   int
	status  int
	atLeast time.Duration // until the answer
}

func questions() []question {
	const codes = `,"retriable_status_codes":[503,504]`
	const try = `,"per_try_timeout":"0.3s"`
	var list []question
	add := func(q question) {
		if q.kind == "" {
			q.kind = Scripted
		}
		if q.method == "" {
			q.method = "GET"
		}
		list = append(list, q)
	}
	// What the end of a try's timeout is retried by.
	add(question{name: "a try that timed out, Envoy Gateway's default triggers and 504 in the codes", on: gatewayDefault, more: codes + try, script: "hang", tries: 1, status: 504})
	for _, trigger := range []string{"reset", "5xx", "gateway-error"} {
		add(question{name: "a try that timed out, " + trigger, on: trigger, more: try, script: "hang", tries: 3, status: 504})
	}
	add(question{name: "a try that timed out, reset-before-request", on: "reset-before-request", more: try, script: "hang", tries: 1, status: 504})
	add(question{name: "a try's timeout that is not less than the request's", on: "5xx", more: `,"per_try_timeout":"0.9s"`, action: `,"timeout":"0.9s"`, script: "hang", tries: 1, status: 504, atLeast: 850 * time.Millisecond})
	add(question{name: "a try's timeout that is less than the request's", on: "5xx", more: try, action: `,"timeout":"0.85s"`, script: "hang", tries: 3, status: 504, atLeast: 800 * time.Millisecond})
	// What a lost connection is retried by.
	for trigger, tries := range map[string]int{"gateway-error": 3, "5xx": 3, "reset": 3, "reset-before-request": 1, gatewayDefault: 1} {
		for _, script := range []string{"reset", "close"} {
			add(question{name: script + " after the request was read, " + trigger, on: trigger, more: codes, script: script, tries: tries, status: 503})
		}
	}
	// Envoy's own 503 is no response.
	add(question{name: "a refused connection, 503 in the codes and no other trigger", on: "retriable-status-codes", more: codes, kind: Refused, tries: 1, status: 503})
	add(question{name: "a backend's 503, 503 in the codes", on: "retriable-status-codes", more: codes, script: "503", tries: 3, status: 503})
	for trigger, tries := range map[string]int{"connect-failure": 3, "reset": 3, "reset-before-request": 3, "5xx": 3, "gateway-error": 3, "refused-stream": 1, "retriable-4xx": 1} {
		add(question{name: "a refused connection, " + trigger, on: trigger, kind: Refused, tries: tries, status: 503})
	}
	add(question{name: "a connection that is never made, connect-failure", on: "connect-failure", kind: Silent, tries: 3, status: 503, atLeast: 900 * time.Millisecond})
	// Streams and gRPC.
	for trigger, tries := range map[string]int{"refused-stream": 3, "reset": 3, "5xx": 3, "connect-failure": 1, "reset-before-request": 1} {
		add(question{name: "a refused stream, " + trigger, on: trigger, kind: Framed, script: "refuse-stream", tries: tries, status: 503})
	}
	for trigger, number := range map[string]int{"cancelled": 1, "deadline-exceeded": 4, "resource-exhausted": 8, "internal": 13, "unavailable": 14} {
		add(question{name: "the gRPC status of " + trigger, on: trigger, kind: Framed, script: fmt.Sprintf("grpc:%d", number), method: "POST", tries: 3, status: 200})
		add(question{name: "another gRPC status than that of " + trigger, on: trigger, kind: Framed, script: "grpc:10", method: "POST", tries: 1, status: 200})
	}
	// Codes.
	for code, tries := range map[int]int{409: 3, 408: 1, 429: 1, 400: 1} {
		add(question{name: fmt.Sprintf("%d, retriable-4xx", code), on: "retriable-4xx", script: fmt.Sprint(code), tries: tries, status: code})
	}
	for code, tries := range map[int]int{500: 1, 501: 1, 502: 3, 503: 3, 504: 3, 505: 1} {
		add(question{name: fmt.Sprintf("%d, gateway-error", code), on: "gateway-error", script: fmt.Sprint(code), tries: tries, status: code})
	}
	for _, code := range []int{500, 501, 511, 599} {
		add(question{name: fmt.Sprintf("%d, 5xx", code), on: "5xx", script: fmt.Sprint(code), tries: 3, status: code})
	}
	add(question{name: "codes without their trigger", on: "connect-failure", more: codes, script: "503", tries: 1, status: 503})
	add(question{name: "the trigger without codes", on: "retriable-status-codes", script: "503", tries: 1, status: 503})
	// Methods and bodies.
	for _, m := range []string{"HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "POST", "PATCH", "LOCK"} {
		add(question{name: "no method is looked at: " + m, on: "retriable-status-codes", more: codes, script: "503", method: m, tries: 3, status: 503})
	}
	add(question{name: "CONNECT has no path and matches no prefix", on: "retriable-status-codes", more: codes, script: "503", method: "CONNECT", tries: 0, status: 404})
	add(question{name: "a body as large as the buffer", on: "retriable-status-codes", more: codes, script: "503", method: "POST", body: bufferLimit, tries: 3, status: 503})
	add(question{name: "a body larger than the buffer", on: "retriable-status-codes", more: codes, script: "503", method: "POST", body: bufferLimit + 1, tries: 1, status: 503})
	add(question{name: "a body that was cut after the header went out", on: "5xx", script: "partial", tries: 1, status: 200})
	return list
}

func TestEnvoyAnswersWhatItsSourceOnlySuggested(t *testing.T) {
	binary, b := envoyBinary(t), startBackend(t)
	list := questions()
	var inputs []XDS
	for n, q := range list {
		inputs = append(inputs, handmade(t, fmt.Sprint(n), fmt.Sprintf(`%s,"retry_policy":{"retry_on":%q,"num_retries":2%s}`, q.action, q.on, q.more), ""))
	}
	plane, err := StartEnvoy(binary, b, inputs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	var all sync.WaitGroup
	for n, q := range list {
		all.Go(func() {
			id := fresh("q")
			a := send(t, plane.Address(fmt.Sprint(n), q.kind), Request{ID: id, Script: q.script, Method: q.method, Host: "h", Path: "/", Body: q.body})
			tries := triesOf(b, plane, id, q.kind)
			if a.Status != q.status || tries != q.tries || a.Took < q.atLeast {
				t.Errorf("%s: %d tries and %d (%v) after %s, not %d tries and %d", q.name, tries, a.Status, a.Err, a.Took, q.tries, q.status)
			}
		})
	}
	all.Wait()
}

func TestEnvoyResetBeforeTheRequestIsAMatterOfTiming(t *testing.T) {
	binary, b := envoyBinary(t), startBackend(t)
	var inputs []XDS
	triggers := []string{"connect-failure", "reset-before-request", "reset"}
	for _, trigger := range triggers {
		inputs = append(inputs, handmade(t, trigger, fmt.Sprintf(`,"retry_policy":{"retry_on":%q,"num_retries":2}`, trigger), ""))
	}
	plane, err := StartEnvoy(binary, b, inputs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	for _, trigger := range triggers {
		seen := map[int]int{}
		for range 20 {
			id := fresh("r")
			send(t, plane.Address(trigger, Resetting), Request{ID: id, Method: "GET", Host: "h", Path: "/"})
			seen[triesOf(b, plane, id, Resetting)]++
		}
		t.Logf("a connection that is reset at once, %s: %v (tries: requests)", trigger, seen)
		if trigger == "reset" && seen[3] != 20 {
			t.Errorf("reset covers every lost connection, but the tries were %v", seen)
		}
	}
}

func TestEnvoyKeepsTheClientsKeyOnEveryTryAndElseGivesItsOwn(t *testing.T) {
	binary, b := envoyBinary(t), startBackend(t)
	plane, err := StartEnvoy(binary, b, []XDS{handmade(t, "a", `,"retry_policy":{"retry_on":"5xx","num_retries":3}`, "")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	var made []string
	for _, own := range []string{"", "", "client-1"} {
		id := fresh("k")
		r := Request{ID: id, Script: "503", Method: "POST", Host: "h", Path: "/", Header: map[string]string{}}
		if own != "" {
			r.Header["Idempotency-Key"] = own
		}
		send(t, plane.Address("a", Scripted), r)
		keys := Values(b.Tries(id), "Idempotency-Key")
		if len(keys) != 4 || len(slices.Compact(slices.Clone(keys))) != 1 || keys[0] == "" || own != "" && keys[0] != own {
			t.Errorf("client's key %q: the tries have %q", own, keys)
		}
		made = append(made, keys...)
	}
	if made[0] == made[4] {
		t.Errorf("two requests have the key %q", made[0])
	}
}

// The budget's arithmetic: a failed request still counts as active when it is
// decided whether it is retried. Beside 100 others that makes 25 of 20 percent,
// and 24 if it did not count.
func TestEnvoysBudgetCountsTheFailedRequest(t *testing.T) {
	b := startBackend(t)
	thresholds := `,"circuit_breakers":{"thresholds":[{"retry_budget":{"budget_percent":{"value":20},"min_retry_concurrency":10}}]}`
	plane, err := StartEnvoy(envoyBinary(t), b, []XDS{handmade(t, "budget", `,"retry_policy":{"retry_on":"5xx","num_retries":2}`, thresholds)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	e := behavior.Effect{Methods: behavior.AllMethods}
	e.MaxRetries = behavior.Is(2)
	e.Causes.Add(behavior.AllMethods, behavior.Codes(500, 599)...)
	p := Place{Site: "budget", Methods: behavior.AllMethods, Request: Request{Host: "h", Path: "/"}, Effects: []behavior.Effect{e}}
	rig := Rig{Plane: plane, Backend: b, Results: &Results{}}
	for range maxRuns {
		got, _ := rig.retriesBeside(t.Context(), p, "GET", 100, 40)
		if got == 25 {
			return
		}
		t.Logf("%d retries at once", got)
	}
	t.Error("never 25")
}
