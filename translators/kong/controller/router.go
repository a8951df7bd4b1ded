package controller

import (
	"cmp"
	"retryctl.dev/translators/kong/api"
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// A Router says which rule serves a request, over all routes of a world: Kong has
// one order for all of them.
type Router struct {
	world *manifest.Set
	// expressions says that Kong's router is that of expressions, for which the
	// controller writes priorities in the order of the Gateway API.
	expressions bool
	all         []*line
	lines       map[ServedRule][]*line
	hosts       map[string][]*line // by hostname as written; wildcards and none among them
	loose       []string           // hostnames with a wildcard, and that of any
	met         map[string]table   // by hostname of a request
}

// A table holds the lines for one hostname in order, by the first element of their
// paths; what may be on any path is in each of its lists.
type table map[string][]*line

// NewRouter reads a world as the ingress controller does.
func NewRouter(world *manifest.Set, s gateway.Settings) *Router {
	r := &Router{world: world, expressions: s.Word(api.Router) == api.Expressions, lines: map[ServedRule][]*line{}, hosts: map[string][]*line{}, met: map[string]table{}}
	for _, o := range world.Kind(route.Group, "HTTPRoute") {
		if Served(o) {
			r.httpRoute(o)
		}
	}
	for _, o := range world.Kind(route.Group, "GRPCRoute") {
		if Served(o) {
			r.grpcRoute(o)
		}
	}
	for _, o := range world.Kind("networking.k8s.io", "Ingress") {
		r.ingress(o)
	}
	for host := range r.hosts {
		if host == "" || host[0] == '*' {
			r.loose = append(r.loose, host)
		}
	}
	slices.Sort(r.loose)
	return r
}

// Why says why the controller leaves a rule out; empty where it does not.
func (r *Router) Why(at ServedRule) string {
	if lines := r.lines[at]; len(lines) > 0 {
		return lines[0].dropped
	}
	return ""
}

func (r *Router) add(l line) {
	at := &l
	r.all = append(r.all, at)
	r.lines[l.ServedRule] = append(r.lines[l.ServedRule], at)
	r.hosts[l.host] = append(r.hosts[l.host], at)
}

// compare is negative where a line is asked before another, and 0 where Kong may ask
// either first.
func (r *Router) compare(a, b *line) int {
	switch {
	case !r.expressions:
		return b.rank.compare(a.rank)
	case a.ID.Kind != b.ID.Kind:
		return strings.Compare(b.ID.Kind, a.ID.Kind) // see kindRank
	}
	return a.before(*b)
}

// first gives the first element of a path, and whether the pattern holds for no
// other.
func (p pattern) first() (element string, one bool) {
	if p.expr != nil {
		return "", false
	}
	element, _, more := strings.Cut(strings.TrimPrefix(p.text, "/"), "/")
	return element, more || p.exact
}

// on gives the lines that may get requests for a hostname on a path that begins like
// a pattern, in order.
func (r *Router) on(host string, p pattern) []*line {
	t, known := r.met[host]
	if !known {
		t = r.table(host)
		r.met[host] = t
	}
	element, one := p.first()
	if list, ok := t[element]; ok && one {
		return list
	} else if one {
		return t[anyPath]
	}
	return t[everyPath]
}

// The lists of a table that belong to no one element.
const (
	anyPath   = "/"  // lines that may be on any path
	everyPath = "//" // all lines
)

func (r *Router) table(host string) table {
	var all []*line
	for _, name := range append([]string{host}, r.loose...) {
		if onHost(name, host) && (name != host || len(all) == 0) {
			all = append(all, r.hosts[name]...)
		}
	}
	slices.SortStableFunc(all, func(a, b *line) int {
		return cmp.Or(r.compare(a, b), a.before(*b), strings.Compare(a.To.Name, b.To.Name))
	})
	t := table{everyPath: all}
	elements := map[string]bool{anyPath: true}
	for _, l := range all {
		if element, one := l.path.first(); one {
			elements[element] = true
		}
	}
	for _, l := range all {
		if element, one := l.path.first(); one {
			t[element] = append(t[element], l)
			continue
		}
		for element := range elements {
			t[element] = append(t[element], l)
		}
	}
	return t
}

// serving gives the lines that may serve a request, of those that ok allows: the
// first or, where Kong may ask several first, one for each of its routes.
func (r *Router) serving(list []*line, q Request, ok func(*line) bool) []*line {
	var top []*line
	for _, l := range list {
		if len(top) > 0 && r.compare(top[0], l) != 0 {
			break
		}
		same := func(o *line) bool { return o.route == l.route }
		if ok(l) && l.takes(q) && !slices.ContainsFunc(top, same) {
			top = append(top, l)
		}
	}
	return top
}

func every(*line) bool  { return true }
func kept(l *line) bool { return l.dropped == "" }

// Serving gives the rules that may serve a request: the first in Kong's order or, where
// Kong may ask several first, one for each of its routes. All says that those count which
// the controller leaves out.
func (r *Router) Serving(q Request, all bool) (list []ServedRule) {
	ok := kept
	if all {
		ok = every
	}
	for _, l := range r.serving(r.on(q.Host, pattern{exact: true, text: q.Path}), q, ok) {
		list = append(list, l.ServedRule)
	}
	return list
}

// Together reports whether the controller puts matches of two rules into one route of Kong.
func (r *Router) Together(one, other ServedRule) bool {
	for _, l := range r.lines[one] {
		for _, o := range r.lines[other] {
			if l.route == o.route {
				return true
			}
		}
	}
	return false
}
