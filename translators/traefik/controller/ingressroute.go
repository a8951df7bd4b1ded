package controller

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/precedence"
	"retryctl.dev/translators/traefik/api"
)

// A routed is a route of an IngressRoute as a router: its rule, and what decides
// between two that match.
type routed struct {
	Rule *rule
	// Refused says why Traefik makes no router of it.
	Refused  string
	Methods  behavior.Methods
	Priority int
}

// maxPriority is the most that a router may have (v3.7.13 pkg/server/router/router.go:30).
const maxPriority = math.MaxInt - 1000

// RoutedOf reads a route of an IngressRoute.
func RoutedOf(r manifest.Value) routed {
	out := routed{Priority: priorityOf(r)}
	read, err := readRule(r.At("match").Text(), r.At("syntax").Text())
	switch kind := r.At("kind").Text(); {
	case kind != "" && kind != "Rule":
		out.Refused = "a route of the kind " + kind
	case err != nil:
		out.Refused = err.Error()
	case out.Priority > maxPriority:
		out.Refused = "the priority is too high"
	default:
		out.Rule = read
		out.Methods, _ = read.Methods()
	}
	return out
}

// Routed reads route i of an IngressRoute of the cluster. One that names a middleware or a
// Service of another namespace is left out unless that is allowed (v3.7.13
// pkg/provider/kubernetes/crd/kubernetes_http.go:86, kubernetes.go:1703).
func (c Cluster) Routed(o *manifest.Object, i int) routed {
	v := RuleOf(o, i)
	r := RoutedOf(v)
	if r.Refused != "" || c.across {
		return r
	}
	for _, list := range []string{"middlewares", "services"} {
		for _, ref := range v.At(list).Items() {
			name, namespace := ref.At("name").Text(), ref.At("namespace").Text()
			if namespace == "" || namespace == o.ID().Namespace || strings.Contains(name, "@") {
				continue
			}
			return routed{Priority: r.Priority, Methods: r.Methods, Refused: fmt.Sprintf("%s %s/%s is in another namespace, which needs allowCrossNamespace", strings.TrimSuffix(list, "s"), namespace, name)}
		}
	}
	return r
}

// priorityOf is that of an IngressRoute's route: the length of its match where
// none is written (v3.7.13 pkg/muxer/http/mux.go:75).
func priorityOf(r manifest.Value) int {
	if n, ok := r.At("priority").Int(); ok && n != 0 {
		return int(n)
	}
	return len(r.At("match").Text())
}

// LooksAtPath reports whether a request without a path, a CONNECT, can match no
// alternative of a rule.
func (r *rule) LooksAtPath() bool {
	if r.matcher != "" {
		return !r.not && strings.HasPrefix(r.matcher, "Path")
	}
	if r.or {
		return r.left.LooksAtPath() && r.right.LooksAtPath()
	}
	return r.left.LooksAtPath() || r.right.LooksAtPath()
}

// entriesOf gives the entry points of an IngressRoute or Ingress, those of TLS apart,
// and those below another IngressRoute apart from all. One that names none is at all
// that are named, if these are among the static configuration's default ones: open
// says that this is not known. perhaps are those of listeners, which are found by their
// ports, that only the static configuration has.
func (c Cluster) entriesOf(o *manifest.Object) (entries, perhaps []string, open bool) {
	suffix, protocol := "", "HTTP"
	var named []string
	if o.Is(api.Group, "IngressRoute") {
		if o.At("spec", "tls").Exists() {
			suffix, protocol = " with TLS", "HTTPS"
		}
		if parents := o.At("spec", "parentRefs").Items(); o.At("spec", "parentRefs").Len() > 0 {
			for _, p := range parents {
				entries = append(entries, "below "+OrElse(p.At("namespace").Text(), o.ID().Namespace)+"/"+p.At("name").Text())
			}
			return entries, nil, false
		}
		for _, e := range o.At("spec", "entryPoints").Items() {
			named = append(named, e.Text())
		}
	} else {
		if _, tls := Annotation(o, api.RouterTLS); tls == "true" {
			suffix, protocol = " with TLS", "HTTPS"
		}
		named = listed(o, api.RouterEntryPoints)
	}
	for _, e := range c.World.Kind(route.Group, "Gateway") {
		for _, l := range e.At("spec", "listeners").Items() {
			at := entryOf(resolve.Listener{}, l)
			if l.At("protocol").Text() == protocol && !slices.Contains(perhaps, at) {
				perhaps = append(perhaps, at)
			}
		}
	}
	for _, e := range named {
		entries = append(entries, "entry point "+e+suffix)
	}
	if len(entries) > 0 {
		return entries, perhaps, false
	}
	entries = []string{"the default entry points" + suffix}
	for _, name := range c.entryPoints() {
		entries = append(entries, "entry point "+name+suffix)
	}
	return entries, perhaps, true
}

// listed gives the items of a list that an annotation has.
func listed(o *manifest.Object, name string) []string {
	_, text := Annotation(o, name)
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// entryPoints gives those that IngressRoutes and Ingresses of the world name.
func (c Cluster) entryPoints() []string {
	var names []string
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, o := range c.World.Kind(api.Group, "IngressRoute") {
		for _, e := range o.At("spec", "entryPoints").Items() {
			add(e.Text())
		}
	}
	for _, o := range c.World.Kind("networking.k8s.io", "Ingress") {
		for _, name := range listed(o, api.RouterEntryPoints) {
			add(name)
		}
	}
	return names
}

// routerMatches gives the matches of an IngressRoute. Without safeNaming a router is
// named after its match, so that of equal ones of an object the last is left
// (v3.7.13 pkg/provider/kubernetes/crd/name_builder.go:76).
func (c Cluster) routerMatches(o *manifest.Object) []precedence.Match {
	var list []precedence.Match
	routes := o.At("spec", "routes")
	last := map[string]int{}
	for n, r := range routes.Items() {
		last[r.At("match").Text()] = n
	}
	for n, v := range routes.Items() {
		r := c.Routed(o, n)
		if r.Refused != "" || !c.Safe && last[v.At("match").Text()] != n {
			continue
		}
		rule := resolve.RuleID{ID: o.ID(), Rule: n}
		list = append(list, c.at(o, rule, []int{r.Priority, ofCRD}, r.matches(v.At("syntax").Text()))...)
	}
	return list
}

// at gives the matches of a router once for each of its entry points.
func (c Cluster) at(o *manifest.Object, rule resolve.RuleID, rank []int, matches []precedence.Match) []precedence.Match {
	var list []precedence.Match
	entries, perhaps, open := c.entriesOf(o)
	for n, entry := range append(entries, perhaps...) {
		for _, m := range matches {
			m.RuleID, m.Entry, m.Rank, m.Perhaps = rule, entry, c.ranked(rank), n >= len(entries)
			if open && n > 0 || m.Perhaps {
				m.Holds = atMostMaybe(m.Holds)
			}
			list = append(list, m)
		}
	}
	return list
}

func atMostMaybe(holds func(request) precedence.Answer) func(request) precedence.Answer {
	return func(r request) precedence.Answer { return min(holds(r), precedence.Maybe) }
}

// matches gives one match for each alternative of a rule.
func (r routed) matches(syntax string) []precedence.Match {
	known := MatchersV3
	if syntax == "v2" {
		known = matchersV2
	}
	ways := r.Rule.ways()
	if len(ways) == 0 {
		return []precedence.Match{{Methods: r.Methods, Holds: func(request) precedence.Answer { return precedence.Maybe }}}
	}
	var list []precedence.Match
	for _, w := range ways {
		if w.methods != 0 {
			list = append(list, w.match(known))
		}
	}
	return list
}

func (w way) match(known map[string]matcher) precedence.Match {
	m := precedence.Match{Methods: w.methods}
	conditions := make([]condition, len(w.list))
	for n, one := range w.list {
		conditions[n] = known[one.matcher].holds(one.values)
	}
	m.Holds = func(r request) precedence.Answer {
		all := precedence.Yes
		for n, holds := range conditions {
			answer := holds(r)
			if w.list[n].not {
				answer = precedence.Yes - answer
			}
			all = min(all, answer)
		}
		return all
	}
	examples := []request{{}}
	for _, one := range w.list {
		find := known[one.matcher].examples
		if find == nil {
			continue
		}
		found := find(one.values)
		if one.not {
			m.Outside = append(m.Outside, found...)
			continue
		}
		var more []request
		for _, e := range examples {
			for _, f := range found {
				more = append(more, precedence.Together(e, f)...)
			}
		}
		examples = more[:min(len(more), maxWays)]
		m.Host, m.Under = narrow(m, one)
	}
	for _, e := range examples {
		e = e.Least()
		if answer := m.Holds(e); answer == precedence.Yes || answer != precedence.No && m.Example == nil {
			m.Example = &e
			if answer == precedence.Yes {
				break
			}
		}
	}
	return m
}

// narrow gives the hostname and the path that all requests of a match are at or
// below, as far as one more matcher shows.
func narrow(m precedence.Match, r *rule) (host, under string) {
	host, under = m.Host, m.Under
	if len(r.values) != 1 || strings.ContainsAny(r.values[0], "{}") {
		return host, under
	}
	value := r.values[0]
	switch r.matcher {
	case "Host", "HostHeader":
		if host == "" && value != "*" {
			host = strings.ToLower(strings.TrimSuffix(value, "."))
		}
	case "Path":
		if at := strings.TrimRight(value, "/"); len(at) > len(under) {
			under = at
		}
	case "PathPrefix":
		if at := strings.TrimRight(value[:strings.LastIndexByte(value, '/')+1], "/"); len(at) > len(under) {
			under = at
		}
	}
	return host, under
}
