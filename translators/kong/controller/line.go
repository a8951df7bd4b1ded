// Package controller is what Kong's ingress controller and its router make of the objects
// around rules, for those who read configuration and those who write it: the routes of
// Kong in their order, the plugins that act on them with their code, and Services.
package controller

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
)

// A ServedRule is what requests are sent to: a rule of a route or, of an Ingress, one of
// its Services.
type ServedRule struct {
	ID   manifest.ID
	Rule int // -1 for an Ingress
	To   manifest.ID
}

// A line is one way for requests to reach a rule: Kong takes the matches of a rule
// apart by hostname and by path, and ranks each for itself.
type line struct {
	ServedRule
	match   int // its index in the rule
	host    string
	methods behavior.Methods // 0 is any
	headers []condition      // those on query parameters among them
	path    pattern
	// grpc says that the line is a GRPCRoute's, whose requests are POSTs without a
	// condition on that; pathless, that it has no condition on the path.
	grpc, pathless bool
	// route is equal for lines that the controller puts into one route of Kong, which
	// has one plugin and one Service for all of them.
	route string
	// dropped says why the controller leaves the rule out.
	dropped string
	rank    rank
	order   standardOrder
}

// A condition is one on a header: the header has one of the values, in lower case, or one
// that a regular expression matches.
type condition struct {
	name    string
	values  []string
	pattern *regexp.Regexp
}

// A pattern is the path of a request as a whole, its beginning, or a regular
// expression for its beginning.
type pattern struct {
	exact bool
	text  string
	expr  *regexp.Regexp
	// call is a path that the expression is meant for, where that is known.
	call string
}

func (p pattern) matches(path string) bool {
	switch {
	case p.expr != nil:
		return p.expr.MatchString(path)
	case p.exact:
		return path == p.text
	}
	return strings.HasPrefix(path, p.text)
}

// meets reports whether two patterns may have a path in common.
func (p pattern) meets(other pattern) bool {
	switch {
	case p.exact:
		return other.matches(p.text)
	case other.exact:
		return p.matches(other.text)
	case p.expr != nil || other.expr != nil:
		return true
	}
	return strings.HasPrefix(p.text, other.text) || strings.HasPrefix(other.text, p.text)
}

// A rank orders lines as the router traditional_compatible does: the kinds of
// attributes count first, then whether no hostname is a wildcard, the number of
// headers, a regular expression (which an exact path is made into) before a prefix,
// the annotation regex-priority, and the length of a prefix (kong/router/transform.lua,
// get_priority).
type rank struct {
	kinds    int
	plain    bool
	headers  int
	regex    bool
	priority int
	length   int
}

func (r rank) compare(o rank) int {
	return cmp.Or(
		cmp.Compare(r.kinds, o.kinds), higher(r.plain, o.plain), cmp.Compare(r.headers, o.headers),
		higher(r.regex, o.regex), cmp.Compare(r.priority, o.priority), cmp.Compare(r.length, o.length),
	)
}

func higher(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// A standardOrder is where a match stands in the order of the Gateway API: the more
// specific hostname, an exact path before the longest prefix before a regular
// expression, a method, more headers, more query parameters, the older route, its
// name, the earlier rule.
type standardOrder struct {
	host, kind, length, method, headers, queries int
	created                                      string
}

// before is negative where a line comes before another by the Gateway API.
func (l line) before(o line) int {
	a, b := l.order, o.order
	return cmp.Or(
		cmp.Compare(b.host, a.host), cmp.Compare(b.kind, a.kind), cmp.Compare(b.length, a.length), cmp.Compare(b.method, a.method),
		cmp.Compare(b.headers, a.headers), cmp.Compare(b.queries, a.queries), cmp.Compare(a.created, b.created),
		cmp.Compare(l.ID.Namespace, o.ID.Namespace), cmp.Compare(l.ID.Name, o.ID.Name), cmp.Compare(l.Rule, o.Rule), cmp.Compare(l.match, o.match),
	)
}

// A Request is one that Kong gets. Names and values of headers are in lower case.
type Request struct {
	Host, Path string
	Method     behavior.Methods
	Headers    map[string]string
}

// takes reports whether a request is one of a line's.
func (l line) takes(r Request) bool {
	if l.methods != 0 && l.methods&r.Method == 0 || !l.path.matches(r.Path) || !onHost(l.host, r.Host) {
		return false
	}
	return !slices.ContainsFunc(l.headers, func(h condition) bool {
		value, ok := r.Headers[h.name]
		return !ok || !h.matches(value)
	})
}

func (h condition) matches(value string) bool {
	if h.pattern != nil {
		return h.pattern.MatchString(value)
	}
	return slices.Contains(h.values, value)
}

// onHost reports whether a hostname, which may be a wildcard or empty for any, is
// that of a request.
func onHost(host, requested string) bool {
	suffix, wildcard := strings.CutPrefix(host, "*")
	return host == "" || host == requested || wildcard && strings.HasSuffix(requested, suffix) && len(requested) > len(suffix)
}
