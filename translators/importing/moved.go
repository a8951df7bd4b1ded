package importing

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators"
	"retryctl.dev/translators/survey"
)

// Moved gives policies as Of does, but for another gateway: each on the rule of the world's
// HTTPRoutes and GRPCRoutes that serves the same requests there, whatever it is called. A
// rule whose requests nothing serves there, or that would have to do two things, is a
// finding and gets no policy.
func Moved(rules []survey.Rule, s survey.Survey, to translators.Target, world *manifest.Set, o Options) ([]byte, finding.List) {
	in := importing{Options: o, where: survey.PositionsIn(world), world: world}
	m := moving{importing: &in, survey: s, to: to, on: map[resolve.RuleID][]wanted{}}
	for _, r := range rules {
		if w, ok := in.wish(r); ok && in.valid(r, w) {
			m.move(wanted{r, w})
		}
	}
	return write(in.group(m.found())), in.findings.Sort()
}

type moving struct {
	*importing
	survey survey.Survey
	to     translators.Target
	on     map[resolve.RuleID][]wanted // what each rule there is to do
	order  []resolve.RuleID
}

// move finds the rules that serve the requests of a rule.
func (m *moving) move(w wanted) {
	samples := m.survey.Samples(w.Rule)
	title := m.to.Gateway.Profile().Title
	if len(samples) == 0 {
		m.loses(w.Rule, finding.Warning, "no request is known that it serves, by which to find its route for "+title)
		return
	}
	lost := map[string]behavior.Methods{}
	var names []string
	for _, sample := range samples {
		for _, name := range (sample.Methods & methodsOf(w)).Each() {
			method := behavior.ParseMethod(name)
			served := slices.DeleteFunc(m.survey.Served(m.to.Source(), sample, method), func(id resolve.RuleID) bool { return id.ID.Group != route.Group })
			if len(served) == 0 {
				text := sample.String()
				if lost[text] == 0 {
					names = append(names, text)
				}
				lost[text] |= method
			}
			for _, id := range served {
				m.add(id, w)
			}
		}
	}
	for _, name := range names {
		with := ""
		if lost[name] != behavior.AllMethods {
			with = strings.Join(lost[name].Names(), ", ") + " "
		}
		m.loses(w.Rule, finding.Warning, fmt.Sprintf("no HTTPRoute of the input serves %s%s on %s", with, name, title))
	}
}

func methodsOf(w wanted) (methods behavior.Methods) {
	for _, e := range w.Effects {
		methods |= e.Methods
	}
	return methods
}

func (m *moving) add(id resolve.RuleID, w wanted) {
	if len(m.on[id]) == 0 {
		m.order = append(m.order, id)
	}
	same := func(o wanted) bool { return o.Intent.RuleID() == w.Intent.RuleID() }
	if !slices.ContainsFunc(m.on[id], same) {
		m.on[id] = append(m.on[id], w)
	}
}

// found gives the rules there with what they are to do.
func (m *moving) found() []wanted {
	var list []wanted
	for _, id := range m.order {
		i, ok := m.survey.RuleOf(id)
		if !ok {
			continue
		}
		all := m.on[id]
		other := slices.IndexFunc(all, func(w wanted) bool { return w.wish.key() != all[0].wish.key() })
		if other >= 0 {
			m.loses(all[other].Rule, finding.Warning, fmt.Sprintf("%s serves its requests and those of %s on %s, and the two do not do the same: split that rule, or choose one", i.RuleName(), all[0].Intent.RuleName(), m.to.Gateway.Profile().Title))
			continue
		}
		w := all[0]
		w.Intent, w.Gateway = i, m.to.Gateway.Profile()
		list = append(list, w)
	}
	slices.SortStableFunc(list, func(a, b wanted) int {
		return strings.Compare(a.Intent.ID().String(), b.Intent.ID().String())*1000 + a.Intent.Rule - b.Intent.Rule
	})
	return list
}
