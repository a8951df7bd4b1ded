package traefik

import (
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
)

// A matcher is the match of an IngressRoute's route, in which the conditions on
// the method are told apart from the rest.
type matcher struct {
	rest    string // of the conditions, joined with &&
	methods behavior.Methods
	// path says that a condition looks at the path, so that a CONNECT, which has
	// none, does not match.
	path bool
}

// readMatch reads a match. One whose alternatives stand at the top is a single
// condition; ok is false for what has no balanced quotes and brackets.
func readMatch(match string) (m matcher, ok bool) {
	m.methods = behavior.AllMethods
	alternatives, ok := cut(match, "||")
	if !ok {
		return m, false
	}
	parts := []string{"(" + strings.TrimSpace(match) + ")"}
	if len(alternatives) == 1 {
		parts, _ = cut(match, "&&")
	}
	var rest []string
	for _, part := range parts {
		if methods, only := methodsOf(part); only {
			m.methods &= methods
			continue
		}
		rest = append(rest, part)
		lower := strings.ToLower(part)
		m.path = m.path || strings.HasPrefix(lower, "path(") || strings.HasPrefix(lower, "pathprefix(")
	}
	m.rest = strings.Join(rest, " && ")
	return m, true
}

// cut divides a rule where the operator stands outside of brackets and quotes.
func cut(rule, operator string) (parts []string, ok bool) {
	depth, from, quote := 0, 0, byte(0)
	for i := 0; i < len(rule); i++ {
		switch c := rule[i]; {
		case quote == '"' && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"', c == '`':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth < 0 {
				return nil, false
			}
		case depth == 0 && strings.HasPrefix(rule[i:], operator):
			parts = append(parts, strings.TrimSpace(rule[from:i]))
			from = i + len(operator)
			i = from - 1
		}
	}
	return append(parts, strings.TrimSpace(rule[from:])), depth == 0 && quote == 0
}

// methodsOf gives the methods that a condition lets through; only is false for
// one that looks at anything else.
func methodsOf(condition string) (methods behavior.Methods, only bool) {
	condition = strings.TrimSpace(condition)
	if inner, ok := strings.CutPrefix(condition, "!"); ok {
		if parts, _ := cut(inner, "||"); len(parts) > 1 {
			return 0, false
		}
		if parts, _ := cut(inner, "&&"); len(parts) > 1 {
			return 0, false
		}
		methods, only = methodsOf(inner)
		return behavior.AllMethods &^ methods, only
	}
	for _, operator := range []string{"||", "&&"} {
		parts, ok := cut(condition, operator)
		if !ok || len(parts) < 2 {
			continue
		}
		if operator == "&&" {
			methods = behavior.AllMethods
		}
		for _, part := range parts {
			one, only := methodsOf(part)
			if !only {
				return 0, false
			}
			if operator == "&&" {
				methods &= one
			} else {
				methods |= one
			}
		}
		return methods, true
	}
	inner, isCall := strings.CutSuffix(condition, ")")
	name, arguments, found := strings.Cut(inner, "(")
	switch {
	case !isCall || !found:
		return 0, false
	case name == "":
		return methodsOf(arguments)
	case !strings.EqualFold(name, "Method"):
		return 0, false
	}
	for _, argument := range strings.Split(arguments, ",") {
		methods |= behavior.ParseMethod(strings.ToUpper(strings.Trim(strings.TrimSpace(argument), "`\"")))
	}
	return methods, true
}

// with writes a match with a condition on the method behind the rest.
func (m matcher) with(condition string) string {
	if m.rest == "" {
		return condition
	}
	return m.rest + " && " + condition
}

// oneOf is the condition that lets only the methods through.
func oneOf(methods behavior.Methods) string {
	var calls []string
	for _, name := range methods.Each() {
		calls = append(calls, "Method(`"+name+"`)")
	}
	if len(calls) == 1 {
		return calls[0]
	}
	return "(" + strings.Join(calls, " || ") + ")"
}

// noneOf is the condition that lets all others through.
func noneOf(methods behavior.Methods) string {
	var calls []string
	for _, name := range methods.Each() {
		calls = append(calls, "!Method(`"+name+"`)")
	}
	return strings.Join(calls, " && ")
}

// A routed is a route of an IngressRoute: its match, and what decides between
// two that match.
type routed struct {
	matcher
	ok       bool
	priority int
}

// routesOf reads the routes of an IngressRoute.
func routesOf(o *manifest.Object) []routed {
	var list []routed
	for _, r := range o.At("spec", "routes").Items() {
		m, ok := readMatch(r.At("match").Text())
		list = append(list, routed{m, ok, priorityOf(r)})
	}
	return list
}

// priorityOf is that of an IngressRoute's route: the length of its match where
// none is written (v3.7.13 pkg/muxer/http/mux.go:75).
func priorityOf(r manifest.Value) int {
	if n, ok := r.At("priority").Int(); ok && n != 0 {
		return int(n)
	}
	return len(r.At("match").Text())
}

// serving gives the routes of an edited IngressRoute that serve the requests
// which used to reach route i of the original, each with its methods.
func serving(original, edited []routed, i int) (indexes []int, methods []behavior.Methods) {
	m := original[i]
	if !m.ok {
		return []int{i}, []behavior.Methods{behavior.AllMethods}
	}
	for method := behavior.GET; method <= behavior.CONNECT; method <<= 1 {
		if server(original, m.rest, method) != i {
			continue
		}
		at := server(edited, m.rest, method)
		if n := slices.Index(indexes, at); n >= 0 {
			methods[n] |= method
		} else if at >= 0 {
			indexes, methods = append(indexes, at), append(methods, method)
		}
	}
	return indexes, methods
}

// server gives the route that a method reaches among those that differ from each
// other in nothing but methods: the one of the highest priority.
func server(routes []routed, rest string, method behavior.Methods) int {
	best := -1
	for n, r := range routes {
		if r.ok && r.rest == rest && r.methods&method != 0 && (best < 0 || r.priority > routes[best].priority) {
			best = n
		}
	}
	return best
}
