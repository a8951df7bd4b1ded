package istio_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/golden/input"
	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio"
)

// TestAPolicyNeverChangesWhoServesARequest holds what the Gateway API says of the
// HTTPRoutes of random worlds, several for one host, against what Istio makes of the
// VirtualServices that are written.
func TestAPolicyNeverChangesWhoServesARequest(t *testing.T) {
	written, refused, together := 0, 0, 0
	for seed := range uint64(250) {
		text := siblings(rand.New(rand.NewPCG(seed, 9)))
		policies, world := read(t, text)
		plan, _ := resolve.Resolve(policies, world)
		s := gateway.Defaults(istio.Gateway{}.Profile())
		result := translators.Run(istio.Gateway{}, plan, s, false)
		if result.Findings.Count(finding.Error) > 0 {
			refused++
		}
		if len(result.Objects) == 0 {
			continue
		}
		written++
		for _, f := range result.Findings {
			if f.Code == finding.SiblingRoutes {
				together++
				break
			}
		}
		after := world.With(result.Objects...)
		more, _ := read(t, others(text))
		plan, _ = resolve.Resolve(append(policies, more...), after)
		later := after.With(translators.Run(istio.Gateway{}, plan, s, false).Objects...)
		if result.Findings.Count(finding.Error) == 0 {
			plan, _ := resolve.Resolve(policies, after)
			if again := translators.Run(istio.Gateway{}, plan, s, false); len(again.Objects) > 0 || again.Findings.Count(finding.Error) > 0 {
				t.Fatalf("seed %d: a second run writes\n%s\n%v\nafter\n%s\n%s", seed, printed(again.Objects), again.Findings, text, printed(result.Objects))
			}
		}
		for _, q := range requests() {
			if q.listener >= sections(world) {
				continue
			}
			// Where nothing was served something may be: a listener that a route does not
			// name, or what a VirtualService of the input leaves to nobody.
			before, now := byIstio(world, q), byIstio(after, q)
			if before != now && (before != "" || now != byGatewayAPI(world, q) && sections(world) < 2) {
				t.Fatalf("seed %d: %+v was served by %q and is by %q\n%s\n%s", seed, q, before, now, text, printed(result.Objects))
			}
			if before, now := now, byIstio(later, q); before != now && (before != "" || now != byGatewayAPI(world, q) && sections(world) < 2) {
				t.Fatalf("seed %d: with policies on all routes %+v was served by %q and is by %q\n%s\n%s\n%s", seed, q, before, now, text, printed(result.Objects), printed(later.All()))
			}
		}
	}
	if written < 120 || refused < 20 || together < 50 {
		t.Errorf("%d worlds are written, %d of them with routes beside those of a policy, and %d refused: too few to show anything", written, together, refused)
	}
}

// sections counts the listeners of the Gateway.
func sections(world *manifest.Set) int {
	gw := world.Get(manifest.ID{Group: "gateway.networking.k8s.io", Kind: "Gateway", Namespace: "shop", Name: "edge"})
	if gw == nil {
		return 1
	}
	return gw.At("spec", "listeners").Len()
}

func printed(objects []*manifest.Object) string {
	var out strings.Builder
	for _, o := range objects {
		o.Root().WriteYAML(&out) //nolint:errcheck // a string
		out.WriteString("---\n")
	}
	return out.String()
}

func read(t *testing.T, text string) (policies []*schema.RetryPolicy, world *manifest.Set) {
	t.Helper()
	in := input.Decode(t, text)
	return in.Policies, in.World
}

// siblings makes a world of routes for hosts and paths that overlap.
func siblings(rng *rand.Rand) string {
	pick := func(words ...string) string { return words[rng.IntN(len(words))] }
	var w strings.Builder
	section := func() string { return "" }
	switch rng.IntN(4) {
	case 0:
		fmt.Fprintf(&w, "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}\nspec: {gatewayClassName: other, listeners: [{name: http, port: 80, protocol: HTTP}, {name: second, port: 8080, protocol: HTTP, hostname: '*.example'}]}\n---\n")
		section = func() string { return pick("", "", ", sectionName: http", ", sectionName: second") }
	case 1:
		fmt.Fprintf(&w, "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}\nspec: {gatewayClassName: other, listeners: [{name: http, port: 80, protocol: HTTP%s}]}\n---\n",
			pick("", ", hostname: '*.example'", ", hostname: a.example"))
	}
	count := 2 + rng.IntN(3)
	for n := range count {
		made := ""
		if rng.IntN(2) == 0 {
			made = fmt.Sprintf(", creationTimestamp: '2026-01-0%dT00:00:00Z'", 1+rng.IntN(9))
		}
		fmt.Fprintf(&w, "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r%d, namespace: shop%s}\nspec:\n  parentRefs: [{name: edge%s}]\n", n, made, section())
		if hosts := pick("a.example", "a.example", "a.example, b.example", "'*.example'", "x.a.example, '*.example'", "'*.a.example'", ""); hosts != "" {
			fmt.Fprintf(&w, "  hostnames: [%s]\n", hosts)
		}
		fmt.Fprintf(&w, "  rules:\n")
		for k := range 1 + rng.IntN(2) {
			fmt.Fprintf(&w, "  - matches:\n")
			for range 1 + rng.IntN(2) {
				match := "path: " + pick("{value: /a}", "{value: /a/b}", "{value: /}", "{type: Exact, value: /a}", "{value: /a/}", "{type: Exact, value: /a/b/c}", "{value: /ab}")
				match += pick("", "", "", ", method: GET", ", method: POST") + pick("", "", "", ", headers: [{name: X-Version, value: '1'}]")
				fmt.Fprintf(&w, "    - {%s}\n", match)
			}
			fmt.Fprintf(&w, "    backendRefs: [{name: s%d%d, port: 80%s}%s]\n", n, k, pick("", ", weight: 3"), pick("", ", {name: second, port: 80}"))
			if rng.IntN(3) == 0 {
				fmt.Fprintf(&w, "    filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-rule, value: r%d-%d}]}}]\n", n, k)
			}
		}
		fmt.Fprintf(&w, "---\n")
	}
	if rng.IntN(4) == 0 {
		fmt.Fprintf(&w, "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: %s, namespace: shop%s}\nspec:\n  hosts: [%s]\n  gateways: [edge]\n  http: [{match: [{uri: {prefix: %s}}], route: [{destination: {host: old}}]}]\n---\n",
			pick("old", "a"), pick("", ", creationTimestamp: '2025-01-01T00:00:00Z'"), pick("a.example", "'*.example'", "b.example", "'*'"), pick("/a", "/z", "/a/b/", "/"))
	}
	for n := range count {
		if n == 0 || rng.IntN(3) == 0 {
			fmt.Fprintf(&w, "apiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\nmetadata: {name: p%d, namespace: shop}\nspec:\n  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r%d}]\n  maxRetries: 2\n  retryOn: {statusCodes: [503], methods: [%s]}\n---\n",
				n, n, pick("GET", "GET, PUT", "'*'"))
		}
	}
	return w.String()
}

// others gives policies for the routes that have none.
func others(text string) string {
	var w strings.Builder
	for n := range 5 {
		if name := fmt.Sprintf("r%d,", n); strings.Contains(text, "HTTPRoute\nmetadata: {name: "+name) && !strings.Contains(text, fmt.Sprintf("metadata: {name: p%d,", n)) {
			fmt.Fprintf(&w, "apiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\nmetadata: {name: p%d, namespace: shop}\nspec:\n  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r%d}]\n  maxRetries: 3\n  retryOn: {statusCodes: [500], methods: [GET]}\n---\n", n, n)
		}
	}
	return w.String()
}

type request struct {
	listener           int
	host, path, method string
	version            bool
}

func requests() (list []request) {
	for _, host := range []string{"a.example", "b.example", "c.example", "x.a.example", "y.a.example", "else.org"} {
		for _, path := range []string{"/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c", "/a/x", "/ab", "/ab/c", "/abc", "/z"} {
			for _, method := range []string{"GET", "POST", "PUT"} {
				for listener := range 2 {
					list = append(list, request{listener, host, path, method, false}, request{listener, host, path, method, true})
				}
			}
		}
	}
	return list
}

// covering gives how much of a host a name covers: more is narrower, and 0 nothing.
func covering(name, host string) int {
	suffix, wild := strings.CutPrefix(name, "*")
	switch {
	case name == host:
		return 1000
	case wild && len(host) > len(suffix) && strings.HasSuffix(host, suffix):
		return 1 + len(suffix)
	}
	return 0
}

// byGatewayAPI gives who serves a request by HTTPRoute's documentation of hostnames
// and of HTTPRouteRule.matches.
func byGatewayAPI(world *manifest.Set, q request) string {
	listener, name := "*", ""
	if gw := world.Get(manifest.ID{Group: "gateway.networking.k8s.io", Kind: "Gateway", Namespace: "shop", Name: "edge"}); gw != nil {
		at := gw.At("spec", "listeners").Index(q.listener)
		if name = at.At("name").Text(); name == "" {
			return ""
		}
		if host := at.At("hostname").Text(); host != "" {
			listener = host
		}
	}
	if covering(listener, q.host) == 0 {
		return ""
	}
	type fit struct {
		rank []int
		id   string
		rule manifest.Value
	}
	var best []fit
	narrowest := 0
	for _, o := range world.Kind("gateway.networking.k8s.io", "HTTPRoute") {
		host := 0
		if only := o.At("spec", "parentRefs").Index(0).At("sectionName").Text(); only != "" && only != name {
			continue
		}
		if o.At("spec", "hostnames").Len() == 0 {
			host = covering(listener, q.host)
		}
		for _, h := range o.At("spec", "hostnames").Items() {
			if covering(h.Text(), q.host) > 0 {
				host = max(host, covering(h.Text(), q.host), covering(listener, q.host))
			}
		}
		if host == 0 || host < narrowest {
			continue
		}
		if host > narrowest {
			narrowest, best = host, nil
		}
		made := o.At("metadata", "creationTimestamp").Text()
		for n, rule := range o.At("spec", "rules").Items() {
			for _, m := range rule.At("matches").Items() {
				path, kind := m.At("path", "value").Text(), m.At("path", "type").Text()
				prefix := strings.TrimSuffix(path, "/")
				exact := 0
				switch {
				case kind == "Exact" && path == q.path:
					exact = 1
				case kind == "Exact", q.path != prefix && !strings.HasPrefix(q.path, prefix+"/"):
					continue
				}
				method := m.At("method").Text()
				if method != "" && method != q.method || m.At("headers").Len() > 0 && !q.version {
					continue
				}
				age := -99 // made later than all that have a time
				if made != "" {
					age = -int(made[9] - '0')
				}
				best = append(best, fit{[]int{exact, len(strings.TrimSuffix(path, "/")), min(1, len(method)), m.At("headers").Len(), age}, o.ID().String() + fmt.Sprint(n), rule})
			}
		}
	}
	if len(best) == 0 {
		return ""
	}
	slices.SortStableFunc(best, func(a, b fit) int { return cmp.Or(slices.Compare(b.rank, a.rank), cmp.Compare(a.id, b.id)) })
	var parts []string
	for _, ref := range best[0].rule.At("backendRefs").Items() {
		weight := ref.At("weight").Text()
		if weight == "" {
			weight = "1"
		}
		if best[0].rule.At("backendRefs").Len() == 1 {
			weight = "all"
		}
		parts = append(parts, ref.At("name").Text()+" "+weight)
	}
	for _, f := range best[0].rule.At("filters").Items() {
		parts = append(parts, f.At("requestHeaderModifier", "set").Index(0).At("value").Text())
	}
	return strings.Join(parts, ", ")
}

// byIstio gives who serves a request behind the classic Gateway: HTTPRoutes where no
// VirtualService names the host.
func byIstio(world *manifest.Set, q request) string {
	narrowest := 0
	var list []*manifest.Object
	for _, vs := range world.Kind("networking.istio.io", "VirtualService") {
		for _, h := range vs.At("spec", "hosts").Items() {
			switch c := covering(h.Text(), q.host); {
			case c == 0 || c < narrowest:
			case c > narrowest:
				narrowest, list = c, []*manifest.Object{vs}
			default:
				list = append(list, vs)
			}
		}
	}
	if len(list) == 0 {
		return byGatewayAPI(world, q)
	}
	slices.SortFunc(list, func(a, b *manifest.Object) int {
		dated := func(o *manifest.Object) int { return min(1, len(o.At("metadata", "creationTimestamp").Text())) }
		return cmp.Or(cmp.Compare(dated(b), dated(a)), cmp.Compare(a.ID().Name, b.ID().Name))
	})
	var first, last []manifest.Value
	for _, vs := range list {
	routes:
		for _, h := range vs.At("spec", "http").Items() {
			if h.At("match").Len() == 0 {
				last = append(last, manifest.Map("to", h))
				break
			}
			for _, m := range h.At("match").Items() {
				one := manifest.Map("match", m, "to", h)
				if m.At("uri", "prefix").Text() == "/" && !m.At("method").Exists() && !m.At("headers").Exists() {
					last = append(last, one)
					break routes
				}
				first = append(first, one)
			}
		}
	}
	for _, one := range append(first, last...) {
		m := one.At("match")
		if exact := m.At("uri", "exact"); exact.Exists() && exact.Text() != q.path {
			continue
		}
		if !strings.HasPrefix(q.path, m.At("uri", "prefix").Text()) {
			continue
		}
		if exact := m.At("method", "exact"); exact.Exists() && exact.Text() != q.method {
			continue
		}
		if re := m.At("method", "regex"); re.Exists() && !regexp.MustCompile("^(?:"+re.Text()+")$").MatchString(q.method) {
			continue
		}
		if m.At("headers").Exists() && !q.version {
			continue
		}
		var parts []string
		for _, to := range one.At("to", "route").Items() {
			name, _, _ := strings.Cut(to.At("destination", "host").Text(), ".")
			weight := to.At("weight").Text()
			if weight == "" {
				weight = "all"
			}
			parts = append(parts, name+" "+weight)
		}
		if set := one.At("to", "headers", "request", "set", "x-rule"); set.Exists() {
			parts = append(parts, set.Text())
		}
		return strings.Join(parts, ", ")
	}
	return ""
}
