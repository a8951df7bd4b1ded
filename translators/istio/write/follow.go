package write

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio/api"
)

// followers are what names an http route of a VirtualService that is to be split.
type followers struct {
	vs       *manifest.Object
	name     string
	policies gateway.Followers
	// lists are the routes that Argo Rollouts shift the weights of.
	lists []rolloutList
}

// A rolloutList is where a Rollout names a VirtualService.
type rolloutList struct {
	rollout *manifest.Object
	at      int // in virtualServices; -1 for virtualService
}

func (l rolloutList) entry(rollout *manifest.Object) manifest.Value {
	istio := rollout.At("spec", "strategy", "canary", "trafficRouting", "istio")
	if l.at < 0 {
		return istio.At("virtualService")
	}
	return istio.At("virtualServices").Index(l.at)
}

// followersOf finds what names an http route, or says why it must not be split. The
// intent is one whose requests the http route serves.
func (t *translation) followersOf(c change) (followers, error) {
	h := c.VS.At("spec", "http").Index(c.HTTP)
	f := followers{vs: c.VS, name: h.At("name").Text()}
	i := c.intent
	i.Object, i.Rule, i.Name = c.VS, c.HTTP, f.name
	var err error
	if f.policies, err = t.edits.Followers(i); err != nil {
		return f, err
	}
	for _, o := range t.plan.World.Kind("argoproj.io", "Rollout") {
		for _, l := range rolloutLists(o, c.VS) {
			entry := l.entry(o)
			names := entry.At("routes")
			whole := c.VS.At("spec", "http").Len() == 1 && names.Len() == 0 && entry.At("tlsRoutes").Len() == 0 && entry.At("tcpRoutes").Len() == 0
			switch {
			case whole && f.name == "":
				return f, fmt.Errorf("%s shifts the weights of its one http route, and cannot tell two apart that have no names", o.ID())
			case whole, f.name != "" && slices.ContainsFunc(texts(names), func(n string) bool { return n == f.name }):
				f.lists = append(f.lists, l)
			}
		}
	}
	if o := t.patched(f.name); o != nil {
		return f, fmt.Errorf("%s changes the configuration of the route of that name", o.ID())
	}
	return f, nil
}

// rolloutLists gives the places where a Rollout names a VirtualService: by its name, or
// with the namespace behind it.
func rolloutLists(o, vs *manifest.Object) (list []rolloutList) {
	istio := o.At("spec", "strategy", "canary", "trafficRouting", "istio")
	is := func(entry manifest.Value) bool {
		name, namespace, _ := strings.Cut(entry.At("name").Text(), ".")
		if namespace == "" {
			namespace = o.ID().Namespace
		}
		return name == vs.ID().Name && namespace == vs.ID().Namespace
	}
	if is(istio.At("virtualService")) {
		list = append(list, rolloutList{o, -1})
	}
	for n, entry := range istio.At("virtualServices").Items() {
		if is(entry) {
			list = append(list, rolloutList{o, n})
		}
	}
	return list
}

func texts(list manifest.Value) (all []string) {
	for _, v := range list.Items() {
		all = append(all, v.Text())
	}
	return all
}

// patched gives an EnvoyFilter that is for routes of a name: Envoy's have those of the
// http routes that they are made of.
func (t *translation) patched(name string) *manifest.Object {
	for _, o := range t.plan.World.Kind(api.Group, "EnvoyFilter") {
		for _, patch := range o.At("spec", "configPatches").Items() {
			if n := patch.At("match", "routeConfiguration", "vhost", "route", "name").Text(); n != "" && n == name {
				return o
			}
		}
	}
	return nil
}

// follow has all of them name the new http route too.
func (t *translation) follow(f followers, part string) {
	for _, l := range f.lists {
		entry := l.entry(t.edits.Of(l.rollout))
		if !entry.At("routes").IsList() || entry.At("routes").Len() == 0 {
			entry.Put("routes", []string{f.name})
		}
		if !slices.Contains(texts(entry.At("routes")), part) {
			entry.At("routes").Append(part)
		}
	}
	f.policies.Name([]string{part}, &t.out)
}

// flagged gives the Canary for which Flagger makes an object, and writes it anew
// whenever it differs: a VirtualService of the Service's name, and DestinationRules for
// its two versions (Flagger 1.36 pkg/router/istio.go).
func (t *translation) flagged(id manifest.ID) *manifest.Object {
	for _, o := range t.plan.World.Kind("flagger.app", "Canary") {
		name := o.At("spec", "service", "name").Text()
		if name == "" {
			name = o.At("spec", "targetRef", "name").Text()
		}
		names := []string{name}
		if id.Kind == "DestinationRule" {
			names = []string{name + "-primary", name + "-canary"}
		}
		provider := o.At("spec", "provider").Text() // of the mesh, if it is not said here
		if slices.Contains(names, id.Name) && o.ID().Namespace == id.Namespace && (provider == "" || provider == "istio") {
			return o
		}
	}
	return nil
}

// flagger refuses what Flagger would take back.
func (t *translation) flagger(id manifest.ID, intents []resolve.Intent) (refused bool) {
	o := t.flagged(id)
	if o == nil {
		return false
	}
	t.refuse(intents, finding.CannotEdit, fmt.Sprintf("%s is made by Flagger for %s, which takes every change back", id, o.ID()),
		"Flagger compares it with the Canary and writes it anew (Flagger 1.36 pkg/router/istio.go)", finding.Do("say it in the Canary: spec.service.retries, timeout and trafficPolicy"))
	return true
}
