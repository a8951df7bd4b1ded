package ingressnginx_test

import (
	"fmt"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/ingressnginx"
	"retryctl.dev/translators/ingressnginx/api"
	"retryctl.dev/translators/nginx"
)

// effectsIn gives those of an Ingress of a world, in a version.
func effectsIn(t *testing.T, text, name, version string) []behavior.Effect {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(text), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := gateway.Defaults(ingressnginx.Gateway{}.Profile())
	if version != "" {
		if s.Version, err = gateway.ParseVersion(version); err != nil {
			t.Fatal(err)
		}
	}
	world := manifest.NewSet(objects)
	for _, i := range (&resolve.Plan{World: world}).Bystanders() {
		if i.ID().Name == name {
			return gateway.Read(ingressnginx.Gateway{}, []resolve.Intent{i}, world, s)[0]
		}
	}
	t.Fatalf("there is no Ingress %s", name)
	return nil
}

// ingress gives an Ingress with annotations, of which each is "key: value" without the
// prefix.
func ingress(name, more string, annotations ...string) string {
	text := "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: " + name + "\n  namespace: shop\n" + more + "  annotations:\n    a: b\n"
	for _, line := range annotations {
		text += "    " + api.Prefix + line + "\n"
	}
	return text + "spec:\n  ingressClassName: nginx\n  rules:\n  - host: shop.example\n    http: {paths: [{path: /a, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}\n"
}

func configMap(name, labels, data string) string {
	return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + ", namespace: ingress-nginx, labels: {" + labels + "}}\ndata: {" + data + "}\n"
}

const labelled = "app.kubernetes.io/name: ingress-nginx"

// said gives what GET and POST get in a line: the retries, and after what each is tried
// again. Causes in brackets are not certain.
func said(e behavior.Effect) string {
	retries := "unknown"
	if e.MaxRetries.State == behavior.Set {
		retries = behavior.Retries(e.MaxRetries.Value)
	}
	parts := []string{retries}
	for _, m := range []behavior.Methods{behavior.GET, behavior.POST} {
		text := m.String() + ": " + behavior.CauseList(e.Causes.List(m))
		if open := e.Unclear.Without(e.Causes); len(open.List(m)) > 0 {
			text += " (" + behavior.CauseList(open.List(m)) + ")"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

const (
	safe  = "ConnectFailure, ResetBeforeRequest"
	usual = "GET: " + safe + ", Reset, AttemptTimeout; POST: " + safe
	every = "GET: " + safe + ", Reset, AttemptTimeout; POST: " + safe + ", Reset, AttemptTimeout"
	none  = "0 retries; GET: ; POST: "
)

// rows are annotations and a ConfigMap with what they come to, and words of a note.
var rows = []struct {
	about       string
	annotations []string
	config      string
	version     string
	want, note  string
}{
	{about: "nothing is said", want: "2 retries; " + usual},
	{about: "tries count the first one", annotations: []string{`proxy-next-upstream-tries: "5"`}, want: "4 retries; " + usual},
	{about: "one try", annotations: []string{`proxy-next-upstream-tries: "1"`}, want: none},
	{about: "0 is no limit", annotations: []string{`proxy-next-upstream-tries: "0"`}, want: "unlimited retries; " + usual, note: "is no limit"},
	{about: "a number with a unit", annotations: []string{`proxy-next-upstream-tries: "10s"`}, want: "2 retries; " + usual, note: `"10s" is no whole number, and 3 holds`},
	{about: "a number with a space", annotations: []string{`proxy-next-upstream-tries: " 5"`}, want: "2 retries; " + usual, note: `" 5" is no whole number`},
	{about: "a negative number", annotations: []string{`proxy-next-upstream-tries: "-1"`}, want: "unknown; GET:  (" + safe + ", Reset, AttemptTimeout); POST:  (" + safe + ")", note: "nginx refuses -1"},
	{about: "a code is added", annotations: []string{"proxy-next-upstream: error timeout http_503"}, want: "2 retries; GET: " + safe + ", Reset, AttemptTimeout, 503; POST: " + safe},
	{about: "a code alone drops errors and timeouts", annotations: []string{"proxy-next-upstream: http_503"}, want: "2 retries; GET: 503; POST: "},
	{about: "errors alone", annotations: []string{"proxy-next-upstream: error"}, want: "2 retries; GET: ResetBeforeRequest, Reset (ConnectFailure); POST: ResetBeforeRequest (ConnectFailure)"},
	{about: "timeouts alone", annotations: []string{"proxy-next-upstream: timeout"}, want: "2 retries; GET: AttemptTimeout (ConnectFailure); POST:  (ConnectFailure)"},
	{about: "every code that there is", annotations: []string{"proxy-next-upstream: http_500 http_502 http_503 http_504 http_403 http_404 http_429"}, want: "2 retries; GET: 403, 404, 429, 500, 502-504; POST: "},
	{about: "commas are no list", annotations: []string{`proxy-next-upstream: "error,timeout,http_503"`}, want: "2 retries; " + usual, note: "no list of its words with spaces between them"},
	{about: "commas before lists were checked", annotations: []string{`proxy-next-upstream: "error,timeout"`}, version: "1.11",
		want: "2 retries; GET:  (" + safe + ", Reset, AttemptTimeout, 403, 404, 429, 500, 502-504); POST:  (" + safe + ", Reset, AttemptTimeout, 403, 404, 429, 500, 502-504)", note: "nginx refuses error,timeout"},
	{about: "a word that there is not", annotations: []string{"proxy-next-upstream: error http_501"}, want: "2 retries; " + usual, note: "has no effect"},
	{about: "words without a space, which are checked and refused", annotations: []string{"proxy-next-upstream: errortimeout"},
		want: "2 retries; GET:  (" + safe + ", Reset, AttemptTimeout, 403, 404, 429, 500, 502-504); POST:  (" + safe + ", Reset, AttemptTimeout, 403, 404, 429, 500, 502-504)", note: "nginx refuses errortimeout"},
	{about: "every method", annotations: []string{"proxy-next-upstream: error timeout non_idempotent"}, want: "2 retries; " + every},
	{about: "every method, after nothing", annotations: []string{"proxy-next-upstream: non_idempotent"}, want: none},
	{about: "off", annotations: []string{`proxy-next-upstream: "off"`}, want: none},
	{about: "off among others", annotations: []string{`proxy-next-upstream: "error off http_503"`}, want: none},
	{about: "an invalid header", annotations: []string{"proxy-next-upstream: error timeout invalid_header"}, want: "2 retries; " + usual, note: "invalid header"},
	{about: "new tries end", annotations: []string{`proxy-next-upstream-timeout: "10"`}, want: "2 retries; " + usual, note: "no new try starts after a failure later than 10s"},
	{about: "new tries end at a time with a unit", annotations: []string{`proxy-next-upstream-timeout: 10s`}, want: "2 retries; " + usual, note: `"10s" is no whole number, and 0 holds`},
	{about: "gRPC knows none of it", annotations: []string{"backend-protocol: grpc", `proxy-next-upstream-tries: "2"`, "proxy-next-upstream: error non_idempotent"},
		want: "unlimited retries; GET: " + safe + ", Reset, AttemptTimeout (RefusedStream); POST: " + safe + " (RefusedStream)", note: "without any limit"},
	{about: "gRPC over TLS", annotations: []string{"backend-protocol: GRPCS"}, want: "unlimited retries; GET: " + safe + ", Reset, AttemptTimeout (RefusedStream); POST: " + safe + " (RefusedStream)"},
	{about: "FastCGI", annotations: []string{"backend-protocol: FCGI"}, want: "unlimited retries; " + usual},
	{about: "a protocol that there is not", annotations: []string{"backend-protocol: h2c"}, want: "2 retries; " + usual},
	{about: "a snippet", annotations: []string{`configuration-snippet: "proxy_next_upstream_tries 9;"`}, want: "unknown; GET:  (" + safe + ", Reset, AttemptTimeout, 403, 404, 429, 500, 502-504); POST:  (" + safe + ", Reset, AttemptTimeout, 403, 404, 429, 500, 502-504)", note: "snippets are not read"},
	{about: "a snippet for gRPC", annotations: []string{"backend-protocol: GRPC", `configuration-snippet: "grpc_next_upstream_tries 2;"`},
		want: "unknown; GET:  (ConnectFailure, RefusedStream, ResetBeforeRequest, Reset, AttemptTimeout, 403, 404, 429, 500, 502-504); POST:  (ConnectFailure, RefusedStream, ResetBeforeRequest, Reset, AttemptTimeout, 403, 404, 429, 500, 502-504)", note: "speaks of tries"},
	{about: "a snippet of something else", annotations: []string{`configuration-snippet: "more_set_headers a;"`}, want: "2 retries; " + usual},
	{about: "a ConfigMap by its label", config: configMap("c", labelled, `proxy-next-upstream-tries: "4", proxy-next-upstream: http_502`), want: "3 retries; GET: 502; POST: "},
	{about: "a ConfigMap by its keys", config: configMap("c", "", `proxy-next-upstream-tries: "4"`), want: "3 retries; " + usual},
	{about: "a ConfigMap of somebody else", config: configMap("c", "", `proxy-read-timeout: "4"`), want: "2 retries; " + usual},
	{about: "the label comes before the keys", config: configMap("c", "", `proxy-next-upstream-tries: "4"`) + configMap("d", labelled, `proxy-next-upstream-tries: "5"`), want: "4 retries; " + usual},
	{about: "an annotation comes before a ConfigMap", annotations: []string{`proxy-next-upstream-tries: "2"`}, config: configMap("c", labelled, `proxy-next-upstream-tries: "4"`), want: "1 retries; " + usual},
	{about: "an invalid annotation leaves it to the ConfigMap", annotations: []string{`proxy-next-upstream-tries: two`}, config: configMap("c", labelled, `proxy-next-upstream-tries: "4"`), want: "3 retries; " + usual, note: "and 4 holds"},
	{about: "an invalid ConfigMap", config: configMap("c", labelled, `proxy-next-upstream-tries: "4s"`), want: "2 retries; " + usual, note: `"4s" is no value that it can have`},
	{about: "a ConfigMap with commas", config: configMap("c", labelled, `proxy-next-upstream: "error,timeout"`),
		want: "2 retries; GET:  (" + safe + ", Reset, AttemptTimeout, 403, 404, 429, 500, 502-504); POST:  (" + safe + ", Reset, AttemptTimeout, 403, 404, 429, 500, 502-504)", note: "nginx refuses error,timeout"},
	{about: "every method for all", config: configMap("c", labelled, `retry-non-idempotent: "true"`), want: "2 retries; " + every},
	{about: "every method is no annotation", annotations: []string{`retry-non-idempotent: "true"`}, want: "2 retries; " + usual},
	{about: "two ConfigMaps that differ", config: configMap("c", labelled, `proxy-next-upstream-tries: "4"`) + configMap("d", labelled, `proxy-next-upstream: error timeout`),
		want: "unknown; GET:  (" + safe + ", Reset, AttemptTimeout); POST:  (" + safe + ")", note: "which ConfigMap the controller has is not known"},
	{about: "two ConfigMaps, of which one has no setting", config: configMap("tcp", labelled, `"8080": shop/a:80`) + configMap("c", labelled, `proxy-next-upstream-tries: "4"`), want: "3 retries; " + usual},
}

func TestAnnotationsAndTheConfigMapSayWhatIsTriedAgain(t *testing.T) {
	for _, c := range rows {
		effects := effectsIn(t, ingress("a", "", c.annotations...)+c.config, "a", c.version)
		if len(effects) != 1 {
			t.Errorf("%s: there are %d effects", c.about, len(effects))
			continue
		}
		e := effects[0]
		if got := said(e); got != c.want {
			t.Errorf("%s: read is\n\t%s\nand it is\n\t%s", c.about, got, c.want)
		}
		if notes := strings.Join(e.Notes, "\n"); !strings.Contains(notes, c.note) {
			t.Errorf("%s: %q is not in the notes\n%s", c.about, c.note, notes)
		}
		if e.Behavior != e.Behavior.Normal() || e.Methods&nginx.Unreachable != 0 || e.TotalTimeout.State != behavior.Off || e.Backoff.State != behavior.Off {
			t.Errorf("%s: %+v", c.about, e.Behavior)
		}
	}
}

func TestTheTimeoutOfATryIsThatOfASilence(t *testing.T) {
	for _, c := range []struct {
		annotations []string
		want, note  string
	}{
		{nil, "1m0s", "connecting can take 5s in each try, not 1m"},
		{[]string{`proxy-read-timeout: "5"`, `proxy-send-timeout: "5"`}, "5s", ""},
		{[]string{`proxy-read-timeout: "7"`, `proxy-connect-timeout: "2"`}, "7s", "connecting can take 2s in each try, not 7s"},
		{[]string{`proxy-read-timeout: 7s`}, "1m0s", `"7s" is no whole number, and 60 holds`},
		{[]string{`proxy-read-timeout: "7"`, "backend-protocol: GRPC"}, "7s", ""},
	} {
		e := effectsIn(t, ingress("a", "", c.annotations...), "a", "")[0]
		if got := e.AttemptTimeout.Value.String(); got != c.want || !e.Idle || !strings.Contains(strings.Join(e.Notes, "\n"), c.note) {
			t.Errorf("%q is read as %s, idle %t, %q", c.annotations, got, e.Idle, e.Notes)
		}
	}
}

func TestAnOriginNamesTheObjectAndTheKey(t *testing.T) {
	e := effectsIn(t, ingress("a", "", `proxy-next-upstream: http_503`)+configMap("c", labelled, `proxy-next-upstream-tries: "4", retry-non-idempotent: "true"`), "a", "")[0]
	for field, want := range map[string]string{
		"retryOn":        "Ingress shop/a nginx.ingress.kubernetes.io/proxy-next-upstream, for every method by ConfigMap ingress-nginx/c data.retry-non-idempotent",
		"maxRetries":     "ConfigMap ingress-nginx/c data.proxy-next-upstream-tries, which counts the first try",
		"attemptTimeout": "ingress-nginx' default, from one read to the next",
	} {
		if e.Origin[field] != want {
			t.Errorf("%s comes from %q", field, e.Origin[field])
		}
	}
}

func TestOfTwoIngressesWithAPathTheOlderOneServesIt(t *testing.T) {
	at := func(day int) string { return fmt.Sprintf("  creationTimestamp: \"2026-01-%02dT00:00:00Z\"\n", day) }
	for _, c := range []struct {
		about, a, b string
		by, note    string
	}{
		{"the other is older", at(2), at(1), "Ingress shop/b", "Ingress shop/b is older"},
		{"it is older", at(1), at(2), "Ingress shop/a", ""},
		{"both are as old", at(1), at(1), "Ingress shop/b", ""}, // by name, from the end
		{"nobody knows", "", "", "Ingress shop/a", "nothing in the input says which that is"},
	} {
		text := ingress("a", c.a, `proxy-next-upstream-tries: "2"`) + ingress("b", c.b, `proxy-next-upstream-tries: "7"`)
		e := effectsIn(t, text, "a", "")
		if len(e) != 1 || e[0].Object != c.by || !strings.Contains(strings.Join(e[0].Notes, "\n"), c.note) {
			t.Errorf("%s: %+v", c.about, e)
		}
	}
	other := strings.Replace(ingress("b", at(1)), "ingressClassName: nginx", "ingressClassName: internal", 1)
	if e := effectsIn(t, ingress("a", at(2))+other, "a", "")[0]; e.Object != "Ingress shop/a" {
		t.Errorf("an Ingress of another class serves it: %+v", e)
	}
}

func TestACanaryHasTheRetriesOfTheIngressWhoseRequestsItShares(t *testing.T) {
	canary := ingress("b", "", `canary: "true"`, `proxy-next-upstream-tries: "7"`)
	e := effectsIn(t, ingress("a", "", `proxy-next-upstream-tries: "2"`)+canary, "b", "")[0]
	if e.Object != "Ingress shop/a" || e.MaxRetries != behavior.Is(1) || !strings.Contains(strings.Join(e.Notes, "\n"), "is a canary") {
		t.Errorf("a canary: %+v", e)
	}
	if e := effectsIn(t, canary, "b", "")[0]; e.Answer != 404 {
		t.Errorf("a canary of nothing: %+v", e)
	}
}

func TestARedirectMakesNoTry(t *testing.T) {
	for annotation, status := range map[string]int{"temporal-redirect: https://a.example": 302, "permanent-redirect: https://a.example": 301} {
		if e := effectsIn(t, ingress("a", "", annotation), "a", "")[0]; e.Answer != status || e.MaxRetries != behavior.Is(0) {
			t.Errorf("%s: %+v", annotation, e)
		}
	}
	if e := effectsIn(t, ingress("a", "", "permanent-redirect: https://a.example", `permanent-redirect-code: "308"`), "a", "")[0]; e.Answer != 308 {
		t.Errorf("with a code: %+v", e)
	}
}

func TestTheBalancerDecidesWhereTheNextTryGoes(t *testing.T) {
	any, unknown := behavior.Is(behavior.AnyBackend), behavior.Unclear[behavior.NextBackend]()
	for _, c := range []struct {
		annotation, config string
		want               behavior.Setting[behavior.NextBackend]
		origin             string
	}{
		{"", "", any, "ingress-nginx' default: round_robin"},
		{"load-balance: ewma", "", behavior.Is(behavior.OtherBackend), "Ingress shop/a nginx.ingress.kubernetes.io/load-balance"},
		{"", configMap("c", labelled, "load-balance: ewma"), behavior.Is(behavior.OtherBackend), "ConfigMap ingress-nginx/c data.load-balance"},
		{"upstream-hash-by: $request_uri", "", behavior.Is(behavior.SameBackend), "Ingress shop/a nginx.ingress.kubernetes.io/upstream-hash-by"},
		{"affinity: cookie", "", unknown, "the pod of the client's cookie"},
		{`service-upstream: "true"`, "", any, "the Service's own address"},
		{`service-upstream: "yes"`, "", any, "ingress-nginx' default: round_robin"},
		{"", configMap("c", labelled, `service-upstream: "true"`), any, "ConfigMap ingress-nginx/c data.service-upstream"},
	} {
		var annotations []string
		if c.annotation != "" {
			annotations = append(annotations, c.annotation)
		}
		e := effectsIn(t, ingress("a", "", annotations...)+c.config, "a", "")[0]
		if e.NextBackend != c.want || !strings.Contains(e.Origin["nextBackend"], c.origin) || e.MaxRetries != behavior.Is(2) {
			t.Errorf("%s%s: %v from %q, %v retries", c.annotation, c.config, e.NextBackend, e.Origin["nextBackend"], e.MaxRetries)
		}
	}
}

func TestABodyIsSentAgainWhereItIsBufferedAndNotTooLarge(t *testing.T) {
	unbuffered := behavior.Bodies{Limit: behavior.Is(int64(0)), Unsent: behavior.None[int64](), Larger: behavior.PerhapsSent}
	upTo := func(bytes int64) behavior.Bodies {
		return behavior.Bodies{Limit: behavior.Is(bytes), Unsent: behavior.Is(bytes), Larger: behavior.Refused}
	}
	for annotations, want := range map[string]behavior.Bodies{
		"a: b":                             upTo(1 << 20),
		"proxy-body-size: 8m":              upTo(8 << 20),
		"proxy-body-size: 64k":             upTo(64 << 10),
		`proxy-body-size: "1000"`:          upTo(1000),
		"proxy-body-size: 8Mi":             upTo(1 << 20), // which is no size
		`proxy-body-size: "0"`:             behavior.AnyBody(),
		`proxy-request-buffering: "off"`:   unbuffered,
		`proxy-request-buffering: "false"`: upTo(1 << 20),
		"backend-protocol: GRPC":           unbuffered,
		"backend-protocol: FCGI":           upTo(1 << 20),
	} {
		if e := effectsIn(t, ingress("a", "", annotations), "a", "")[0]; e.Bodies != want || e.Origin["maxRequestBodyBytes"] == "" {
			t.Errorf("%s: %s", annotations, e.Bodies.Text())
		}
	}
}
