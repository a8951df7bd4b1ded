package traefik

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
)

// A ranked route is what decides between it and others.
type ranked struct {
	id      manifest.ID
	parents []manifest.ID
	hosts   []string
	longest int // of the hosts' lengths, which count (httproute.go:711)
	rules   []route.Rule
}

func rankedOf(o *manifest.Object) ranked {
	r := ranked{id: o.ID(), rules: route.Rules(o)}
	r.parents, _ = resolve.ParentRefs(o)
	for _, h := range o.At("spec", "hostnames").Items() {
		r.hosts = append(r.hosts, h.Text())
		r.longest = max(r.longest, len(h.Text()))
	}
	return r
}

// outranked names a match that the rule's matches would overtake if they got a
// method: one with a longer path, which holds for some of the same requests. The
// standard does not have that, and Traefik does, because it adds up what a match
// is worth.
func (t *translation) outranked(i resolve.Intent) string {
	if t.ranked == nil {
		for _, o := range t.world.Kind(route.Group, "HTTPRoute") {
			t.ranked = append(t.ranked, rankedOf(o))
		}
	}
	mine := rankedOf(i.Object)
	for _, r := range t.ranked {
		if r.id != mine.id && !mine.meets(r) {
			continue
		}
		for _, other := range r.rules {
			for _, f := range other.Matches {
				for _, m := range mine.rules[i.Rule].Matches {
					if m.Method == "" && overtakes(m, f, mine.longest-r.longest) {
						return fmt.Sprintf("its requests would come before those for %s of %s", f.Path, resolve.Place(r.id, other.Name, other.Index))
					}
				}
			}
		}
	}
	return ""
}

// meets reports whether one request can belong to both routes, as far as parents
// and hostnames go; a route without hostnames takes any.
func (r ranked) meets(other ranked) bool {
	host := len(r.hosts) == 0 || len(other.hosts) == 0
	for _, h := range r.hosts {
		for _, g := range other.hosts {
			host = host || covers(h, g) || covers(g, h)
		}
	}
	return host && slices.ContainsFunc(r.parents, func(id manifest.ID) bool { return slices.Contains(other.parents, id) })
}

func covers(pattern, host string) bool {
	suffix, wild := strings.CutPrefix(pattern, "*")
	return pattern == host || wild && strings.HasSuffix(host, suffix)
}

// overtakes reports whether a match comes before another one on another path only
// once it has a method. ahead is what its route's hostnames put it ahead. A slash
// at the end of a path counts, and is not in a Match, so one character more does.
func overtakes(m, f route.Match, ahead int) bool {
	before := rank(m) + ahead
	return m.Path != f.Path && overlap(m.Path, f.Path) && rank(f) >= before && rank(f) <= before+methodPriority+prefixPriority
}

// rank is the priority that Traefik gives a match, without its hostname's and its
// rule's (v3.7.13 pkg/provider/kubernetes/gateway/httproute.go:792).
func rank(m route.Match) int {
	form, value, _ := strings.Cut(m.Path, " ")
	priority := m.Headers*100 + m.Queries*10
	if m.Method != "" {
		priority += methodPriority
	}
	switch {
	case form == "Exact":
		return priority + 100000
	case form == "PathPrefix" && value == "/":
		return priority + 1
	}
	return priority + 10000 + prefixPriority*len(value)
}

// overlap reports whether two paths can match one request; of a regular
// expression nothing is known.
func overlap(a, b string) bool {
	form, x, _ := strings.Cut(a, " ")
	other, y, _ := strings.Cut(b, " ")
	if form == "RegularExpression" || other == "RegularExpression" {
		return true
	}
	x, y = strings.TrimSuffix(x, "/")+"/", strings.TrimSuffix(y, "/")+"/"
	return strings.HasPrefix(x, y) || strings.HasPrefix(y, x)
}
