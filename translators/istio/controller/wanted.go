package controller

import (
	"iter"
	"regexp"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
)

// A Candidate is one match of one rule.
type Candidate struct {
	O     *manifest.Object
	Route int // among the conversion's
	Rule  route.Rule
	Match route.Match
	Value manifest.Value
}

// resolve.RuleID gives the rule that the match is of.
func (m Candidate) RuleID() resolve.RuleID { return resolve.RuleID{ID: m.O.ID(), Rule: m.Rule.Index} }

// Allowed gives the methods that a match of a route lets through.
func Allowed(m route.Match) behavior.Methods {
	if m.Method == "" {
		return behavior.AllMethods
	}
	return behavior.ParseMethod(m.Method)
}

// Wanted gives the requests of a rule as a VirtualService would match them, where the
// route has these rules.
func Wanted(o *manifest.Object, rules []route.Rule, rule int) []Matcher {
	var list []Matcher
	for _, w := range wants(o, rules, rule) {
		list = append(list, w)
	}
	return list
}

// wants is wanted with the match that each is made of. The exact half of a prefix
// loses to a rule's exact path.
func wants(o *manifest.Object, rules []route.Rule, rule int) iter.Seq2[route.Match, Matcher] {
	return func(yield func(route.Match, Matcher) bool) {
		for n, m := range rules[rule].Matches {
			one := Candidate{o, 0, rules[rule], m, rules[rule].Value.At("matches").Index(n)}
			for _, v := range one.Matches(behavior.AllMethods) {
				w := MatcherOf(v)
				w.Methods &= ReachOf(rules, rule, m)
				if path, exact := strings.CutPrefix(w.URI, "exact "); exact && m.Path == (route.Path{Kind: route.Prefix, Value: path}) {
					w.Methods &^= before(rules, route.Path{Kind: route.Exact, Value: path}, m)
				}
				if !yield(m, w) {
					return
				}
			}
		}
	}
}

// Matches gives the matches of a VirtualService that together are one of a route:
// a path prefix is the path itself and everything below it, since a prefix there
// is one of the text.
func (m Candidate) Matches(only behavior.Methods) []manifest.Value {
	var uris []manifest.Value
	kind, path := m.Match.Path.Kind, m.Match.Path.Value
	switch {
	case m.Rule.GRPC:
		uris = grpcPath(m.Value.At("method"))
	case kind == route.Exact:
		uris = []manifest.Value{manifest.Map("exact", m.Value.At("path", "value").Text())}
	case kind == route.Pattern:
		uris = []manifest.Value{manifest.Map("regex", path)}
	case path == "/":
		uris = []manifest.Value{manifest.Map("prefix", "/")}
	default:
		uris = []manifest.Value{manifest.Map("exact", path), manifest.Map("prefix", path+"/")}
	}
	method := manifest.Value{}
	switch {
	case m.Match.Method != "" && !m.Rule.GRPC:
		method = manifest.Map("exact", m.Match.Method)
	case only != behavior.AllMethods:
		method = MethodMatch(only)
	}
	var list []manifest.Value
	for _, uri := range uris {
		list = append(list, manifest.Map("uri", uri, "method", method, "headers", conditions(m.Value.At("headers")),
			"queryParams", conditions(m.Value.At("queryParams"))))
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

// MethodMatch gives the match of a VirtualService for some methods.
func MethodMatch(methods behavior.Methods) manifest.Value {
	names := methods.Each()
	if len(names) == 1 {
		return manifest.Map("exact", names[0])
	}
	return manifest.Map("regex", strings.Join(names, "|"))
}
