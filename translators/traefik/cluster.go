package traefik

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// A cluster is a world as Traefik's providers see it.
type cluster struct {
	naming
	world *manifest.Set
	// is37 says that the target has what came with Traefik 3.7: retries by status,
	// and middlewares on services.
	is37 bool
	// grpc says that it has GRPCRoutes, which came with 3.2.
	grpc                    bool
	middlewares, transports map[string][]*manifest.Object // by id
	// forms are the ways in which a Service is referred to beside others.
	forms map[manifest.ID][]string
}

func newCluster(world *manifest.Set, s gateway.Settings) cluster {
	c := cluster{
		naming: namingOf(s), world: world, is37: s.Version.AtLeast(3, 7), grpc: s.Version.AtLeast(3, 2),
		middlewares: map[string][]*manifest.Object{}, transports: map[string][]*manifest.Object{}, forms: map[manifest.ID][]string{},
	}
	for _, o := range world.Kind(group, kind) {
		id := c.id(o.ID().Namespace, o.ID().Name)
		c.middlewares[id] = append(c.middlewares[id], o)
	}
	for _, o := range world.Kind(group, transportKind) {
		id := c.id(o.ID().Namespace, o.ID().Name)
		c.transports[id] = append(c.transports[id], o)
	}
	if !c.safe {
		c.weighted(func(_ place, id manifest.ID, s manifest.Value) {
			form := s.At("serversTransport").Text()
			for _, m := range s.At("middlewares").Items() {
				form += " " + m.At("namespace").Text() + "/" + m.At("name").Text()
			}
			if !slices.Contains(c.forms[id], form) {
				c.forms[id] = append(c.forms[id], form)
			}
		})
	}
	return c
}

// weighted visits every reference to a Service that stands beside others. Without
// safeNaming Traefik takes those with one identity for the same, and lets the last
// one hold for all (v3.7.13 pkg/provider/kubernetes/crd/kubernetes_http.go:706).
func (c cluster) weighted(visit func(at place, id manifest.ID, s manifest.Value)) {
	for _, o := range c.world.Kind(group, "IngressRoute") {
		for n, r := range o.At("spec", "routes").Items() {
			for _, s := range r.At("services").Items() {
				if r.At("services").Len() > 1 {
					visit(place{o.ID(), n}, identity(o.ID().Namespace, s), s)
				}
			}
		}
	}
	for _, o := range c.world.Kind(group, "TraefikService") {
		for _, form := range []string{"weighted", "highestRandomWeight"} {
			for _, s := range o.At("spec", form, "services").Items() {
				visit(place{o.ID(), -1}, identity(o.ID().Namespace, s), s)
			}
		}
	}
}

// identity is what such a reference is known by.
func identity(namespace string, s manifest.Value) manifest.ID {
	return manifest.ID{Kind: "port " + s.At("port").Text() + " of", Namespace: orElse(s.At("namespace").Text(), namespace), Name: s.At("name").Text()}
}

// ruleOf gives the part of an object that is one router or several alike: a rule
// of a route, a route of an IngressRoute, an Ingress as a whole.
func ruleOf(o *manifest.Object, rule int) manifest.Value {
	switch o.ID().Kind {
	case "HTTPRoute", "GRPCRoute":
		return o.At("spec", "rules").Index(rule)
	case "IngressRoute":
		return o.At("spec", "routes").Index(rule)
	}
	return o.Root()
}

// routerRefs gives the middlewares of a router, the outermost first. A filter
// that Traefik does not have makes every request fail; unsupported names it.
func (c cluster) routerRefs(o *manifest.Object, rule manifest.Value) (refs []reference, unsupported string) {
	switch o.ID().Kind {
	case "HTTPRoute", "GRPCRoute":
		return c.filterRefs(o, rule.At("filters"))
	case "IngressRoute":
		return c.listRefs(o.ID().Namespace, rule.At("middlewares")), ""
	}
	_, list := annotation(o, routerMiddlewares)
	return qualifiedList(list), ""
}

// listRefs reads a list of middlewares with name and, maybe, namespace.
func (c cluster) listRefs(namespace string, list manifest.Value) []reference {
	var refs []reference
	for _, m := range list.Items() {
		refs = append(refs, c.to(orElse(m.At("namespace").Text(), namespace), m.At("name").Text()))
	}
	return refs
}

// filterRefs reads filters. Those that Traefik builds a middleware of by itself
// do not retry (v3.7.13 pkg/provider/kubernetes/gateway/httproute.go:394).
func (c cluster) filterRefs(o *manifest.Object, filters manifest.Value) (refs []reference, unsupported string) {
	for _, f := range filters.Items() {
		name, ours := extension(f)
		switch kind := f.At("type").Text(); {
		case ours:
			refs = append(refs, c.to(o.ID().Namespace, name))
		case kind == "ExtensionRef":
			unsupported = fmt.Sprintf("a filter of the kind %s", f.At("extensionRef", "kind").Text())
		case kind == "RequestHeaderModifier", kind == "ResponseHeaderModifier":
		case o.Is(route.Group, "HTTPRoute") && (kind == "RequestRedirect" || kind == "URLRewrite"):
		default:
			unsupported = fmt.Sprintf("the filter %s", kind)
		}
	}
	return refs, unsupported
}

// extension gives the name of the Middleware that a filter refers to.
func extension(filter manifest.Value) (name string, ok bool) {
	ref := filter.At("extensionRef")
	ok = filter.At("type").Text() == "ExtensionRef" && ref.At("group").Text() == group && ref.At("kind").Text() == kind
	return ref.At("name").Text(), ok
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// A stack is what a list of references comes to.
type stack struct {
	retries []retry // the outermost first
	// hidden are what cannot be seen from here, and might retry.
	hidden []string
	// broken says why the router is not built: it answers every request with 404.
	broken string
	steps  int
}

// resolve follows references into chains.
func (c cluster) resolve(refs []reference) stack {
	var s stack
	c.follow(refs, &s, nil)
	return s
}

// maxRefs bounds the references that are followed, since chains can multiply.
const maxRefs = 1000

func (c cluster) follow(refs []reference, s *stack, above []string) {
	for _, ref := range refs {
		found := c.middlewares[ref.id]
		switch {
		case s.broken != "":
			return
		case ref.id == "":
			s.hidden = append(s.hidden, fmt.Sprintf("middleware %s is another provider's", ref.text))
		case len(found) == 0:
			s.hidden = append(s.hidden, fmt.Sprintf("Middleware %s is not in the input; if it does not exist, every request is answered 404", ref.text))
		case len(found) > 1:
			s.hidden = append(s.hidden, fmt.Sprintf("%s and %s have one name within Traefik, %s: either may hold", found[0].ID(), found[1].ID(), ref.id))
		default:
			c.one(found[0], s, above)
		}
	}
}

func (c cluster) one(o *manifest.Object, s *stack, above []string) {
	from := o.ID().String()
	if s.steps++; s.steps > maxRefs || slices.Contains(above, from) {
		s.broken = from + " is a chain that contains itself, or too many others"
		return
	}
	held := kindsOf(o)
	spec := o.At("spec")
	switch {
	case len(held) == 0:
		s.broken = from + " has no kind of middleware"
	case len(held) > 1:
		s.broken = fmt.Sprintf("%s has %s and %s in one object", from, held[0], held[1])
	case held[0] == "chain":
		c.follow(c.listRefs(o.ID().Namespace, spec.At("chain", "middlewares")), s, append(above, from))
	case held[0] == "retry":
		r, problem := readRetry(spec.At("retry"), from, c.is37)
		if problem != "" {
			s.broken = from + ": " + problem
			return
		}
		s.retries = append(s.retries, r)
	case held[0] == "buffering" && spec.At("buffering", "retryExpression").Text() != "":
		s.hidden = append(s.hidden, from+" retries requests with a body by an expression, which is not read")
	case held[0] == "plugin":
		s.hidden = append(s.hidden, from+" is a plugin")
	}
}

// kindsOf gives the kinds of middleware that an object holds.
func kindsOf(o *manifest.Object) []string {
	var held []string
	for _, k := range kinds {
		if v := o.At("spec", k); v.Exists() && !v.IsNull() {
			held = append(held, k)
		}
	}
	return held
}
