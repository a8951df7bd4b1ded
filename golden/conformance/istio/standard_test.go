package istio

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"retryctl.dev/golden/conformance/envoy"
	"retryctl.dev/schema/manifest"
)

// A spot is one match of one rule of a route: what a request reaches by the words
// of the Gateway API.
type spot struct {
	route *manifest.Object
	rule  int
	match manifest.Value
}

// reach gives the rule that a request reaches among routes with one parent, by
// the precedence of the standard; ok is false where none matches. Where the
// standard leaves the order open (regular expressions), it is Istio's.
func reach(routes []*manifest.Object, q envoy.Request) (at spot, ok bool) {
	var best []spot
	host := -1
	for _, o := range routes {
		rank := hostRank(o, q.Host)
		if rank < 0 || rank < host {
			continue
		}
		if rank > host {
			host, best = rank, nil
		}
		for n, rule := range rulesOf(o) {
			matches := rule.At("matches")
			if matches.Len() == 0 {
				matches = manifest.List(manifest.Map())
			}
			for _, m := range matches.Items() {
				if fits(o, m, q) {
					best = append(best, spot{o, n, m})
				}
			}
		}
	}
	if len(best) == 0 {
		return spot{}, false
	}
	slices.SortStableFunc(best, before)
	return best[0], true
}

// rulesOf gives the rules of a route: where an HTTPRoute has none the API server fills
// one in.
func rulesOf(o *manifest.Object) (rules []manifest.Value) {
	for _, rule := range o.At("spec", "rules").Items() {
		rules = append(rules, rule)
	}
	if o.ID().Kind == "HTTPRoute" && !o.At("spec", "rules").Exists() {
		rules = append(rules, manifest.Map())
	}
	return rules
}

// hostRank is the length of the hostname that matches, twice as much if it has no
// wildcard, 0 for a route without hostnames, -1 for no match.
func hostRank(o *manifest.Object, host string) int {
	hostnames := o.At("spec", "hostnames")
	if hostnames.Len() == 0 {
		return 0
	}
	rank := -1
	for _, h := range hostnames.Items() {
		suffix, wild := strings.CutPrefix(h.Text(), "*")
		switch {
		case !wild && strings.EqualFold(h.Text(), host):
			rank = max(rank, 1000+len(host))
		case wild && strings.HasSuffix(host, suffix):
			rank = max(rank, len(suffix))
		}
	}
	return rank
}

func before(a, b spot) int {
	kind := func(s spot) int {
		if s.route.ID().Kind == "GRPCRoute" {
			return 0
		}
		return slices.Index([]string{"Exact", "PathPrefix", "RegularExpression"}, or(s.match.At("path", "type").Text(), "PathPrefix"))
	}
	length := func(s spot) int {
		if s.route.ID().Kind == "GRPCRoute" {
			return 1000*len(s.match.At("method", "service").Text()) + len(s.match.At("method", "method").Text())
		}
		return len(cut(or(s.match.At("path", "value").Text(), "/")))
	}
	method := func(s spot) int {
		if s.match.At("method").IsScalar() {
			return 1
		}
		return 0
	}
	age := func(s spot) string {
		return or(s.route.At("metadata", "creationTimestamp").Text(), created) + " " + s.route.ID().Namespace + "/" + s.route.ID().Name
	}
	all := func(s spot) int { // what matches everything goes behind regular expressions
		if s.route.ID().Kind != "GRPCRoute" && kind(s) == 1 && length(s) == 1 && method(s)+conditions(s, "headers")+conditions(s, "queryParams") == 0 {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(all(a), all(b)), cmp.Compare(kind(a), kind(b)), cmp.Compare(length(b), length(a)), cmp.Compare(method(b), method(a)),
		cmp.Compare(conditions(b, "headers"), conditions(a, "headers")), cmp.Compare(conditions(b, "queryParams"), conditions(a, "queryParams")),
		cmp.Compare(age(a), age(b)), cmp.Compare(a.rule, b.rule))
}

// conditions counts them; of those with equal names only the first counts.
func conditions(s spot, list string) int {
	seen := map[string]bool{}
	for _, c := range s.match.At(list).Items() {
		seen[strings.ToLower(c.At("name").Text())] = true
	}
	return len(seen)
}

func cut(path string) string {
	if len(path) > 1 {
		return strings.TrimSuffix(path, "/")
	}
	return path
}

func fits(o *manifest.Object, m manifest.Value, q envoy.Request) bool {
	if o.ID().Kind == "GRPCRoute" {
		if !grpcFits(m.At("method"), q.Path) {
			return false
		}
	} else if method := m.At("method").Text(); method != "" && method != q.Method || !pathFits(m.At("path"), q.Path) {
		return false
	}
	return conditionsFit(m.At("headers"), q.Headers, strings.ToLower) && conditionsFit(m.At("queryParams"), q.Query, strings.Clone)
}

func grpcFits(m manifest.Value, path string) bool {
	service, method, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	same := func(want, got string) bool {
		if want == "" {
			return got != ""
		}
		if m.At("type").Text() == "RegularExpression" {
			return wholly(want, got)
		}
		return want == got
	}
	if !m.Exists() {
		return true
	}
	return ok && same(m.At("service").Text(), service) && same(m.At("method").Text(), method)
}

func pathFits(m manifest.Value, path string) bool {
	value := or(m.At("value").Text(), "/")
	switch m.At("type").Text() {
	case "Exact":
		return path == value
	case "RegularExpression":
		return wholly(value, path)
	}
	rest, ok := strings.CutPrefix(path, cut(value))
	return ok && (rest == "" || rest[0] == '/' || value == "/")
}

func conditionsFit(list manifest.Value, have map[string]string, fold func(string) string) bool {
	seen := map[string]bool{}
	for _, c := range list.Items() {
		name := fold(c.At("name").Text())
		if seen[name] {
			continue
		}
		seen[name] = true
		value, ok := have[name]
		switch {
		case !ok, c.At("type").Text() == "RegularExpression" && !wholly(c.At("value").Text(), value),
			c.At("type").Text() != "RegularExpression" && value != c.At("value").Text():
			return false
		}
	}
	return true
}

func wholly(expression, text string) bool {
	re, err := regexp.Compile("^(?:" + expression + ")$")
	return err == nil && re.MatchString(text)
}

// httpOf gives the http route of a VirtualService that a request is for, as far
// as its path, method, headers and query tell.
func httpOf(o *manifest.Object, q envoy.Request) (n int, ok bool) {
	for n, h := range o.At("spec", "http").Items() {
		matches := h.At("match")
		if matches.Len() == 0 {
			return n, true
		}
		for _, m := range matches.Items() {
			fits := wordFits(m.At("uri"), q.Path) && wordFits(m.At("method"), q.Method)
			for name, want := range m.At("headers").Fields() {
				value, ok := q.Headers[strings.ToLower(name.Text())]
				fits = fits && ok && wordFits(want, value)
			}
			for name, want := range m.At("queryParams").Fields() {
				value, ok := q.Query[name.Text()]
				fits = fits && ok && wordFits(want, value)
			}
			if fits {
				return n, true
			}
		}
	}
	return 0, false
}

func wordFits(m manifest.Value, text string) bool {
	for kind, want := range m.Fields() {
		switch kind.Text() {
		case "exact":
			return text == want.Text()
		case "prefix":
			return strings.HasPrefix(text, want.Text())
		case "regex":
			return wholly(want.Text(), text)
		}
	}
	return true
}
