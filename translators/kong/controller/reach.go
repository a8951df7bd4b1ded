package controller

import (
	"maps"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/kong/api"
	"retryctl.dev/translators/nginx"
	"retryctl.dev/translators/precedence"
)

// A share is the requests with some methods that come to a rule by Kong's order and
// go to one line: the rule's own, or that of another where the controller leaves the
// rule out, or where Kong may take either. Without a line no one serves them.
type share struct {
	Line    *line
	Methods behavior.Methods
}

// Shares gives where the requests of a rule go.
func (r *Router) Shares(at ServedRule) []share {
	var list []share
	add := func(l *line, m behavior.Methods) {
		n := slices.IndexFunc(list, func(s share) bool {
			return s.Line == l || s.Line != nil && l != nil && s.Line.ServedRule == l.ServedRule
		})
		if n < 0 {
			list = append(list, share{l, m})
			return
		}
		list[n].Methods |= m
	}
	for _, l := range r.lines[at] {
		r.each(l, func(near []*line, q Request) {
			if !slices.ContainsFunc(r.serving(near, q, every), func(o *line) bool { return o.ServedRule == at }) {
				return
			}
			now := r.serving(near, q, kept)
			for _, o := range now {
				add(o, q.Method)
			}
			if len(now) == 0 {
				add(nil, q.Method)
			}
		})
	}
	return list
}

// each asks about requests of a line that stand for all of them: with each method, on
// its path and on those of other lines within it, with its headers and with those of
// other lines as well.
func (r *Router) each(l *line, ask func(near []*line, q Request)) {
	var near []*line
	host := l.host
	for _, o := range r.on(host, l.path) {
		if o.path.meets(l.path) && (o.methods == 0 || l.methods == 0 || o.methods&l.methods != 0) {
			near = append(near, o)
		}
	}
	var paths []string
	var headers []map[string]string
	own := l.with(nil)
	note := func(path string, with map[string]string) {
		if l.path.matches(path) && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
		if with != nil && !slices.ContainsFunc(headers, func(o map[string]string) bool { return maps.Equal(o, with) }) {
			headers = append(headers, with)
		}
	}
	note(l.path.sample(), own)
	for _, o := range near {
		note(o.path.sample(), o.with(own))
	}
	for _, path := range paths {
		for _, with := range headers {
			for _, m := range methodsOf(l.methods) {
				if q := (Request{host, path, m, with}); l.takes(q) {
					ask(near, q)
				}
			}
		}
	}
}

// sample gives a path that the pattern matches, and little else that does not have to.
func (p pattern) sample() string {
	switch {
	case p.call != "":
		return p.call
	case p.expr != nil:
		return precedence.Example(p.expr.String())
	case p.exact:
		return p.text
	}
	return p.text + precedence.Fresh
}

// with gives headers that meet the line's conditions and some more; nil where one is
// against them.
func (l *line) with(more map[string]string) map[string]string {
	if len(l.headers) == 0 && more != nil {
		return more
	}
	all := map[string]string{}
	maps.Copy(all, more)
	for _, h := range l.headers {
		value, ok := all[h.name]
		switch {
		case ok && !h.matches(value):
			return nil
		case ok:
		case h.pattern != nil:
			all[h.name] = precedence.Example(h.pattern.String())
		case len(h.values) > 0:
			all[h.name] = h.values[0]
		}
	}
	return all
}

func methodsOf(some behavior.Methods) []behavior.Methods {
	var list []behavior.Methods
	for _, name := range (behavior.AllMethods &^ nginx.Unreachable).Each() {
		if m := behavior.ParseMethod(name); some == 0 || some&m != 0 {
			list = append(list, m)
		}
	}
	return list
}

// LeftOut says why the controller leaves a rule of a route out; it is empty where it
// does not: the Services of a rule have to agree on every annotation of Kong's
// (ingressrules.go:543), and with a filter that it does not take it makes nothing of
// all rules with the same backends (subtranslator/httproute.go,
// generatePluginsFromHTTPRouteFilters).
func LeftOut(world *manifest.Set, o *manifest.Object, rule int) string {
	rules := o.At("spec", "rules")
	for _, other := range rules.Items() {
		for _, f := range other.At("filters").Items() {
			kind, ref := f.At("type").Text(), f.At("extensionRef")
			foreign := kind == "ExtensionRef" && (ref.At("group").Text() != api.Group || ref.At("kind").Text() != api.PluginKind)
			if o.ID().Kind == "HTTPRoute" && (kind == "RequestMirror" || foreign) && same(other.At("backendRefs"), rules.Index(rule).At("backendRefs")) {
				return "a filter " + kind + ", which the controller does not take"
			}
		}
	}
	var first *manifest.Object
	for _, id := range route.Backends(o, rule) {
		service := world.Get(id)
		switch {
		case service == nil:
		case first == nil:
			first = service
		default:
			if why := difference(first, service); why != "" {
				return why + ", and Services of one rule have to agree"
			}
		}
	}
	return ""
}

// Served reports whether Kong serves a route at all: it has no part in a mesh, so
// routes that only have Services as parents are not its own.
func Served(o *manifest.Object) bool {
	ids, _ := resolve.ParentRefs(o)
	for _, id := range ids {
		if id.Kind == "Gateway" {
			return true
		}
	}
	return len(ids) == 0
}
