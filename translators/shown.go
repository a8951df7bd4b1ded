package translators

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// Shown gives the names of the gateways that the objects of a world show a policy to
// be for: by the classes of the Gateways and Ingresses that its targets hang on, by
// kinds that only one gateway has, and by annotations where nothing else says it. Where
// it gives none, why says what is not known.
func (all Gateways) Shown(p *schema.RetryPolicy, world *manifest.Set) (names []string, why string) {
	l := look{all: all.And(nil), world: world}
	for _, ref := range p.Spec.TargetRefs {
		id := manifest.ID{Group: ref.Group, Kind: ref.Kind, Namespace: resolve.PolicyID(p).Namespace, Name: ref.Name}
		if o := world.Get(id); o != nil {
			l.object(o)
		} else if !l.found(func(s gateway.Signs) bool { return slices.Contains(s.Groups, id.Group) }) {
			l.missing("%s is not in the input", id)
		}
	}
	return l.names, l.why
}

// Serving gives the names of the gateways that the objects of a world show to serve one of
// them; where it gives none, why says what is not known.
func (all Sources) Serving(o *manifest.Object, world *manifest.Set) (names []string, why string) {
	l := look{all: all, world: world}
	l.object(o)
	return l.names, l.why
}

// SignsOf gives the names of the gateways that an object is for by itself: by its API
// group, and by annotations that only they read.
func (all Sources) SignsOf(id manifest.ID, v manifest.Value) []string {
	l := look{all: all}
	l.group(id)
	l.annotations(v)
	return l.names
}

// A look gathers what a world shows.
type look struct {
	all   Sources
	world *manifest.Set
	names []string
	why   string // the first thing that is not known
}

func (l *look) missing(format string, args ...any) {
	if l.why == "" {
		l.why = fmt.Sprintf(format, args...)
	}
}

// found takes the gateways that have a sign, and tells whether there are any.
func (l *look) found(has func(gateway.Signs) bool) bool {
	any := false
	for _, g := range l.all {
		p := g.Profile()
		if !has(p.Signs) {
			continue
		}
		if any = true; !slices.Contains(l.names, p.Name) {
			l.names = append(l.names, p.Name)
		}
	}
	return any
}

func (l *look) group(id manifest.ID) bool {
	return l.found(func(s gateway.Signs) bool { return slices.Contains(s.Groups, id.Group) })
}

func (l *look) annotations(v manifest.Value) {
	for key := range v.At("metadata", "annotations").Fields() {
		l.found(func(s gateway.Signs) bool {
			return slices.ContainsFunc(s.Annotations, func(prefix string) bool { return strings.HasPrefix(key.Text(), prefix) })
		})
	}
}

func (l *look) object(o *manifest.Object) {
	before := len(l.names)
	switch {
	case l.group(o.ID()):
		return
	case o.Is(route.Group, "Gateway"):
		l.class(o)
	case o.Is(route.Group, "HTTPRoute"), o.Is(route.Group, "GRPCRoute"):
		l.parents(o)
	case o.Is("networking.k8s.io", "Ingress"):
		l.ingress(o)
	case o.Is("", "Service"):
		l.service(o)
	}
	if len(l.names) == before {
		l.annotations(o.Root())
	}
}

// parents looks at the Gateways of a route.
func (l *look) parents(o *manifest.Object) {
	ids, _ := resolve.ParentRefs(o)
	for _, id := range ids {
		switch parent := l.world.Get(id); {
		case id.Kind == "Service":
			l.missing("%s is for the mesh of %s", o.ID(), id)
		case l.group(id):
		case parent == nil:
			l.missing("%s is not in the input", id)
		default:
			l.class(parent)
		}
	}
	if len(ids) == 0 {
		l.missing("%s is attached to no Gateway", o.ID())
	}
}

// class looks at the GatewayClass of a Gateway.
func (l *look) class(parent *manifest.Object) {
	name := parent.At("spec", "gatewayClassName").Text()
	for _, o := range l.world.Kind(route.Group, "GatewayClass") {
		if o.ID().Name != name {
			continue
		}
		controller := o.At("spec", "controllerName").Text()
		if !l.found(func(s gateway.Signs) bool { return slices.Contains(s.GatewayControllers, controller) }) {
			l.missing("the controller %q of GatewayClass %s is not known", controller, name)
		}
		return
	}
	if !l.found(func(s gateway.Signs) bool { return slices.Contains(s.GatewayClasses, name) }) {
		l.missing("GatewayClass %s of %s is not in the input", name, parent.ID())
	}
}

// ingress looks at the class of an Ingress: its own, or the one that is the default.
func (l *look) ingress(o *manifest.Object) {
	name := o.At("spec", "ingressClassName").Text()
	if name == "" {
		name, _ = o.Annotation("kubernetes.io/ingress.class")
	}
	for _, class := range l.world.Kind("networking.k8s.io", "IngressClass") {
		usual, _ := class.Annotation("ingressclass.kubernetes.io/is-default-class")
		if class.ID().Name != name && (name != "" || usual != "true") {
			continue
		}
		controller := class.At("spec", "controller").Text()
		if !l.found(func(s gateway.Signs) bool { return slices.Contains(s.IngressControllers, controller) }) {
			l.missing("the controller %q of IngressClass %s is not known", controller, class.ID().Name)
		}
		return
	}
	switch {
	case l.found(func(s gateway.Signs) bool { return slices.Contains(s.IngressClasses, name) }):
	case name == "":
		l.missing("%s has no class", o.ID())
	default:
		l.missing("IngressClass %s of %s is not in the input", name, o.ID())
	}
}

// service looks at the routes that lead to a Service.
func (l *look) service(o *manifest.Object) {
	any := false
	for _, other := range l.world.All() {
		ids, _ := resolve.ParentRefs(other)
		if slices.Contains(route.Backends(other, -1), o.ID()) || slices.Contains(ids, o.ID()) {
			any = true
			l.object(other)
		}
	}
	if !any {
		l.missing("no route in the input leads to %s", o.ID())
	}
}
