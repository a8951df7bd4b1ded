package istio

import (
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// A conversion makes the http routes of a VirtualService out of the rules of a
// route. Each match becomes an http route of its own, in the order in which the
// Gateway API has them take precedence, because in a VirtualService the first
// match wins; neighbours of one rule are drawn together again.
type conversion struct {
	routes   []*manifest.Object // those preferred first
	world    *manifest.Set
	settings gateway.Settings
	// wishes are what is asked for each rule; a rule without one keeps what it has.
	wishes map[place]behavior.Behavior
	carry  func(manifest.Value, behavior.Behavior)
}

// A place is a rule of a route.
type place struct {
	id   manifest.ID
	rule int
}

// A candidate is one match of one rule.
type candidate struct {
	o     *manifest.Object
	route int // among the conversion's
	rule  route.Rule
	match route.Match
	value manifest.Value
}

// http gives the http routes, or what cannot be carried over.
func (c conversion) http() ([]manifest.Value, error) {
	var candidates []candidate
	for at, o := range c.routes {
		for _, rule := range route.Rules(o) {
			for n, m := range rule.Matches {
				candidates = append(candidates, candidate{o, at, rule, m, rule.Value.At("matches").Index(n)})
			}
		}
	}
	slices.SortStableFunc(candidates, precedence)
	var https []manifest.Value
	for n := 0; n < len(candidates); {
		last := n + 1
		for last < len(candidates) && candidates[last].place() == candidates[n].place() && !c.parts(candidates[n:last], candidates[last]) {
			last++
		}
		some, err := c.rule(candidates[n:last])
		if err != nil {
			return nil, fmt.Errorf("rule %d: %w", candidates[n].rule.Index, err)
		}
		https = append(https, some...)
		n = last
	}
	return reached(https), nil
}

// rule gives the http routes for neighbouring matches of one rule: two where the
// wish is limited to some of their methods.
func (c conversion) rule(matches []candidate) ([]manifest.Value, error) {
	name := c.name(matches[0])
	want, wished := c.wishes[matches[0].place()]
	methods, limited := gateway.Limit(want)
	rule := matches[0].rule.Value
	if !wished || !limited || redirects(rule) || !route.HasBackend(rule) { // the latter two answer by themselves
		h, err := c.one(name, matches, behavior.AllMethods)
		if wished && err == nil {
			c.carry(h, want)
		}
		return []manifest.Value{h}, err
	}
	var https []manifest.Value
	for _, part := range []struct {
		suffix  string
		methods behavior.Methods
		want    behavior.Behavior
	}{{"-retryable", methods, want}, {"", behavior.AllMethods &^ methods, gateway.SafeOnly(want)}} {
		var some []candidate
		for _, m := range matches {
			if allowed(m.match)&part.methods != 0 {
				some = append(some, m)
			}
		}
		if len(some) == 0 {
			continue
		}
		only := behavior.AllMethods
		if part.suffix != "" {
			only = methods
		}
		h, err := c.one(name+part.suffix, some, only)
		if err != nil {
			return nil, err
		}
		c.carry(h, part.want)
		https = append(https, h)
	}
	return https, nil
}

func (m candidate) place() place { return place{m.o.ID(), m.rule.Index} }

// name gives the name of an http route: that of the rule, and before it the route's
// where there are several.
func (c conversion) name(m candidate) string {
	name := m.rule.Name
	if name == "" {
		name = fmt.Sprintf("rule-%d", m.rule.Index)
	}
	if len(c.routes) == 1 {
		return name
	}
	id := m.o.ID()
	if slices.ContainsFunc(c.routes, func(o *manifest.Object) bool { return o.ID().Name == id.Name && o != m.o }) {
		name = id.Namespace + "-" + name
	}
	return id.Name + "-" + name
}

func allowed(m route.Match) behavior.Methods {
	if m.Method == "" {
		return behavior.AllMethods
	}
	return behavior.ParseMethod(m.Method)
}

// one gives an http route for some matches, with only some methods where the
// match itself has none.
func (c conversion) one(name string, matches []candidate, only behavior.Methods) (manifest.Value, error) {
	list := manifest.List()
	for _, m := range matches {
		for _, v := range m.matches(only) {
			list.Append(v)
		}
	}
	h := manifest.Map("name", name)
	if list.Len() != 1 || list.Index(0).Len() > 0 {
		h.Put("match", list)
	}
	if err := c.action(h, matches[0].o, matches[0].rule.Value); err != nil {
		return h, err
	}
	keep(h, matches[0].rule)
	return h, nil
}

// wanted gives the requests of a rule as a VirtualService would match them.
func wanted(o *manifest.Object, rule int) []matcher {
	var list []matcher
	for _, w := range wants(o, rule) {
		list = append(list, w)
	}
	return list
}

// wants is wanted with the match that each is made of. The exact half of a prefix
// loses to a rule's exact path.
func wants(o *manifest.Object, rule int) iter.Seq2[route.Match, matcher] {
	rules := route.Rules(o)
	return func(yield func(route.Match, matcher) bool) {
		for n, m := range rules[rule].Matches {
			one := candidate{o, 0, rules[rule], m, rules[rule].Value.At("matches").Index(n)}
			for _, v := range one.matches(behavior.AllMethods) {
				w := matcherOf(v)
				w.methods &= reachOf(rules, rule, m)
				if path, exact := strings.CutPrefix(w.uri, "exact "); exact && m.Path == "PathPrefix "+path {
					w.methods &^= before(rules, "Exact "+path, m)
				}
				if !yield(m, w) {
					return
				}
			}
		}
	}
}

// matches gives the matches of a VirtualService that together are one of a route:
// a path prefix is the path itself and everything below it, since a prefix there
// is one of the text.
func (m candidate) matches(only behavior.Methods) []manifest.Value {
	var uris []manifest.Value
	kind, path, _ := strings.Cut(m.match.Path, " ")
	switch {
	case m.rule.GRPC:
		uris = grpcPath(m.value.At("method"))
	case kind == "Exact":
		uris = []manifest.Value{manifest.Map("exact", m.value.At("path", "value").Text())}
	case kind == "RegularExpression":
		uris = []manifest.Value{manifest.Map("regex", path)}
	case path == "/":
		uris = []manifest.Value{manifest.Map("prefix", "/")}
	default:
		uris = []manifest.Value{manifest.Map("exact", path), manifest.Map("prefix", path+"/")}
	}
	method := manifest.Value{}
	switch {
	case m.match.Method != "" && !m.rule.GRPC:
		method = manifest.Map("exact", m.match.Method)
	case only != behavior.AllMethods:
		method = methodMatch(only)
	}
	var list []manifest.Value
	for _, uri := range uris {
		list = append(list, manifest.Map("uri", uri, "method", method, "headers", conditions(m.value.At("headers")),
			"queryParams", conditions(m.value.At("queryParams"))))
	}
	return list
}

// grpcPath gives the path of a gRPC method match: /service/method.
func grpcPath(method manifest.Value) []manifest.Value {
	service, name := method.At("service").Text(), method.At("method").Text()
	regular := method.At("type").Text() == "RegularExpression"
	switch {
	case service == "" && name == "":
		return []manifest.Value{manifest.Map("prefix", "/")}
	case regular:
		if service == "" {
			service = "[^/]+"
		}
		if name == "" {
			name = "[^/]+"
		}
		return []manifest.Value{manifest.Map("regex", "/"+service+"/"+name)}
	case name == "":
		return []manifest.Value{manifest.Map("prefix", "/"+service+"/")}
	case service == "":
		return []manifest.Value{manifest.Map("regex", "/[^/]+/"+regexp.QuoteMeta(name))}
	}
	return []manifest.Value{manifest.Map("exact", "/"+service+"/"+name)}
}

func conditions(list manifest.Value) manifest.Value {
	if list.Len() == 0 {
		return manifest.Value{}
	}
	out := manifest.Map()
	for _, c := range list.Items() {
		name, kind := strings.ToLower(c.At("name").Text()), "exact"
		if c.At("type").Text() == "RegularExpression" {
			kind = "regex"
		}
		if !out.At(name).Exists() { // of equal names the first counts in the Gateway API
			out.Put(name, manifest.Map(kind, c.At("value").Text()))
		}
	}
	return out
}
