// Package controller is what Traefik's providers make of the objects around routes, for
// those who read configuration and those who write it: routers with their rules and
// priorities, and what references to middlewares and transports come to.
package controller

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/traefik/api"
)

// A Cluster is a world as Traefik's providers see it.
type Cluster struct {
	naming
	World *manifest.Set
	// Is37 says that the target has what came with Traefik 3.7: retries by status,
	// and middlewares on services.
	Is37 bool
	// Refuses says that a body above maxRequestBodyBytes is answered 413, whatever the
	// method, as 3.7.0 to 3.7.5 do.
	Refuses bool
	// GRPC says that it has GRPCRoutes, which came with 3.2.
	GRPC bool
	// across says that routes may name what stands in other namespaces.
	across                  bool
	Middlewares, Transports map[string][]*manifest.Object // by id
	// Forms are the ways in which a Service is referred to beside others.
	Forms map[manifest.ID][]string
}

// NewCluster reads a world as the providers do.
func NewCluster(world *manifest.Set, s gateway.Settings) Cluster {
	c := Cluster{
		naming: namingOf(s), World: world, Is37: s.Version.AtLeast(3, 7), Refuses: refuses(s.Version),
		GRPC: s.Version.AtLeast(3, 2), across: s.On(api.AcrossNamespaces),
		Middlewares: map[string][]*manifest.Object{}, Transports: map[string][]*manifest.Object{}, Forms: map[manifest.ID][]string{},
	}
	for _, o := range world.Kind(api.Group, api.Kind) {
		id := c.Id(o.ID().Namespace, o.ID().Name)
		c.Middlewares[id] = append(c.Middlewares[id], o)
	}
	for _, o := range world.Kind(api.Group, api.TransportKind) {
		id := c.Id(o.ID().Namespace, o.ID().Name)
		c.Transports[id] = append(c.Transports[id], o)
	}
	if !c.Safe {
		c.Weighted(func(_ resolve.RuleID, id manifest.ID, s manifest.Value) {
			form := s.At("serversTransport").Text()
			for _, m := range s.At("middlewares").Items() {
				form += " " + m.At("namespace").Text() + "/" + m.At("name").Text()
			}
			if !slices.Contains(c.Forms[id], form) {
				c.Forms[id] = append(c.Forms[id], form)
			}
		})
	}
	return c
}

// refuses: of 3.7 without a patch the newest is meant.
func refuses(v gateway.Version) bool {
	patch, known := v.Patch()
	return v.AtLeast(3, 7) && !v.AtLeast(3, 8) && known && patch < 6
}

// Weighted visits every reference to a Service that stands beside others. Without
// safeNaming Traefik takes those with one identity for the same, and lets the last
// one hold for all (v3.7.13 pkg/provider/kubernetes/crd/kubernetes_http.go:706).
func (c Cluster) Weighted(visit func(at resolve.RuleID, id manifest.ID, s manifest.Value)) {
	for _, o := range c.World.Kind(api.Group, "IngressRoute") {
		for n, r := range o.At("spec", "routes").Items() {
			for _, s := range r.At("services").Items() {
				if r.At("services").Len() > 1 {
					visit(resolve.RuleID{ID: o.ID(), Rule: n}, Identity(o.ID().Namespace, s), s)
				}
			}
		}
	}
	for _, o := range c.World.Kind(api.Group, "TraefikService") {
		for _, form := range []string{"weighted", "highestRandomWeight"} {
			for _, s := range o.At("spec", form, "services").Items() {
				visit(resolve.RuleID{ID: o.ID(), Rule: -1}, Identity(o.ID().Namespace, s), s)
			}
		}
	}
}

// Identity is what such a reference is known by.
func Identity(namespace string, s manifest.Value) manifest.ID {
	return manifest.ID{Kind: "port " + s.At("port").Text() + " of", Namespace: OrElse(s.At("namespace").Text(), namespace), Name: s.At("name").Text()}
}

// RuleOf gives the part of an object that is one router or several alike: a rule
// of a route, a route of an IngressRoute, an Ingress as a whole.
func RuleOf(o *manifest.Object, rule int) manifest.Value {
	switch o.ID().Kind {
	case "HTTPRoute", "GRPCRoute":
		return o.At("spec", "rules").Index(rule)
	case "IngressRoute":
		return o.At("spec", "routes").Index(rule)
	}
	return o.Root()
}

// RouterRefs gives the middlewares of a router, the outermost first. A filter
// that Traefik does not have makes every request fail; unsupported names it.
func (c Cluster) RouterRefs(o *manifest.Object, rule manifest.Value) (refs []Reference, unsupported string) {
	switch o.ID().Kind {
	case "HTTPRoute", "GRPCRoute":
		return c.FilterRefs(o, rule.At("filters"))
	case "IngressRoute":
		return c.ListRefs(o.ID().Namespace, rule.At("middlewares")), ""
	}
	_, list := Annotation(o, api.RouterMiddlewares)
	return QualifiedList(list), ""
}

// ListRefs reads a list of middlewares with name and, maybe, namespace.
func (c Cluster) ListRefs(namespace string, list manifest.Value) []Reference {
	var refs []Reference
	for _, m := range list.Items() {
		refs = append(refs, c.To(OrElse(m.At("namespace").Text(), namespace), m.At("name").Text()))
	}
	return refs
}

// FilterRefs reads filters. Those that Traefik builds a middleware of by itself
// do not retry (v3.7.13 pkg/provider/kubernetes/gateway/httproute.go:394).
func (c Cluster) FilterRefs(o *manifest.Object, filters manifest.Value) (refs []Reference, unsupported string) {
	for _, f := range filters.Items() {
		name, ours := Extension(f)
		switch kind := f.At("type").Text(); {
		case ours:
			refs = append(refs, c.To(o.ID().Namespace, name))
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

// Extension gives the name of the Middleware that a filter refers to.
func Extension(filter manifest.Value) (name string, ok bool) {
	ref := filter.At("extensionRef")
	ok = filter.At("type").Text() == "ExtensionRef" && ref.At("group").Text() == api.Group && ref.At("kind").Text() == api.Kind
	return ref.At("name").Text(), ok
}

// OrElse gives a text, or another one where it is empty.
func OrElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// A Stack is what a list of references comes to.
type Stack struct {
	Retries []Retry // the outermost first
	// Hidden are what cannot be seen from here, and might retry.
	Hidden []string
	// Missing are the Middlewares among them that are not in the input.
	Missing []string
	// Broken says why the router is not built: it answers every request with 404.
	Broken string
	steps  int
}

// Resolve follows references into chains.
func (c Cluster) Resolve(refs []Reference) Stack {
	var s Stack
	c.follow(refs, &s, nil)
	return s
}

// maxRefs bounds the references that are followed, since chains can multiply.
const maxRefs = 1000

func (c Cluster) follow(refs []Reference, s *Stack, above []string) {
	for _, ref := range refs {
		found := c.Middlewares[ref.ID]
		switch {
		case s.Broken != "":
			return
		case ref.ID == "":
			s.Hidden = append(s.Hidden, fmt.Sprintf("middleware %s is another provider's", ref.Text))
		case len(found) == 0:
			s.Missing = append(s.Missing, ref.Text)
			s.Hidden = append(s.Hidden, fmt.Sprintf("Middleware %s is not in the input; if it does not exist, every request is answered 404", ref.Text))
		case len(found) > 1:
			s.Hidden = append(s.Hidden, fmt.Sprintf("%s and %s have one name within Traefik, %s: either may hold", found[0].ID(), found[1].ID(), ref.ID))
		default:
			c.one(found[0], s, above)
		}
	}
}

func (c Cluster) one(o *manifest.Object, s *Stack, above []string) {
	from := o.ID().String()
	if s.steps++; s.steps > maxRefs || slices.Contains(above, from) {
		s.Broken = from + " is a chain that contains itself, or too many others"
		return
	}
	kinds := KindsOf(o)
	spec := o.At("spec")
	switch {
	case len(kinds) == 0:
		s.Broken = from + " has no kind of middleware"
	case len(kinds) > 1:
		s.Broken = fmt.Sprintf("%s has %s and %s in one object", from, kinds[0], kinds[1])
	case kinds[0] == "chain":
		c.follow(c.ListRefs(o.ID().Namespace, spec.At("chain", "middlewares")), s, append(above, from))
	case kinds[0] == "retry":
		r, problem := readRetry(spec.At("retry"), from, c.Is37)
		if problem != "" {
			s.Broken = from + ": " + problem
			return
		}
		s.Retries = append(s.Retries, r)
	case kinds[0] == "buffering" && spec.At("buffering", "retryExpression").Text() != "":
		s.Hidden = append(s.Hidden, from+" retries requests with a body by an expression, which is not read")
	case kinds[0] == "plugin":
		s.Hidden = append(s.Hidden, from+" is a plugin")
	}
}

// KindsOf gives the kinds of middleware that an object holds.
func KindsOf(o *manifest.Object) []string {
	var kinds []string
	for _, k := range api.Kinds {
		if v := o.At("spec", k); v.Exists() && !v.IsNull() {
			kinds = append(kinds, k)
		}
	}
	return kinds
}
