package dataplane

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"retryctl.dev/golden/conformance/backend"
	"retryctl.dev/golden/conformance/binaries"
	"retryctl.dev/golden/conformance/envoy"
	eg "retryctl.dev/golden/conformance/envoygateway"
	"retryctl.dev/golden/conformance/input"
	"retryctl.dev/golden/conformance/planted"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/envoygateway"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong"
	"retryctl.dev/translators/traefik"
)

// plant gives the inputs with one fault each. Every input has its fault's number
// for a name.
func plant(t *testing.T, g gateway.Target, name, own string, list []planted.Fault) (objects []Objects, places [][]Place) {
	t.Helper()
	cases, err := input.Golden(goldenCases)
	if err != nil {
		t.Fatal(err)
	}
	for n, m := range list {
		at := slices.IndexFunc(cases, func(c input.Input) bool { return c.Name == m.Golden })
		if at < 0 {
			t.Fatalf("fault %q: no case %s", m.Name, m.Golden)
		}
		result, _ := cases[at].Run(g, nil)
		all, changed := m.Plant(cases[at].Plan.World.With(result.Objects...).All())
		if !changed {
			var text bytes.Buffer
			manifest.WriteYAML(&text, result.Objects)
			t.Fatalf("fault %q changes nothing of\n%s", m.Name, text.String())
		}
		site := fmt.Sprintf("%s-%d", m.Golden, n)
		ps := Places(name, own, site, cases[at].Plan.World, result)
		if len(ps) == 0 {
			t.Fatalf("fault %q: the case has no place", m.Name)
		}
		objects, places = append(objects, Objects{site, manifest.NewSet(all)}), append(places, ps)
	}
	return objects, places
}

// score tells which faults were found, and fails for those that were not.
func score(t *testing.T, gateway string, list []planted.Fault, found []bool) {
	n := 0
	for i, m := range list {
		if found[i] {
			n++
		} else {
			t.Errorf("%s: %q in %s makes nothing fail", gateway, m.Name, m.Golden)
		}
	}
	t.Logf("%s: %d of %d planted faults were found", gateway, n, len(list))
	measured.AddScore(planted.Score{Gateway: gateway, Found: n, Planted: len(list)})
}

// nonePlanted skips the faults of a gateway that is not there, and says so in the
// table.
func nonePlanted(t *testing.T, gateway string, why error) {
	t.Helper()
	measured.AddScore(planted.Score{Gateway: gateway, Why: why.Error()})
	t.Skip(why)
}

func TestEveryFaultInEnvoyGatewaysObjectsIsFound(t *testing.T) {
	t.Parallel()
	egctl, err := eg.Find("../.cache")
	if err != nil {
		nonePlanted(t, "Envoy Gateway", err)
	}
	list := envoyGatewayFaults()
	all := slices.Clone(list)
	for _, c := range planted.Cases(list) {
		all = append(all, planted.None(c))
	}
	objects, places := plant(t, envoygateway.Gateway{}, "Envoy Gateway", "gateway.envoyproxy.io", all)
	var worlds []eg.World
	for _, o := range objects {
		worlds = append(worlds, eg.NewWorld(o.World.All()))
	}
	made, err := eg.Translate(t.Context(), egctl, worlds)
	if err != nil {
		t.Fatal(err)
	}
	found := make([]bool, len(list))
	for n, m := range made {
		difference := judged(m, places[n])
		switch {
		case n < len(list):
			found[n] = difference != ""
		case difference != "":
			t.Errorf("%s without a fault: %s", all[n].Golden, difference)
		}
	}
	score(t, "Envoy Gateway", list, found)
}

// judged gives how Envoy's configuration differs from what was predicted.
func judged(made eg.Translation, places []Place) string {
	if made.Refused != "" {
		return made.Refused
	}
	for _, p := range places {
		for _, method := range p.Methods.Each() {
			m := behavior.ParseMethod(method)
			e, ok := p.Effect(m)
			if !ok || m == behavior.CONNECT {
				continue
			}
			q := envoy.Request{Host: p.Request.Host, Path: p.Request.Path, Method: method, Headers: map[string]string{}}
			for name, value := range p.Request.Header {
				q.Headers[strings.ToLower(name)] = value
			}
			if len(made.Routes) == 0 || envoy.Find(made.Routes[0], q) == nil {
				return "no route"
			}
			r := envoy.Find(made.Routes[0], q)
			said, is := e.For(m), envoy.Behavior(r, made.Cluster(r)).For(m)
			is.Bodies, is.NextBackend = said.Bodies, said.NextBackend // which the configuration of a route does not say
			if said.MaxRetries == behavior.Is(0) && is.MaxRetries == said.MaxRetries {
				said.Backoff = is.Backoff
			}
			if said != is {
				return fmt.Sprintf("%s: %+v is predicted, and is %+v", method, said, is)
			}
		}
	}
	return ""
}

// ran gives for each input whether a data plane contradicts what was predicted.
func ran(t *testing.T, plane DataPlane, rig Rig, places [][]Place) []bool {
	found := make([]bool, len(places))
	var all sync.WaitGroup
	for n, ps := range places {
		all.Go(func() {
			one := rig
			one.Results = &Results{}
			for _, p := range ps {
				p.Methods &= behavior.GET | behavior.PUT | behavior.POST
				one.Tries(t.Context(), p)
			}
			found[n] = len(one.Results.Failures()) > 0
		})
	}
	all.Wait()
	for n, ps := range places { // what shows in the waits alone, one after the other
		for _, p := range ps {
			if !found[n] {
				one := rig
				one.Results = &Results{}
				one.AllWaits(t.Context(), []Place{p})
				found[n] = len(one.Results.Failures()) > 0
			}
		}
	}
	return found
}

func TestEveryFaultInTraefiksObjectsIsFound(t *testing.T) {
	t.Parallel()
	everyFaultIsFound(t, "Traefik", "traefik.io", traefik.Gateway{}, traefikFaults(), []string{"basic", "jitter"}, binaries.Traefik, StartTraefik)
}

func TestEveryFaultInKongsObjectsIsFound(t *testing.T) {
	t.Parallel()
	everyFaultIsFound(t, "Kong", "configuration.konghq.com", kong.Gateway{}, kongFaults(), []string{"kong-annotation", "timeout-of-a-try"}, binaries.Nginx, StartNginx)
}

// everyFaultIsFound runs a data plane with faults, and with some cases without one. Own is
// the group of the gateway's filters, find gives what start starts.
func everyFaultIsFound(t *testing.T, name, own string, g gateway.Target, list []planted.Fault, clean []string,
	find func(cache string) (string, error), start func(string, *backend.Backend, []Objects) (DataPlane, error)) {
	t.Helper()
	program, err := find("../.cache")
	if err != nil {
		nonePlanted(t, name, err)
	}
	all := slices.Clone(list)
	for _, c := range clean {
		all = append(all, planted.None(c))
	}
	objects, places := plant(t, g, name, own, all)
	b := startBackend(t)
	plane, err := start(program, b, objects)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	found := ran(t, plane, Rig{Plane: plane, Backend: b}, places)
	if slices.Contains(found[len(list):], true) {
		t.Errorf("a case without a fault fails: %v", found)
	}
	score(t, name, list, found[:len(list)])
}
