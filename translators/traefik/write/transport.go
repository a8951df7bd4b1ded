package write

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/traefik/api"
	"retryctl.dev/translators/traefik/controller"
)

// carriersOf finds the places that refer to a ServersTransport, the Ingresses in
// front of each Service, and the routes that share one of several services.
func (t *translation) carriersOf() map[manifest.ID][]resolve.RuleID {
	carriers := map[manifest.ID][]resolve.RuleID{}
	add := func(ref controller.Reference, at resolve.RuleID) {
		for _, o := range t.Transports[ref.ID] {
			carriers[o.ID()] = append(carriers[o.ID()], at)
		}
	}
	t.Weighted(func(at resolve.RuleID, id manifest.ID, _ manifest.Value) { carriers[id] = append(carriers[id], at) })
	for _, o := range t.World.All() {
		id := o.ID()
		switch {
		case o.Is(api.Group, "IngressRoute"):
			for n, r := range o.At("spec", "routes").Items() {
				for _, s := range r.At("services").Items() {
					add(t.To(controller.OrElse(s.At("namespace").Text(), id.Namespace), s.At("serversTransport").Text()), resolve.RuleID{ID: id, Rule: n})
				}
			}
		case o.Is(api.Group, "TraefikService"):
			for _, form := range []string{"weighted", "highestRandomWeight"} {
				for _, s := range o.At("spec", form, "services").Items() {
					add(t.To(controller.OrElse(s.At("namespace").Text(), id.Namespace), s.At("serversTransport").Text()), resolve.RuleID{ID: id, Rule: -1})
				}
			}
		case o.Is("networking.k8s.io", "Ingress"):
			for _, v := range controller.IngressBackends(o) {
				service := manifest.ID{Kind: "Service", Namespace: id.Namespace, Name: v.At("name").Text()}
				carriers[service] = append(carriers[service], resolve.RuleID{ID: id, Rule: -1})
				if behind := t.World.Get(service); behind != nil {
					_, name := controller.Annotation(behind, api.ServiceTransport)
					add(controller.Qualified(name), resolve.RuleID{ID: id, Rule: -1})
				}
			}
		}
	}
	return carriers
}

// alike reports whether every place of an object is to get the same timeout.
func (t *translation) alike(id manifest.ID, i resolve.Intent) bool {
	return !slices.ContainsFunc(t.carriers[id], func(at resolve.RuleID) bool { return t.timeouts[at] != i.Want.AttemptTimeout })
}

// putTimeout attaches the timeout of a try to the services behind a rule, and
// reports whether all of them have it. The Services of a Gateway API route have
// no place for one.
func (t *translation) putTimeout(i resolve.Intent) bool {
	if i.Want.AttemptTimeout.State != behavior.Set || i.Object == nil {
		return false
	}
	all := true
	switch {
	case i.Object.Is(api.Group, "IngressRoute") && i.Rule >= 0:
		services := controller.RuleOf(t.edits.Of(i.Object), i.Rule).At("services")
		for _, s := range services.Items() {
			alone := t.Safe || services.Len() == 1 || t.alike(controller.Identity(i.ID().Namespace, s), i)
			all = alone && t.routeService(i, s) && all
		}
	case i.Object.Is("networking.k8s.io", "Ingress"):
		for _, v := range controller.IngressBackends(i.Object) {
			all = t.ingressService(i, v.At("name").Text()) && all
		}
	default:
		return false
	}
	return all
}

// routeService gives a service of an IngressRoute a transport.
func (t *translation) routeService(i resolve.Intent, s manifest.Value) bool {
	name := s.At("name").Text()
	if s.At("kind").Text() == "TraefikService" || strings.Contains(name, "@") {
		return false
	}
	namespace := controller.OrElse(s.At("namespace").Text(), i.ID().Namespace)
	if namespace != i.ID().Namespace {
		return false // its transport would have to be in the other namespace
	}
	o := t.transportFor(i, t.To(namespace, s.At("serversTransport").Text()), s.At("serversTransport").Text())
	if o != nil && o.Original == nil {
		s.Put("serversTransport", o.ID().Name)
	}
	return o != nil
}

// ingressService gives a Service behind an Ingress a transport, unless another
// Ingress with another timeout sends requests to it as well.
func (t *translation) ingressService(i resolve.Intent, name string) bool {
	id := manifest.ID{Kind: "Service", Namespace: i.ID().Namespace, Name: name}
	service := t.World.Get(id)
	if service == nil {
		t.out.Say(i, finding.NeedsObject, fmt.Sprintf("%s is not in the input; it would get the annotation for the timeout of a try", id), "",
			finding.Give("its manifest", ""))
		return false
	}
	if !t.alike(id, i) {
		return false
	}
	key, named := controller.Annotation(service, api.ServiceTransport)
	o := t.transportFor(i, controller.Qualified(named), named)
	if o != nil && o.Original == nil {
		t.edits.Of(service).Root().Make("metadata", "annotations").Put(key, t.Id(o.ID().Namespace, o.ID().Name)+api.CrdProvider)
	}
	return o != nil
}

// transportFor gives the ServersTransport that carries a timeout: the one that is
// referred to, if no one else uses it, or a new one that has all its settings.
func (t *translation) transportFor(i resolve.Intent, ref controller.Reference, named string) *manifest.Object {
	found := t.Transports[ref.ID]
	if named != "" && len(found) != 1 {
		t.out.Say(i, finding.NeedsObject, fmt.Sprintf("ServersTransport %s is not in the input; it would get the timeout of a try", ref.Text), "",
			finding.Give("its manifest", ""))
		return nil
	}
	if named != "" && t.alike(found[0].ID(), i) {
		o := t.edits.Of(found[0])
		setTimeout(o, i)
		return o
	}
	key := transportKey{i.Policy, i.ID().Namespace, manifest.ID{}}
	spec := manifest.Map()
	if named == "" {
		t.out.Say(i, finding.NeedsSetting, "the new ServersTransport takes the place of the default one",
			"what serversTransport says in Traefik's static configuration does not hold for it", finding.Do("repeat in it what is set there, if anything is"))
	} else if key.model = found[0].ID(); found[0].At("spec").IsMap() {
		spec = found[0].At("spec").Copy()
	}
	o := t.freshTransports[key]
	if o == nil {
		o = manifest.New(api.APIVersion, api.TransportKind, i.Object.RawNamespace(), t.freeName(api.TransportKind, i.ID().Namespace, i.Policy.Metadata.Name))
		o.Root().Put("spec", spec)
		setTimeout(o, i)
		t.freshTransports[key] = o
		t.out.Objects = append(t.out.Objects, o)
	}
	return o
}

// A transportKey is what new ServersTransports of a policy differ in: model is the
// one whose settings it has.
type transportKey struct {
	policy    *schema.RetryPolicy
	namespace string
	model     manifest.ID
}

// setTimeout bounds the wait for response headers, and the time to connect as well
// where that could take longer.
func setTimeout(o *manifest.Object, i resolve.Intent) {
	limit := i.Want.AttemptTimeout.Value
	timeouts := o.Root().Make("spec", "forwardingTimeouts")
	timeouts.Put("responseHeaderTimeout", gateway.Duration(limit))
	if d, problem := controller.DialTimeout(o); problem != "" || d <= 0 || d > limit {
		timeouts.Put("dialTimeout", gateway.Duration(limit))
	}
}
