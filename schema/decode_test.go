package schema

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"retryctl.dev/schema/manifest"
)

// whole is a policy with every field.
const whole = `apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: checkout, namespace: shop, labels: {team: a}, annotations: {why: "on"}}
spec:
  targetRefs:
  - {group: gateway.networking.k8s.io, kind: HTTPRoute, name: checkout, sectionName: reads}
  - {kind: Service, name: basket}
  maxRetries: 3
  retryOn:
    statusCodes: [502, "504", "520-529", 530-531]
    conditions: [ConnectFailure, AttemptTimeout]
    grpcStatuses: [UNAVAILABLE]
    methods: [GET, POST]
  attemptTimeout: 2s
  totalTimeout: 1m30s
  backoff: {baseInterval: 100ms, maxInterval: 1s, jitter: Full}
  budget: {percent: 20, interval: 10s, minRetriesPerSecond: 10}
  circuitBreaker: {maxConnections: 1, maxPendingRequests: 2, maxParallelRequests: 3, maxParallelRetries: 4294967295}
  idempotencyKey: {header: Idempotency-Key}
  accept:
  - {gateway: kong, finding: RT2004, field: spec.backoff, reason: tolerable}
`

func TestEveryFieldArrives(t *testing.T) {
	got, findings := Decode(object(t, whole))
	findings = append(findings, Validate(got, known)...)
	if len(findings) > 0 {
		t.Fatal(lines(findings))
	}
	span := func(text string) *Duration {
		d, err := ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		return &d
	}
	want := &RetryPolicy{
		APIVersion: APIVersion, Kind: Kind,
		Metadata: Metadata{"checkout", "shop", map[string]string{"team": "a"}, map[string]string{"why": "on"}},
		Spec: Spec{
			TargetRefs: []TargetRef{
				{"gateway.networking.k8s.io", "HTTPRoute", "checkout", "reads"},
				{"", "Service", "basket", ""},
			},
			MaxRetries: new(3),
			RetryOn: &RetryOn{
				StatusCodes:  []CodeRange{{502, 502}, {504, 504}, {520, 529}, {530, 531}},
				Conditions:   []Condition{ConnectFailure, AttemptTimeout},
				GRPCStatuses: []GRPCStatus{"UNAVAILABLE"},
				Methods:      []string{"GET", "POST"},
			},
			AttemptTimeout: span("2s"), TotalTimeout: span("90s"),
			Backoff:        &Backoff{*span("100ms"), span("1s"), "Full"},
			Budget:         &Budget{Percent: 20, Interval: span("10s"), MinRetriesPerSecond: new(10)},
			CircuitBreaker: &CircuitBreaker{new(int64(1)), new(int64(2)), new(int64(3)), new(int64(1<<32 - 1))},
			IdempotencyKey: &IdempotencyKey{"Idempotency-Key"},
			Accept:         []Accept{{"kong", "RT2004", "spec.backoff", "tolerable"}},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreTypes(Source{})); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsLeftOutIsNoWish(t *testing.T) {
	p, findings := Decode(object(t, head+"  maxRetries: 0\n  retryOn: ~\n  attemptTimeout:\n  backoff: null\n"))
	if len(findings) > 0 {
		t.Fatal(lines(findings))
	}
	if s := p.Spec; s.RetryOn != nil || s.AttemptTimeout != nil || s.Backoff != nil || s.Budget != nil || *s.MaxRetries != 0 {
		t.Errorf("%+v", s)
	}
}

func TestAPolicyFromAClusterIsRead(t *testing.T) {
	text := strings.Replace(whole, "metadata: {", "metadata: {uid: x, generation: 3, resourceVersion: \"7\", managedFields: [{}], ", 1) + "status: {conditions: []}\n"
	if got := lines(check(t, text)); got != "" {
		t.Error(got)
	}
}

func TestAnUnknownFieldIsFoundWithItsPlaceAndWhatWasMeant(t *testing.T) {
	hold(t, usual, []rule{
		{"  maxRetrys: 3", "9:3 RT1002 spec.maxRetrys: there is no field maxRetrys -> did you mean maxRetries?"},
		{"  attempts: 3", "9:3 RT1002 spec.attempts: there is no field attempts -> did you mean maxRetries, which counts the tries after the first?"},
		{"  numRetries: 3", "9:3 RT1002 spec.numRetries: there is no field numRetries -> did you mean maxRetries?"},
		{"  retries: 3", "9:3 RT1002 spec.retries: there is no field retries -> did you mean maxRetries?"},
		{"  perTryTimeout: 3s", "9:3 RT1002 spec.perTryTimeout: there is no field perTryTimeout -> did you mean attemptTimeout?"},
		{"  timeout: 3s", "9:3 RT1002 spec.timeout: there is no field timeout -> did you mean totalTimeout, or attemptTimeout for each try?"},
		{"  backOff: {}", "9:3 RT1002 spec.backOff: there is no field backOff -> did you mean backoff?"},
		{"  codes: [503]", "9:3 RT1002 spec.codes: there is no field codes -> did you mean statusCodes, which belongs in spec.retryOn?"},
		{"  httpStatusCodes: [503]", "9:3 RT1002 spec.httpStatusCodes: there is no field httpStatusCodes -> did you mean statusCodes, which belongs in spec.retryOn?"},
		{"  backoff: {baseInterval: 1s, jitterPercent: 3}", "9:31 RT1002 spec.backoff.jitterPercent: there is no field jitterPercent -> did you mean jitter: None, Half or Full?"},
		{"  jitter: Full", "9:3 RT1002 spec.jitter: there is no field jitter -> jitter belongs in spec.backoff"},
		{"  methodes: [GET]", "9:3 RT1002 spec.methodes: there is no field methodes -> did you mean methods, which belongs in spec.retryOn?"},
		{"  on: [503]", "9:3 RT1002 spec.on: there is no field on -> did you mean retryOn?"},
		{"  true: [503]", "9:3 RT1002 spec.true: there is no field true -> did you mean retryOn, because YAML 1.1 readers take on for a boolean?"},
		{"  hedging: 3", "9:3 RT1002 spec.hedging: there is no field hedging"},
		{"  \"a\\nb\\e[1m\": 3", "9:3 RT1002 spec.a\nb\x1b[1m: there is no field \"a\\nb\\x1b[1m\""},
		{"extra: 1", "9:1 RT1002 extra: there is no field extra"},
	})
}

func TestAMisspelledFieldIsNotAlsoMissing(t *testing.T) {
	hold(t, head, []rule{
		{"  maxRetrys: 3", "7:3 RT1002 spec.maxRetrys: there is no field maxRetrys -> did you mean maxRetries?"},
	})
}

func TestWhatIsRequiredIsMissed(t *testing.T) {
	hold(t, usual, []rule{
		{"  backoff: {jitter: Full}", "9:12 RT1004 spec.backoff.baseInterval: baseInterval is missing -> leave it out for no wish"},
		{"  budget: {minConcurrentRetries: 3}", "9:11 RT1004 spec.budget.percent: percent is missing"},
		{"  idempotencyKey: {}", "9:19 RT1004 spec.idempotencyKey.header: header is missing"},
		{"  accept: [{gateway: kong, finding: RT2004, reason: ~}]", "9:53 RT1004 spec.accept[0].reason: reason is missing -> say why the loss is tolerable"},
	})
	hold(t, "apiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\n", []rule{
		{"metadata: {name: x}", "1:1 RT1004 spec: spec is missing"},
		{"spec: {maxRetries: 0, targetRefs: [{kind: Service, name: x}]}", "1:1 RT1004 metadata: metadata is missing"},
		{"metadata: {generateName: x-}\nspec: {maxRetries: 0, targetRefs: [{name: x}]}",
			"3:11 RT1004 metadata.name: name is missing\n4:36 RT1004 spec.targetRefs[0].kind: kind is missing"},
		{"metadata: {name: x}\nspec: {}", "4:7 RT1004 spec.targetRefs: targetRefs is missing\n4:7 RT1004 spec.maxRetries: maxRetries is missing -> the number of tries after the first; 0 is never"},
	})
}

func TestAValueOfTheWrongTypeIsFound(t *testing.T) {
	hold(t, head, []rule{
		{"  maxRetries: \"3\"", "7:15 RT1003 spec.maxRetries: a whole number is wanted, not the text \"3\" -> write it without quotes: 3"},
		{"  maxRetries: 2.5", "7:15 RT1003 spec.maxRetries: a whole number is wanted, not the number \"2.5\""},
		{"  maxRetries: yes", "7:15 RT1003 spec.maxRetries: a whole number is wanted, not the text \"yes\""},
		{"  maxRetries: [3]", "7:15 RT1003 spec.maxRetries: a whole number is wanted, not a list"},
		{"  maxRetries: 010", "7:15 RT1004 spec.maxRetries: 010 is not the same number to every reader of YAML -> write it in plain digits, such as 8"},
		{"  maxRetries: 0x10", "7:15 RT1004 spec.maxRetries: 0x10 is not the same number to every reader of YAML -> write it in plain digits, such as 16"},
		{"  maxRetries: 9223372036854775808", "7:15 RT1004 spec.maxRetries: 9223372036854775808 is too large a number"},
		{"  maxRetries: 99999999999999999999999", "7:15 RT1004 spec.maxRetries: 99999999999999999999999 is too large a number"},
		{"  maxRetries: -99999999999999999999999", "7:15 RT1004 spec.maxRetries: -99999999999999999999999 is too large a number"},
		{"  maxRetries: !!int x", "7:15 RT1003 spec.maxRetries: a whole number is wanted, not the number \"x\""},
		{"  maxRetries: \"\"", "7:15 RT1003 spec.maxRetries: a whole number is wanted, not the text \"\""},
		{"  maxRetries: 2147483648", "7:15 RT1004 spec.maxRetries: 2147483648 is not between 0 and 100\n7:15 RT1005 spec.maxRetries: 2147483648 retries, and nothing to retry on -> say in retryOn what to retry, or write maxRetries: 0"},
	})
	hold(t, head+"  maxRetries: 3\n", []rule{
		{"  retryOn: [503]", "8:12 RT1003 spec.retryOn: a mapping is wanted, not a list"},
		{"  retryOn: {statusCodes: 503}", "8:26 RT1003 spec.retryOn.statusCodes: a list is wanted, not the number \"503\" -> write [503]"},
		{"  retryOn: {statusCodes: [~]}", "8:27 RT1003 spec.retryOn.statusCodes[0]: an item without a value -> take the item out"},
		{"  retryOn: {statusCodes: [5xx]}", "8:27 RT1004 spec.retryOn.statusCodes[0]: status code \"5xx\": a number such as 503 or a range such as 520-529 is wanted -> write \"500-599\""},
		{"  retryOn: {statusCodes: [true]}", "8:27 RT1004 spec.retryOn.statusCodes[0]: status code \"true\": a number such as 503 or a range such as 520-529 is wanted"},
		{"  retryOn: {statusCodes: [[503]]}", "8:27 RT1003 spec.retryOn.statusCodes[0]: a status code or a range of them is wanted, not a list"},
		{"  retryOn: {conditions: [503]}", "8:26 RT1003 spec.retryOn.conditions[0]: a text is wanted, not the number \"503\" -> HTTP status codes stand in statusCodes"},
		{"  retryOn: {grpcStatuses: [14]}", "8:28 RT1003 spec.retryOn.grpcStatuses[0]: a text is wanted, not the number \"14\" -> write UNAVAILABLE"},
		{"  retryOn: {methods: [on]}", "8:23 RT1003 spec.retryOn.methods[0]: on is a boolean or a number to YAML 1.1 readers such as kubectl -> quote it: \"on\""},
		{"  retryOn: {methods: [true]}", "8:23 RT1003 spec.retryOn.methods[0]: a text is wanted, not the boolean \"true\" -> quote it: \"true\""},
		{"  retryOn: {statusCodes: [503]}\n  attemptTimeout: {}", "9:19 RT1003 spec.attemptTimeout: a duration is wanted, not a mapping"},
		{"  retryOn: {statusCodes: [503]}\n  attemptTimeout: \"\"", "9:19 RT1004 spec.attemptTimeout: an empty text -> leave the field out for no wish"},
		{"  retryOn: {statusCodes: [503]}\n  backoff: {baseInterval: 1s, jitter: \"\"}", "9:39 RT1004 spec.backoff.jitter: an empty text -> leave the field out for no wish"},
		{"  retryOn: {statusCodes: [503]}\n  backoff: {baseInterval: 1s, jitter: No}", "9:39 RT1003 spec.backoff.jitter: No is a boolean or a number to YAML 1.1 readers such as kubectl -> quote it: \"No\""},
	})
	hold(t, "apiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\nspec: {maxRetries: 0, targetRefs: [{kind: Service, name: x}]}\n", []rule{
		{"metadata: {name: 7}", "4:18 RT1003 metadata.name: a text is wanted, not the number \"7\" -> quote it: \"7\""},
		{"metadata: {name: x, labels: {a: 1, y: b}}", "4:33 RT1003 metadata.labels.a: a text is wanted, not the number \"1\" -> quote it: \"1\"\n4:36 RT1003 metadata.labels.y: y is a boolean or a number to YAML 1.1 readers such as kubectl -> quote it: \"y\""},
	})
}

func TestOtherVersionsAndKindsAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"apiVersion: retryctl.dev/v1\nkind: RetryPolicy\n":       "1:13 RT1004 apiVersion: \"retryctl.dev/v1\" is not served -> write retryctl.dev/v1alpha1",
		"apiVersion: retryctl.dev\nkind: RetryPolicy\n":          "1:13 RT1004 apiVersion: \"retryctl.dev\" is not served -> write retryctl.dev/v1alpha1",
		"apiVersion: retryclt.dev/v1alpha1\nkind: RetryPolicy\n": "1:13 RT1004 apiVersion: \"retryclt.dev/v1alpha1\" is not served -> write retryctl.dev/v1alpha1",
		"apiVersion: retryctl.dev/v1alpha1\nkind: Retrypolicy\n": "2:7 RT1004 kind: \"Retrypolicy\" is no kind of retryctl.dev -> write RetryPolicy or Config",
		"apiVersion: retryctl.dev/v1alpha1\nkind: \"a\\nb\"\n":   "2:7 RT1004 kind: \"a\\nb\" is no kind of retryctl.dev -> write RetryPolicy or Config",
	} {
		o := object(t, text)
		if !Ours(o) {
			t.Errorf("%s\nis not looked at", text)
		}
		if got := lines(check(t, text)); got != want {
			t.Errorf("%s\ngave %s", text, got)
		}
	}
}

func TestObjectsOfOthersAreNotOurs(t *testing.T) {
	for _, text := range []string{
		"apiVersion: v1\nkind: Service\n", "apiVersion: gateway.example.io/v1\nkind: RetryPolicy\n", "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n",
	} {
		if Ours(object(t, text)) {
			t.Errorf("%s\nis taken for a policy", text)
		}
	}
}

func TestATextThatIsNoPolicyGivesOneClearLine(t *testing.T) {
	anchors := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		anchors += strings.NewReplacer("B", string(c), "A", string(c-1)).Replace("B: &B [*A, *A, *A, *A, *A, *A, *A, *A, *A, *A]\n")
	}
	for name, c := range map[string]struct{ text, want string }{
		"binary":         {"\x7fELF\x00\x01", "p.yaml: not a text file: YAML and JSON in UTF-8 are read"},
		"invalid UTF-8":  {usual + "# \xff", "p.yaml: not a text file: YAML and JSON in UTF-8 are read"},
		"twice":          {usual + "  maxRetries: 4\n", "p.yaml:9:3: key \"maxRetries\" stands twice"},
		"cycle":          {usual + "  backoff: &a {baseInterval: *a}\n", "p.yaml:9:30: alias *a stands inside its own anchor"},
		"billion laughs": {head + anchors, "p.yaml:7:14: aliases expand to more than 100000 values"},
		"deep":           {usual + "  backoff: " + strings.Repeat("[", 300) + strings.Repeat("]", 300), "p.yaml:9:211: nested more than 200 levels deep"},
		"tab":            {usual + "\tbackoff: 1", "p.yaml:9: not valid YAML: found a tab as indentation, or a text that begins with @, % or a backquote and has no quotes"},
		"second broken":  {usual + "---\napiVersion: [\n", "p.yaml:11: not valid YAML: did not find expected node content"},
		"list":           {"- a\n", "p.yaml:1:1: not a Kubernetes object: a mapping with apiVersion and kind is wanted"},
	} {
		_, err := manifest.Read(strings.NewReader(c.text), "p.yaml")
		if err == nil {
			t.Errorf("%s: it was read", name)
		} else if err.Error() != c.want {
			t.Errorf("%s: %s", name, err)
		}
	}
}

func TestLineEndsMarksAndAnchorsMakeNoDifference(t *testing.T) {
	for name, text := range map[string]string{
		"CRLF":    strings.ReplaceAll(whole, "\n", "\r\n"),
		"BOM":     "\ufeff" + whole,
		"anchors": strings.NewReplacer("[GET, POST]", "&m [GET, POST]", "{why: \"on\"}", "{<<: &x {a: b}}").Replace(whole),
	} {
		if got := lines(check(t, text)); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
}
