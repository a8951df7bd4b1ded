package survey

import (
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/precedence"
)

// A Sample is a request that stands for those of a rule, with any of some methods.
type Sample struct {
	precedence.Request
	Methods behavior.Methods
}

// Samples gives requests that stand for all that a rule takes: one for each hostname and
// path of it, with the headers and query parameters that it asks for. There is none where
// the rule's conditions cannot be met by an example.
func (s Survey) Samples(r Rule) []Sample {
	switch o := r.Intent.Object; {
	case o.Is("networking.istio.io", "VirtualService"):
		return virtualSamples(o, r.Intent.Rule)
	case o.Is("networking.k8s.io", "Ingress") && s.table(r).Matches(r.Intent.RuleID()) == nil:
		return ingressSamples(o)
	}
	var list []Sample
	for _, m := range s.table(r).Matches(r.Intent.RuleID()) {
		if m.Example != nil {
			list = append(list, Sample{*m.Example, m.Methods})
		}
	}
	return list
}

// Served gives the rules of routes, by which a gateway would serve a request with a method:
// one, or several where that is open.
func (s Survey) Served(by translators.Source, q Sample, method behavior.Methods) []resolve.RuleID {
	table := s.order(by, s.settings(by))
	var list []resolve.RuleID
	seen := map[resolve.RuleID]bool{}
	for _, entry := range table.Entries() {
		for _, rule := range table.Serving(entry, q.Request, method) {
			if !seen[rule] {
				seen[rule] = true
				list = append(list, rule)
			}
		}
	}
	return list
}

// A Survey is a world whose rules are asked about, with the orders in which gateways try
// them.
type Survey struct {
	world    *manifest.Set
	settings func(translators.Source) gateway.Settings
	orders   map[string]*precedence.Table
}

// In gives the survey of a world.
func In(world *manifest.Set, settings func(translators.Source) gateway.Settings) Survey {
	return Survey{world, settings, map[string]*precedence.Table{}}
}

// table gives the order of the gateway that serves a rule.
func (s Survey) table(r Rule) *precedence.Table { return s.order(r.source, r.settings) }

func (s Survey) order(t translators.Source, settings gateway.Settings) *precedence.Table {
	name := ""
	own, ok := t.Gateway.(gateway.Orderer)
	if ok {
		name = t.Gateway.Profile().Name
	}
	if s.orders[name] == nil {
		if ok {
			s.orders[name] = own.Order(s.world, settings)
		} else {
			s.orders[name] = precedence.New(precedence.Standard().Routes(s.world))
		}
	}
	return s.orders[name]
}

// requestsFor gives a request for each hostname and each path.
func requestsFor(hosts, paths []string, methods behavior.Methods, headers, queries map[string]string) []Sample {
	var list []Sample
	for _, host := range hosts {
		host = strings.Replace(host, "*", precedence.Fresh, 1)
		for _, path := range paths {
			list = append(list, Sample{precedence.Request{Host: host, Path: path, Headers: headers, Queries: queries}.Least(), methods})
		}
	}
	return list
}

func virtualSamples(vs *manifest.Object, http int) []Sample {
	hosts := hosts(vs)
	matches := vs.At("spec", "http").Index(http).At("match")
	if matches.Len() == 0 {
		return requestsFor(hosts, []string{"/" + precedence.Fresh}, behavior.AllMethods&^taken(vs, http, "/"+precedence.Fresh), nil, nil)
	}
	var list []Sample
	for _, m := range matches.Items() {
		paths, methods := []string{"/" + precedence.Fresh}, behavior.AllMethods
		switch uri := m.At("uri"); {
		case uri.At("exact").Exists():
			paths = []string{uri.At("exact").Text()}
		case uri.At("prefix").Exists():
			prefix := uri.At("prefix").Text()
			paths = []string{strings.TrimSuffix(prefix, "/") + "/" + precedence.Fresh}
		case uri.At("regex").Exists():
			paths = []string{precedence.Example(uri.At("regex").Text())}
		}
		if method := m.At("method"); method.Exists() {
			if methods = behavior.ParseMethod(method.At("exact").Text()); methods == 0 {
				continue
			}
		}
		headers, queries, ok := examples(m.At("headers")), examples(m.At("queryParams")), !m.At("withoutHeaders").Exists()
		if ok && headers != nil && queries != nil {
			list = append(list, requestsFor(hosts, paths, methods, headers, queries)...)
		}
	}
	return list
}

// examples gives values that string matches take; nil where one has none.
func examples(matches manifest.Value) map[string]string {
	all := map[string]string{}
	for key, m := range matches.Fields() {
		value := m.At("exact").Text() + m.At("prefix").Text()
		if m.At("regex").Exists() {
			value = precedence.Example(m.At("regex").Text())
		}
		if m.At("caseSensitive").Exists() {
			return nil
		}
		all[strings.ToLower(key.Text())] = value
	}
	return all
}

func ingressSamples(o *manifest.Object) []Sample {
	var list []Sample
	for _, rule := range o.At("spec", "rules").Items() {
		host := rule.At("host").Text()
		for _, p := range rule.At("http", "paths").Items() {
			path := p.At("path").Text()
			if p.At("pathType").Text() != "Exact" {
				path = strings.TrimSuffix(path, "/") + "/" + precedence.Fresh
			}
			list = append(list, requestsFor([]string{host}, []string{path}, behavior.AllMethods, nil, nil)...)
		}
	}
	return list
}

// RuleOf gives the intent for a rule of a world's route, without a wish.
func (s Survey) RuleOf(id resolve.RuleID) (resolve.Intent, bool) {
	for _, i := range s.intents(id.ID) {
		if i.Rule == id.Rule {
			return i, true
		}
	}
	return resolve.Intent{}, false
}

func (s Survey) intents(id manifest.ID) []resolve.Intent {
	o := s.world.Get(id)
	if o == nil || id.Group != route.Group {
		return nil
	}
	return (&resolve.Plan{World: manifest.NewSet([]*manifest.Object{o})}).Bystanders()
}
