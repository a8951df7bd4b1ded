package route

import (
	"strings"

	"retryctl.dev/schema/manifest"
)

// A Kind is a kind of objects that send requests to Services, so that some gateway can
// retry them. Policies can target all of them.
type Kind struct {
	Group, Name string
	// List is the field of spec with the rules that policies can hold for one by one; empty
	// for a kind that only holds as a whole.
	List string
	// Named says that rules can have a name, by which policies call them.
	Named bool
	// Standard says that rules are those of the Gateway API, with matches that the
	// standard orders.
	Standard bool
	// backends adds the Services that a rule sends to, or with an index below 0 all.
	backends func(b *backends, o *manifest.Object, rule int)
	// paths gives the paths of a rule's matches.
	paths func(o *manifest.Object, rule int) []Path
}

// Kinds are all of them.
var Kinds = []Kind{
	{Group: Group, Name: "HTTPRoute", List: "rules", Named: true, Standard: true, backends: (*backends).standard, paths: standardPaths},
	{Group: Group, Name: "GRPCRoute", List: "rules", Named: true, Standard: true, backends: (*backends).standard, paths: standardPaths},
	{Group: "networking.k8s.io", Name: "Ingress", backends: (*backends).ingress},
	{Group: "traefik.io", Name: "IngressRoute", List: "routes", backends: (*backends).ingressRoute, paths: expressions},
	{Group: "networking.istio.io", Name: "VirtualService", List: "http", Named: true, backends: (*backends).virtualService, paths: uris},
}

// KindOf gives the kind of an object; nil for one that sends no requests.
func KindOf(o *manifest.Object) *Kind {
	for n := range Kinds {
		if o.Is(Kinds[n].Group, Kinds[n].Name) {
			return &Kinds[n]
		}
	}
	return nil
}

// Paths gives the paths of the matches of a rule, in their order. Of an expression for more
// than paths it is the whole, without a kind.
func Paths(o *manifest.Object, rule int) []Path {
	k := KindOf(o)
	if k == nil || k.paths == nil {
		return nil
	}
	return k.paths(o, rule)
}

func standardPaths(o *manifest.Object, rule int) []Path {
	var list []Path
	for _, m := range RuleAt(o, rule).Matches {
		list = append(list, m.Path)
	}
	return list
}

func expressions(o *manifest.Object, rule int) []Path {
	if match := o.At("spec", "routes").Index(rule).At("match").Text(); match != "" {
		return []Path{{Value: match}}
	}
	return nil
}

func uris(o *manifest.Object, rule int) []Path {
	var list []Path
	for _, m := range o.At("spec", "http").Index(rule).At("match").Items() {
		uri := m.At("uri")
		for _, one := range []struct {
			field string
			kind  PathKind
		}{{"prefix", Prefix}, {"exact", Exact}, {"regex", Pattern}} {
			if uri.At(one.field).Exists() {
				list = append(list, Path{one.kind, uri.At(one.field).Text()})
				break
			}
		}
	}
	return list
}

// Backends gives the Services that a rule of an object sends requests to, each
// once, in the order of the text: those of one rule or, with a rule below 0 and for a kind
// without rules, of all.
func Backends(o *manifest.Object, rule int) []manifest.ID {
	k := KindOf(o)
	if k == nil {
		return nil
	}
	b := backends{namespace: o.ID().Namespace}
	k.backends(&b, o, rule)
	return b.list
}

type backends struct {
	namespace string
	list      []manifest.ID
}

func (b *backends) standard(o *manifest.Object, rule int) {
	for _, v := range chosen(o.At("spec", "rules"), rule) {
		for _, ref := range v.At("backendRefs").Items() {
			if ref.At("group").Text() == "" {
				b.reference(ref)
			}
		}
	}
}

func (b *backends) ingressRoute(o *manifest.Object, rule int) {
	for _, v := range chosen(o.At("spec", "routes"), rule) {
		for _, ref := range v.At("services").Items() {
			b.reference(ref)
		}
	}
}

func (b *backends) virtualService(o *manifest.Object, rule int) {
	for _, v := range chosen(o.At("spec", "http"), rule) {
		for _, to := range v.At("route").Items() {
			name, rest, full := strings.Cut(to.At("destination", "host").Text(), ".")
			namespace, domain, _ := strings.Cut(rest, ".")
			if !full || strings.HasPrefix(domain, "svc.") { // others are hosts outside of the cluster
				b.add(namespace, name)
			}
		}
	}
}

func (b *backends) ingress(o *manifest.Object, _ int) {
	b.add("", o.At("spec", "defaultBackend", "service", "name").Text())
	for _, v := range o.At("spec", "rules").Items() {
		for _, path := range v.At("http", "paths").Items() {
			b.add("", path.At("backend", "service", "name").Text())
		}
	}
}

// reference adds what a reference names, if it is a Service.
func (b *backends) reference(ref manifest.Value) {
	if kind := ref.At("kind").Text(); kind == "" || kind == "Service" {
		b.add(ref.At("namespace").Text(), ref.At("name").Text())
	}
}

func (b *backends) add(namespace, name string) {
	if namespace == "" {
		namespace = b.namespace
	}
	id := manifest.ID{Kind: "Service", Namespace: namespace, Name: name}
	for _, known := range b.list {
		if known == id {
			return
		}
	}
	if strings.TrimSpace(name) != "" {
		b.list = append(b.list, id)
	}
}

// chosen gives one item of a list, or all of them for an index below 0.
func chosen(list manifest.Value, at int) []manifest.Value {
	var some []manifest.Value
	for n, v := range list.Items() {
		if at < 0 || at == n {
			some = append(some, v)
		}
	}
	return some
}
