package dataplane

import (
	"regexp"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators"
)

// A Place is one rule for which a policy holds, as one gateway serves it.
type Place struct {
	Gateway string // for the table
	Case    string
	Site    string // on the data plane
	// Request is one that reaches the rule with some of Methods.
	Request Request
	Methods behavior.Methods
	Effects []behavior.Effect
	GRPC    bool
	// Extensions are the groups of the filters that the rule names, Own is the one
	// that the gateway has.
	Extensions []string
	Own        string
	// Listener is the listener by which requests reach the place, where others lead to
	// something else: "shop/edge/http".
	Listener string
	// Parents are the Gateways that the rule's route names: "shop/edge".
	Parents []string
}

// foreign gives the group of a filter that the gateway does not have.
func (p Place) foreign() (group string, ok bool) {
	for _, group := range p.Extensions {
		if group != p.Own {
			return group, true
		}
	}
	return "", false
}

// Home is the kind of backend that the place has.
func (p Place) Home() Upstream {
	if p.GRPC {
		return Framed
	}
	return Scripted
}

// Effect gives the effect on requests with a method; ok is false where there is
// none, or where there are several and the method does not tell which.
func (p Place) Effect(method behavior.Methods) (e behavior.Effect, ok bool) {
	for _, one := range p.Effects {
		if one.Methods&method == 0 {
			continue
		}
		if ok {
			return e, false
		}
		e, ok = one, true
	}
	return e, ok
}

// Places gives the rules of routes that a translation is about and that a request
// can be made for. The rest is left out, as are policies with errors, of which
// nothing is written. own is the group of the gateway's own filters, world is what was
// translated.
func Places(gateway, own, name string, world *manifest.Set, result translators.Result) []Place {
	refused := map[manifest.ID]bool{}
	for _, f := range result.Findings {
		if f.Severity == finding.Error {
			refused[f.Object] = true
		}
	}
	var places []Place
	for _, at := range result.Rules {
		i := at.Intent
		if i.Object == nil || i.Rule < 0 || len(at.Effects) == 0 || refused[resolve.PolicyID(i.Policy)] {
			continue
		}
		r, grpc, ok := requestFor(i.Object, i.Rule)
		if ok && !grpc && !i.Object.Is("traefik.io", "IngressRoute") {
			r.Path = apart(r, i.Object, i.Rule, Objects{name, world})
		}
		if !ok || answered(i.Object, i.Rule) {
			continue
		}
		reached := i.Methods
		if rules := route.Rules(i.Object); !grpc && i.Rule < len(rules) {
			if m := rules[i.Rule].Value.At("matches").Index(0).At("method"); m.Exists() {
				reached &= behavior.ParseMethod(m.Text())
			}
		}
		p := Place{Gateway: gateway, Case: name, Site: name, Own: own, Request: r, Effects: at.Effects, GRPC: grpc}
		parents, _ := resolve.ParentRefs(i.Object)
		for _, id := range parents {
			p.Parents = append(p.Parents, id.Namespace+"/"+id.Name)
		}
		for _, d := range i.Listeners {
			p.Listener = d.Parent.Namespace + "/" + d.Parent.Name + "/" + d.Name
		}
		for _, f := range route.Rules(i.Object) {
			for _, filter := range f.Value.At("filters").Items() {
				if group := filter.At("extensionRef", "group").Text(); f.Index == i.Rule && group != "" {
					p.Extensions = append(p.Extensions, group)
				}
			}
		}
		for _, e := range at.Effects {
			if e.Answer == 0 { // the others make no try
				p.Methods |= e.Methods & reached
			}
		}
		if p.Methods != 0 {
			places = append(places, p)
		}
	}
	return places
}

// answered reports whether a rule redirects or has no backend: it makes no try, which
// the planes that are given objects here are not told.
func answered(o *manifest.Object, rule int) bool {
	rules := route.Rules(o)
	if o.Is("traefik.io", "IngressRoute") || rule >= len(rules) {
		return false
	}
	return route.Redirect(rules[rule].Value) != 0 || !route.HasBackend(rules[rule].Value)
}

// requestFor gives a request that the first match of a route's rule takes.
func requestFor(o *manifest.Object, rule int) (r Request, grpc, ok bool) {
	if o.Is("traefik.io", "IngressRoute") {
		return requestForMatch(o.At("spec", "routes").Index(rule).At("match").Text())
	}
	rules := route.Rules(o)
	if rule >= len(rules) {
		return r, false, false
	}
	r = Request{Host: "any.example", Path: "/", Header: map[string]string{}}
	if host := o.At("spec", "hostnames").Index(0).Text(); host != "" {
		r.Host = strings.Replace(host, "*", "any", 1)
	}
	m := rules[rule].Value.At("matches").Index(0)
	if rules[rule].GRPC {
		method := m.At("method")
		r.Path = "/" + orElse(method.At("service").Text(), "any.Service") + "/" + orElse(method.At("method").Text(), "Any")
		r.Header["Content-Type"], r.Header["Te"] = "application/grpc", "trailers"
		return r, true, method.At("type").Text() != "RegularExpression"
	}
	r.Path = orElse(m.At("path", "value").Text(), "/")
	if m.At("path", "type").Text() == "RegularExpression" || m.At("queryParams").Len() > 0 {
		return r, false, false
	}
	for _, h := range m.At("headers").Items() {
		if h.At("type").Text() == "RegularExpression" {
			return r, false, false
		}
		r.Header[h.At("name").Text()] = h.At("value").Text()
	}
	return r, false, true
}

// apart gives a path of a rule's requests that fewer rules take, where its match is a
// prefix: below it, rather than the prefix itself, which may be another's exact path.
func apart(r Request, o *manifest.Object, rule int, all Objects) string {
	if kind := route.Rules(o)[rule].Value.At("matches").Index(0).At("path", "type").Text(); kind == "Exact" {
		return r.Path
	}
	below := r
	below.Path = strings.TrimSuffix(r.Path, "/") + "/below"
	if all.takers(below) < all.takers(r) {
		return below.Path
	}
	return r.Path
}

var (
	hostIn = regexp.MustCompile("Host\\(`([^`]+)`\\)")
	pathIn = regexp.MustCompile("Path(?:Prefix)?\\(`([^`]+)`\\)")
)

// requestForMatch gives a request for a rule of Traefik's that names at most a host
// and a path.
func requestForMatch(rule string) (r Request, grpc, ok bool) {
	r = Request{Host: "any.example", Path: "/", Header: map[string]string{}}
	if m := hostIn.FindStringSubmatch(rule); m != nil {
		r.Host = m[1]
	}
	if m := pathIn.FindStringSubmatch(rule); m != nil {
		r.Path = m[1]
	}
	rest := pathIn.ReplaceAllString(hostIn.ReplaceAllString(rule, ""), "")
	return r, false, strings.Trim(rest, " &()") == ""
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// waits reports whether a fault only keeps a request waiting: it is not retried, so
// it meets no limit on retries.
func (p Place) waits(f Fault, method string) bool {
	m := behavior.ParseMethod(method)
	e, ok := p.Effect(m)
	if !ok || !f.Hangs {
		return false
	}
	surely, maybe := retried(e.For(m), f, m)
	return !surely && !maybe
}

// connections is how many connections to the backend a place lets be, at most 32.
func (p Place) connections() int {
	n := int64(32)
	for _, e := range p.Effects {
		for _, s := range []behavior.Setting[int64]{e.Breaker.MaxConnections, e.Breaker.MaxParallelRequests} {
			if s.State == behavior.Set {
				n = min(n, s.Value)
			}
		}
	}
	return int(n)
}

// parallel is how many requests for a place may run at once without meeting one of
// its limits on what is in flight.
func (p Place) parallel() int {
	n := int64(samples)
	lower := func(s behavior.Setting[int64]) {
		if s.State == behavior.Set {
			n = min(n, s.Value)
		}
	}
	for _, e := range p.Effects {
		lower(e.Breaker.MaxConnections)
		lower(e.Breaker.MaxPendingRequests)
		lower(e.Breaker.MaxParallelRequests)
		if !e.Breaker.RetriesOverridden {
			lower(e.Breaker.MaxParallelRetries)
		}
		if e.Budget.State == behavior.Set {
			n = min(n, int64(e.Budget.Value.MinConcurrent))
		}
	}
	return int(max(n, 1))
}
