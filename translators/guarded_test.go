package translators_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/golden/random"
	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators"
)

// A serving is what stands around the requests of a rule, but for what carries retries.
type serving struct{ filters, backends, timeouts, policies string }

// order compares two matches of equal paths as the standard ranks them, or as a gateway
// does that counts a method as a header. It is written anew here, to judge by.
func order(counting bool) func(a, b route.Match) int {
	method := func(m route.Match) int { return min(1, len(m.Method)) }
	exact := func(m route.Match) int {
		n := method(m)
		for c := range strings.SplitSeq(m.Conditions, "\x00") {
			if strings.HasPrefix(c, "h ") && strings.Contains(c, " Exact ") {
				n++
			}
		}
		return n
	}
	if counting {
		return func(a, b route.Match) int {
			return cmp.Or(cmp.Compare(b.Headers+method(b), a.Headers+method(a)), cmp.Compare(exact(b), exact(a)), cmp.Compare(b.Queries, a.Queries))
		}
	}
	return func(a, b route.Match) int {
		return cmp.Or(cmp.Compare(method(b), method(a)), cmp.Compare(b.Headers, a.Headers), cmp.Compare(b.Queries, a.Queries))
	}
}

// serves gives the rule of a route that serves a request with a method which meets all
// of a match's conditions and no others; -1 for none.
func serves(rules []route.Rule, request route.Match, method string, order func(a, b route.Match) int) int {
	best, at := route.Match{}, -1
	for n, rule := range rules {
		for _, m := range rule.Matches {
			met := m.Path == request.Path && (m.Method == "" || m.Method == method)
			for c := range strings.SplitSeq(m.Conditions, "\x00") {
				met = met && (c == "" || slices.Contains(strings.Split(request.Conditions, "\x00"), c))
			}
			if met && (at < 0 || order(m, best) < 0) {
				best, at = m, n
			}
		}
	}
	return at
}

// around gives what stands around the requests of a rule in a world. Of filters those
// are left out that were not there before or that retry, and the key that is asked for.
func around(world, before *manifest.Set, o *manifest.Object, rule route.Rule, own bool) serving {
	var s serving
	var policies []string
	for _, f := range rule.Value.At("filters").Items() {
		if !carries(f, o, before) {
			s.filters += written(withoutKey(f))
		}
	}
	s.backends, s.timeouts = written(rule.Value.At("backendRefs")), written(rule.Value.At("timeouts"))
	nearest, limit := 0, ""
	for _, p := range world.All() {
		refs := p.At("spec", "targetRefs").Items()
		if one := p.At("spec", "targetRef"); one.Exists() {
			refs = manifest.List(one).Items()
		}
		for _, ref := range refs {
			near := nearness(ref, o, rule.Name)
			switch {
			case near == 0 || p.ID().Group == schema.Group:
			case own && p.ID().Kind == "BackendTrafficPolicy": // of these one holds, and a copy of it will do
				if near > nearest {
					nearest, limit = near, written(p.At("spec", "rateLimit"))
				}
			default:
				policies = append(policies, p.ID().String())
			}
		}
	}
	policies = append(policies, limit)
	slices.Sort(policies)
	s.policies = strings.Join(slices.Compact(policies), "; ")
	return s
}

// nearness tells how near to a rule what a reference names is: the rule, its route, a
// listener, the Gateway; 0 for anything else.
func nearness(ref manifest.Value, o *manifest.Object, rule string) int {
	section := ref.At("sectionName").Text()
	switch kind := ref.At("kind").Text(); {
	case kind == "HTTPRoute" && ref.At("name").Text() == o.ID().Name && section == "":
		return 3
	case kind == "HTTPRoute" && ref.At("name").Text() == o.ID().Name && section == rule:
		return 4
	case kind == "Gateway" && section == "":
		return 1
	case kind == "Gateway":
		return 2
	}
	return 0
}

// carries reports whether a filter is what carries retries, which was not there before.
func carries(f manifest.Value, o *manifest.Object, before *manifest.Set) bool {
	ref := f.At("extensionRef")
	id := manifest.ID{Group: ref.At("group").Text(), Kind: ref.At("kind").Text(), Namespace: o.ID().Namespace, Name: ref.At("name").Text()}
	return ref.Exists() && id.Kind != "HTTPRouteFilter" && before.Get(id) == nil
}

// withoutKey gives a filter without the key that policies ask for; nothing where it
// has nothing else.
func withoutKey(f manifest.Value) manifest.Value {
	modifier := f.At("requestHeaderModifier")
	if set := modifier.At("set"); set.Len() > 0 {
		f = f.Copy()
		modifier = f.At("requestHeaderModifier")
		set = modifier.At("set")
		for n := set.Len() - 1; n >= 0; n-- {
			if set.Index(n).At("name").Text() == "Idempotency-Key" {
				set.RemoveIndex(n)
			}
		}
		if set.Len() == 0 && modifier.Len() == 1 {
			return manifest.Value{}
		}
	}
	return f
}

func written(v manifest.Value) string {
	if !v.Exists() {
		return ""
	}
	var b strings.Builder
	if err := v.WriteYAML(&b); err != nil {
		return err.Error()
	}
	return b.String()
}

// TestWhatHeldForARequestHoldsAfter takes each match of each rule with each method: the
// rule that served such a request before and the one that serves it now have the same
// filters, backends and timeouts, and the same policies of others are on them.
func TestWhatHeldForARequestHoldsAfter(t *testing.T) {
	for _, s := range settings() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			requests, split := 0, 0
			for seed := range uint64(40) {
				in := decode(t, fmt.Sprint("guarded ", seed), random.Guarded(seed, random.Classes[seed%uint64(len(random.Classes))]))
				plan := in.plan()
				after := plan.World.With(translators.Run(s.Target, plan, s.Settings, false).Objects...)
				timed := slices.ContainsFunc(in.policies, func(p *schema.RetryPolicy) bool { return p.Spec.AttemptTimeout != nil || p.Spec.TotalTimeout != nil })
				for _, was := range plan.World.Kind(route.Group, "HTTPRoute") {
					is := after.Get(was.ID())
					n, m := compare(t, in, s, plan.World, after, was, is, timed)
					if requests, split = requests+n, split+m; t.Failed() {
						return
					}
				}
				routesOf(t, in, plan.World, after)
			}
			t.Logf("%d requests, %d of them served by a new rule", requests, split)
			if splits := !strings.HasPrefix(s.name, "kong") && s.name != "traefik 3.1" && s.name != "istio virtualservice" && !strings.Contains(s.name, "envoy-gateway 1."); requests == 0 || splits && split == 0 {
				t.Errorf("%d requests were compared, %d of them served by a new rule", requests, split)
			}
		})
	}
}

func compare(t *testing.T, in input, s setting, before, after *manifest.Set, was, is *manifest.Object, timed bool) (requests, split int) {
	counting := strings.Contains(s.name, "envoy-gateway")
	own := s.Profile().Name == "envoy-gateway"
	from, to := route.Rules(was), route.Rules(is)
	for _, rule := range from {
		for _, m := range rule.Matches {
			for _, method := range behavior.AllMethods.Each() {
				if m.Method != "" && m.Method != method {
					continue
				}
				a, b := serves(from, m, method, order(counting)), serves(to, m, method, order(counting))
				if requests++; b < 0 {
					t.Fatalf("%s\n%s with %s reaches nothing in\n%s", in.source(t), m.Path, method, text(t, []*manifest.Object{is}))
				}
				if b >= len(from) {
					split++
				}
				x, y := around(before, before, was, from[a], own), around(after, before, is, to[b], own)
				if timed || from[a].Value.At("retry").Exists() {
					x.timeouts, y.timeouts = "", ""
				}
				if x != y {
					t.Fatalf("%s\n%s with %s had\n%+v\nand has\n%+v\nin\n%s", in.source(t), m.Path, method, x, y, text(t, after.All()))
				}
			}
		}
	}
	return requests, split
}

// routesOf holds each route of an IngressRoute to the one that it is a part of: only
// its match, its priority and the middlewares that are new may differ.
func routesOf(t *testing.T, in input, before, after *manifest.Set) {
	rest := func(v manifest.Value) manifest.Value {
		c := v.Copy()
		c.Remove("match")
		c.Remove("priority")
		list := c.At("middlewares")
		for n := list.Len() - 1; n >= 0; n-- {
			name := list.Index(n).At("name").Text()
			if name != "auth" && name != "limit" {
				list.RemoveIndex(n)
			}
		}
		if list.Len() == 0 {
			c.Remove("middlewares")
		}
		for _, service := range c.At("services").Items() {
			service.Remove("serversTransport") // has the timeout of a try
		}
		return c
	}
	for _, was := range before.Kind("traefik.io", "IngressRoute") {
		from, to := was.At("spec", "routes"), after.Get(was.ID()).At("spec", "routes")
		for n, v := range to.Items() {
			same := n < from.Len() && rest(v).Equal(rest(from.Index(n)))
			for _, origin := range from.Items() {
				host, _, _ := strings.Cut(origin.At("match").Text(), " && Method")
				host, _, _ = strings.Cut(host, " && !Method")
				same = same || n >= from.Len() && strings.HasPrefix(v.At("match").Text(), host) && rest(v).Equal(rest(origin))
			}
			if !same {
				t.Fatalf("%s\nroute %d is of no route of before:\n%s", in.source(t), n, text(t, after.All()))
			}
		}
	}
}
