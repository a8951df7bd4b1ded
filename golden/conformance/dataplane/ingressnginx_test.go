package dataplane

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"retryctl.dev/golden/conformance/backend"
	"retryctl.dev/golden/conformance/binaries"
	"retryctl.dev/golden/conformance/input"
	"retryctl.dev/golden/conformance/planted"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/ingressnginx"
	"retryctl.dev/translators/nginx"
)

const ingressNginx = "ingress-nginx' balancer, for which nginx 1.22 stands in"

// short keeps tries that hang short.
var short = map[string]string{"proxy-read-timeout": "1"}

// ingressSites are the forms in which people write what is tried again.
var ingressSites = []IngressSite{
	{Name: "defaults"},
	{Name: "five-tries", Annotations: map[string]string{"proxy-next-upstream-tries": "5"}},
	{Name: "one-try", Annotations: map[string]string{"proxy-next-upstream-tries": "1"}},
	{Name: "tries-with-a-unit", Annotations: map[string]string{"proxy-next-upstream-tries": "10s"}},
	{Name: "a-code-more", Annotations: map[string]string{"proxy-next-upstream": "error timeout http_503"}},
	{Name: "a-code-alone", Annotations: map[string]string{"proxy-next-upstream": "http_503"}},
	{Name: "every-code", Annotations: map[string]string{"proxy-next-upstream": "http_500 http_502 http_503 http_504 http_403 http_404 http_429"}},
	{Name: "errors-alone", Annotations: map[string]string{"proxy-next-upstream": "error"}},
	{Name: "timeouts-alone", Annotations: map[string]string{"proxy-next-upstream": "timeout"}},
	{Name: "commas", Annotations: map[string]string{"proxy-next-upstream": "error,timeout,http_503"}},
	{Name: "every-method", Annotations: map[string]string{"proxy-next-upstream": "error timeout http_503 non_idempotent"}},
	{Name: "off", Annotations: map[string]string{"proxy-next-upstream": "off"}},
	{Name: "off-among-others", Annotations: map[string]string{"proxy-next-upstream": "error off timeout"}},
	{Name: "configmap", ConfigMap: map[string]string{"proxy-next-upstream-tries": "4", "proxy-next-upstream": "error timeout http_502", "retry-non-idempotent": "true"}},
	{Name: "configmap-under-an-annotation", Annotations: map[string]string{"proxy-next-upstream-tries": "2"}, ConfigMap: map[string]string{"proxy-next-upstream-tries": "4"}},
	{Name: "service-upstream", Annotations: map[string]string{"service-upstream": "true"}},
}

// effects gives what Read says of a site.
func (s IngressSite) effects(t *testing.T) []behavior.Effect {
	t.Helper()
	pairs := func(prefix string, all map[string]string) string {
		var list []string
		for _, key := range slices.Sorted(maps.Keys(all)) {
			list = append(list, fmt.Sprintf("%s%s: %q", prefix, key, all[key]))
		}
		return strings.Join(list, ", ")
	}
	text := "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a, namespace: shop, annotations: {" + pairs("nginx.ingress.kubernetes.io/", s.Annotations) + "}}\n" +
		"spec: {ingressClassName: nginx, rules: [{host: any.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}}]}\n"
	if len(s.ConfigMap) > 0 {
		text += "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: ingress-nginx, labels: {app.kubernetes.io/name: ingress-nginx}}\ndata: {" + pairs("", s.ConfigMap) + "}\n"
	}
	in, err := input.Read(s.Name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	world := in.Plan.World
	g := ingressnginx.Gateway{}
	return gateway.Read(g, (&resolve.Plan{World: world}).Bystanders(), world, gateway.Defaults(g.Profile()))[0]
}

func (s IngressSite) place(t *testing.T) Place {
	return Place{Gateway: ingressNginx, Case: s.Name, Site: s.Name, Request: Request{Host: "any.example", Path: "/", Header: map[string]string{}},
		Methods: behavior.AllMethods &^ nginx.Unreachable, Effects: s.effects(t)}
}

// startIngressNginx gives the data plane of sites; each has a read timeout of a second
// unless it has one of its own.
func startIngressNginx(t *testing.T, sites []IngressSite) (DataPlane, *backend.Backend) {
	t.Helper()
	root, err := binaries.Nginx("../.cache")
	if err != nil {
		leftOut(t, ingressNginx, err)
	}
	for n, s := range sites {
		all := maps.Clone(short)
		maps.Copy(all, s.Annotations)
		sites[n].Annotations = all
	}
	b := startBackend(t)
	plane, err := StartIngressNginx(root, b, sites)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	return plane, b
}

// TestNginxInThePlaceOfIngressNginxDoesWhatReadSays tries every fault with every method
// on every form.
func TestNginxInThePlaceOfIngressNginxDoesWhatReadSays(t *testing.T) {
	t.Parallel()
	sites := slices.Clone(ingressSites)
	plane, b := startIngressNginx(t, sites)
	var places []Place
	for _, s := range sites {
		places = append(places, s.place(t))
	}
	measure(t, Rig{Plane: plane, Backend: b, Results: &Results{}, Pulse: pulse, NoKeys: "ingress-nginx' X-Request-ID is not asked for"}, places)
}

// TestWhatIngressNginxDoesNotLimitIsTriedWithoutEnd has a request meet a backend that
// refuses connections, until its client gives up: more tries are made than anybody would
// ask for.
func TestWhatIngressNginxDoesNotLimitIsTriedWithoutEnd(t *testing.T) {
	sites := []IngressSite{
		{Name: "no-limit", Annotations: map[string]string{"proxy-next-upstream-tries": "0"}},
		{Name: "grpc", Annotations: map[string]string{"backend-protocol": "GRPC", "proxy-next-upstream-tries": "2", "proxy-next-upstream": "off"}},
	}
	plane, _ := startIngressNginx(t, sites)
	for _, s := range sites {
		for _, e := range s.effects(t) {
			if e.MaxRetries != behavior.Is(behavior.Unlimited) || e.Causes[behavior.ConnectFailure] != e.Methods {
				t.Fatalf("%s: Read says %v of %v", s.Name, e.MaxRetries, e.Methods)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		id := fresh(s.Name)
		a := Send(ctx, plane.Address(s.Name, Refused), Request{ID: id, Method: "POST", Host: "any.example", Path: "/", Header: map[string]string{}})
		cancel()
		tries := triesOf(nil, plane, id, Refused)
		if a.Status != 0 || tries < 100 {
			t.Errorf("%s: %d after %d tries", s.Name, a.Status, tries)
		}
		t.Logf("%s: %d tries in 300 ms", s.Name, tries)
	}
}

// TestNewTriesOfIngressNginxEndAndTheOneThatRunsDoesNot holds proxy-next-upstream-timeout
// to what Read says of it.
func TestNewTriesOfIngressNginxEndAndTheOneThatRunsDoesNot(t *testing.T) {
	sites := []IngressSite{{Name: "limit", Annotations: map[string]string{"proxy-next-upstream-timeout": "2", "proxy-next-upstream-tries": "9"}}}
	plane, b := startIngressNginx(t, sites)
	e := sites[0].effects(t)[0]
	if e.MaxRetries != behavior.Is(8) || e.TotalTimeout.State != behavior.Off || !strings.Contains(strings.Join(e.Notes, "\n"), "no new try starts after a failure later than 2s") {
		t.Fatalf("Read says %+v", e)
	}
	for n := 1; ; n++ {
		began, id := time.Now(), fresh("limit")
		a := send(t, plane.Address("limit", Scripted), Request{ID: id, Script: "hang", Method: "GET", Host: "any.example", Path: "/"})
		if tries := len(b.Tries(id)); a.Status == 504 && (tries == 2 || tries == 3) && a.Took > 1900*time.Millisecond && a.Took < 4*time.Second {
			return
		} else if n == mostRuns || n >= maxRuns && !pulse.Late(began) {
			t.Fatalf("%d after %d tries in %s", a.Status, tries, a.Took)
		}
	}
}

// TestIngressNginxSendsABodyAgainAsReadSays sends bodies around what proxy-body-size lets
// through, with request buffering and without.
func TestIngressNginxSendsABodyAgainAsReadSays(t *testing.T) {
	t.Parallel()
	var sites []IngressSite
	add := func(name string, annotations ...string) {
		s := IngressSite{Name: name, Annotations: map[string]string{"proxy-next-upstream": "error timeout http_503"}}
		for n := 0; n < len(annotations); n += 2 {
			s.Annotations[annotations[n]] = annotations[n+1]
		}
		sites = append(sites, s)
	}
	add("bodies-by-default")
	add("smaller-bodies", "proxy-body-size", "64k")
	add("larger-bodies", "proxy-body-size", "2m")
	add("no-size", "proxy-body-size", "8Mi")
	add("every-body", "proxy-body-size", "0")
	add("no-buffering", "proxy-request-buffering", "off", "proxy-body-size", "0")
	plane, b := startIngressNginx(t, sites)
	var cases []bodyCase
	for _, s := range sites {
		cases = append(cases, bodyCase{site: s.Name, host: "any.example", bodies: s.effects(t)[0].Bodies})
	}
	measureBodies(t, ingressNginx+", bodies", plane, b, cases, false)
}

// ingressFaults are sites of which Read is told one thing while nginx gets another: what
// would be if it read them as people do who get them wrong.
var ingressFaults = []struct {
	about    string
	said, is map[string]string
}{
	{"one try more", map[string]string{"proxy-next-upstream-tries": "5"}, map[string]string{"proxy-next-upstream-tries": "6"}},
	{"one try less", map[string]string{"proxy-next-upstream-tries": "5"}, map[string]string{"proxy-next-upstream-tries": "4"}},
	{"a number with a unit is taken for a number", map[string]string{"proxy-next-upstream-tries": "10s"}, map[string]string{"proxy-next-upstream-tries": "10"}},
	{"a code is added to errors and timeouts", map[string]string{"proxy-next-upstream": "http_503"}, map[string]string{"proxy-next-upstream": "error timeout http_503"}},
	{"commas make a list", map[string]string{"proxy-next-upstream": "error,timeout,http_503"}, map[string]string{"proxy-next-upstream": "error timeout http_503"}},
	{"a code less", map[string]string{"proxy-next-upstream": "error timeout http_502 http_503"}, map[string]string{"proxy-next-upstream": "error timeout http_502"}},
	{"errors for timeouts", map[string]string{"proxy-next-upstream": "timeout"}, map[string]string{"proxy-next-upstream": "error"}},
	{"a POST is tried again", map[string]string{"proxy-next-upstream": "error timeout"}, map[string]string{"proxy-next-upstream": "error timeout non_idempotent"}},
	{"off is one word among others", map[string]string{"proxy-next-upstream": "error off"}, map[string]string{"proxy-next-upstream": "error"}},
	{"the timeout of a try doubled", nil, map[string]string{"proxy-read-timeout": "2"}},
}

func TestEveryFaultInIngressesIsFound(t *testing.T) {
	t.Parallel()
	const name = "ingress-nginx"
	if _, err := binaries.Nginx("../.cache"); err != nil {
		nonePlanted(t, name, err)
	}
	var sites []IngressSite
	var places [][]Place
	var list []planted.Fault
	for n, f := range ingressFaults {
		said := IngressSite{Name: fmt.Sprint("fault-", n), Annotations: maps.Clone(short)}
		maps.Copy(said.Annotations, f.said)
		sites = append(sites, IngressSite{Name: said.Name, Annotations: f.is})
		places = append(places, []Place{said.place(t)})
		list = append(list, planted.Fault{Name: f.about, Golden: said.Name})
	}
	plane, b := startIngressNginx(t, sites)
	score(t, name, list, ran(t, plane, Rig{Plane: plane, Backend: b, Results: &Results{}, Pulse: pulse, NoKeys: "no key is written"}, places))
}
