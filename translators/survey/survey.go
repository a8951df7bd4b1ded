// Package survey tells what configuration that exists does with requests: for each rule
// of each route, by the gateway that serves it, without any policy.
package survey

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/stanza"
)

// Options are what a caller says of a survey, and what the objects do not.
type Options struct {
	// Sources are the gateways that can serve a rule.
	Sources translators.Sources
	// From has the versions of gateways, and those that serve what the objects show no
	// gateway for.
	From []translators.Source
	// Settings gives those of a gateway.
	Settings func(translators.Source) gateway.Settings
	// Request is what the rules are to serve.
	Request Request
}

// A Rule is what the requests of a rule get from a gateway that serves it.
type Rule struct {
	Intent  resolve.Intent
	Gateway gateway.Profile
	Version gateway.Version
	// Implementation names who implements the Gateway API; empty where the gateway is one
	// of its own.
	Implementation string
	Effects        []behavior.Effect

	source   translators.Source
	settings gateway.Settings
}

// Of gives the rules of a world in the order of their objects. A finding says of which it
// is not known who serves them.
func Of(world *manifest.Set, o Options) ([]Rule, finding.List) {
	s := surveying{Options: o, world: world, readers: map[server]*reader{}}
	s.assign()
	var rules []Rule
	for _, r := range s.order {
		at, serves := 0, s.serves(r)
		for effects := range r.Effects(r.intents) {
			if effects = s.Request.of(effects); len(effects) > 0 && serves(r.intents[at]) {
				rules = append(rules, Rule{r.intents[at], r.source.Gateway.Profile(), r.source.Version, r.implementation, effects, r.source, r.settings})
			}
			at++
		}
	}
	place := map[manifest.ID]int{}
	for n, object := range world.All() {
		place[object.ID()] = n
	}
	slices.SortStableFunc(rules, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(place[a.Intent.ID()], place[b.Intent.ID()]), cmp.Compare(a.Intent.Rule, b.Intent.Rule))
	})
	return rules, s.unknown()
}

// A server is a gateway, or an implementation of the Gateway API.
type server struct{ name, implementation string }

// A reader is what one server makes of the rules that it serves.
type reader struct {
	gateway.Reader
	source         translators.Source
	settings       gateway.Settings
	implementation string
	intents        []resolve.Intent
}

type surveying struct {
	Options
	world   *manifest.Set
	readers map[server]*reader
	order   []*reader
	open    []open
}

// An open question is who serves some objects.
type open struct {
	why     string
	objects []*manifest.Object
}

// assign hands each rule to what serves it.
func (s *surveying) assign() {
	by := map[manifest.ID][]*reader{}
	for _, i := range (&resolve.Plan{World: s.world}).Bystanders() {
		readers, asked := by[i.ID()]
		if !asked {
			readers = s.serving(i.Object)
			by[i.ID()] = readers
		}
		for _, r := range readers {
			r.intents = append(r.intents, i)
		}
	}
}

func (s *surveying) serving(o *manifest.Object) []*reader {
	names, why := s.Sources.Serving(o, s.world)
	if len(names) == 0 {
		for _, t := range s.From {
			names = append(names, t.Gateway.Profile().Name)
		}
	}
	if len(names) == 0 {
		at := slices.IndexFunc(s.open, func(q open) bool { return q.why == why })
		if at < 0 {
			at = len(s.open)
			s.open = append(s.open, open{why: why})
		}
		s.open[at].objects = append(s.open[at].objects, o)
	}
	var readers []*reader
	for _, name := range names {
		implementations := implementing(o, s.world)
		if !s.source(name).Gateway.Profile().Standard || len(implementations) == 0 {
			implementations = []string{""}
		}
		for _, implementation := range implementations {
			readers = append(readers, s.reader(server{name, implementation}))
		}
	}
	return readers
}

// reader gives the one of a server.
func (s *surveying) reader(by server) *reader {
	if r, known := s.readers[by]; known {
		return r
	}
	source := s.source(by.name)
	settings := s.Settings(source)
	if name, _, _ := strings.Cut(settings.Word(stanza.Implementer), "@"); by.implementation != "" && name != by.implementation {
		settings.Set(stanza.Implementer.Is(by.implementation))
	}
	r := &reader{Reader: source.Gateway.Reader(s.world, settings), source: source, settings: settings}
	if source.Gateway.Profile().Standard {
		r.implementation = settings.Word(stanza.Implementer)
	}
	s.readers[by], s.order = r, append(s.order, r)
	return r
}

// source gives a gateway in the version that is asked for, or else in its newest.
func (s *surveying) source(name string) translators.Source {
	for _, t := range s.From {
		if t.Gateway.Profile().Name == name {
			return t
		}
	}
	for _, g := range s.Sources {
		if p := g.Profile(); p.Name == name {
			return translators.Source{Gateway: g, Version: p.Newest}
		}
	}
	panic("survey: there is no gateway " + name) // it is one of the list's own names
}

// implementing gives the implementations of the Gateway API that serve a route.
func implementing(o *manifest.Object, world *manifest.Set) []string {
	var names []string
	parents, _ := resolve.ParentRefs(o)
	for _, id := range parents {
		parent := world.Get(id)
		if parent == nil {
			continue
		}
		for _, class := range world.Kind(route.Group, "GatewayClass") {
			if class.ID().Name != parent.At("spec", "gatewayClassName").Text() {
				continue
			}
			name, ok := stanza.ByController(class.At("spec", "controllerName").Text())
			if ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// unknown says of which objects it is not known who serves them, once for each reason.
func (s *surveying) unknown() finding.List {
	var list finding.List
	for _, q := range s.open {
		first := q.objects[0]
		what := first.ID().String()
		if more := len(q.objects) - 1; more > 0 {
			what = fmt.Sprintf("%s and %d more", what, more)
		}
		list.Add(finding.Finding{
			Code: finding.UnknownServer, Severity: finding.UnknownServer.Severity(), Object: first.ID(),
			Message: fmt.Sprintf("which gateway serves %s is not known: %s", what, q.why),
			Hint:    finding.Give("what is missing", ", or --from with one of "+strings.Join(s.Sources.Names(), ", ")),
			File:    first.File, Line: first.Root().Line(), Column: first.Root().Column(),
		})
	}
	return list
}
