package dataplane

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"retryctl.dev/golden/conformance/binaries"
	eg "retryctl.dev/golden/conformance/envoygateway"
	"retryctl.dev/golden/conformance/input"
	"retryctl.dev/golden/conformance/planted"
	generate "retryctl.dev/golden/random"
	"retryctl.dev/translators/envoygateway"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio"
	"retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/kong"
	"retryctl.dev/translators/traefik"
)

const goldenCases = "../../cases"

// handover is where Istio's module puts what is run here, and istioScore what it has
// written of its planted faults.
const (
	handover   = "../.cache/handover/istio"
	istioScore = handover + "/planted.score"
)

// measured are the results of all tests; -table writes them as tables.
var (
	measured Results
	pulse    = StartPulse()
	table    = flag.String("table", "", "write what was measured to this `file`, as Markdown")
	random   = flag.Int("random", 0, "random `inputs` beside the golden cases")
	seed     = flag.Uint64("seed", 1, "`seed` of the first random input")
	only     = flag.String("only", "", "`expression` for the names of the cases to run, where not all are")
)

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if *table != "" {
		var text bytes.Buffer
		score, err := planted.ReadScore(istioScore)
		if err != nil {
			score = planted.Score{Gateway: "Istio", Why: err.Error()}
		}
		measured.AddScore(score)
		if err := WriteMarkdown(&text, measured.All(), measured.Scores()); err == nil {
			err = os.WriteFile(*table, text.Bytes(), 0o644)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				code = 2
			}
		}
	}
	os.Exit(code)
}

// leftOut skips a test whose gateway is not there, and says so in the table.
func leftOut(t *testing.T, gateway string, why error) {
	t.Helper()
	measured.Add(Result{Gateway: gateway, Case: "every", Cause: "every", Predicted: "-", Measured: why.Error(), Fine: true})
	t.Skip(why)
}

// translate gives the objects of the golden cases that make sense on a data plane
// with objects, and the places of their policies.
func translate(t *testing.T, g gateway.Target, class, name, own string) (objects []Objects, places []Place) {
	t.Helper()
	for _, in := range inputs(t, class) {
		result, _ := in.Run(g, nil)
		ps := sole(in, Places(name, own, in.Name, in.Plan.World, result))
		if len(ps) > 0 {
			objects, places = append(objects, Objects{in.Name, in.Plan.World.With(result.Objects...)}), append(places, ps...)
		}
	}
	return objects, places
}

// inputs are the golden cases, and random ones whose Gateway is of a class.
func inputs(t *testing.T, class string) []input.Input {
	t.Helper()
	list, err := input.Golden(goldenCases)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(generate.Classes, func(c generate.GatewayClass) bool { return c.Name == class })
	for n := range uint64(*random) {
		in, err := input.Read(fmt.Sprintf("random-%d", *seed+n), generate.InputFor(*seed+n, generate.Classes[at]))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, in)
	}
	wanted := regexp.MustCompile(*only)
	return slices.DeleteFunc(list, func(in input.Input) bool { return !wanted.MatchString(in.Name) })
}

// sole leaves out the places whose request another rule of the input takes as
// well, which golden cases do not have: which one it is depends on the method, and
// with some gateways on the age of routes.
func sole(in input.Input, places []Place) []Place {
	return slices.DeleteFunc(places, func(p Place) bool {
		return strings.HasPrefix(in.Name, "random-") && Objects{in.Name, in.Plan.World}.takers(p.Request) > 1
	})
}

// measure compares everything of the places that can be.
func measure(t *testing.T, rig Rig, places []Place) {
	var all sync.WaitGroup
	for _, p := range places {
		all.Go(func() { rig.Tries(t.Context(), p) })
	}
	all.Wait()
	for _, p := range places {
		all.Go(func() { rig.Keys(t.Context(), p) })
	}
	all.Wait()
	rig.AllWaits(t.Context(), places)
	for _, p := range places {
		if p.limited() {
			all.Go(func() { rig.Limits(t.Context(), p) })
		}
	}
	all.Wait()
	measured.AddAll(rig.Results)
	for _, r := range rig.Results.Failures() {
		t.Errorf("%s, %s, %s with %s: %s was predicted, %s measured (n=%d)", r.Gateway, r.Case, r.Cause, r.Methods, r.Predicted, r.Measured, r.N)
	}
	run, skipped := rig.Results.Counts()
	t.Logf("%d predictions were tried, %d were not", run, skipped)
}

// without leaves the places of some cases out, and says why in the table.
func without(reasons map[string]string, name string, places []Place) []Place {
	return slices.DeleteFunc(places, func(p Place) bool {
		why, ok := reasons[p.Case]
		if ok {
			measured.Add(Result{Gateway: name, Case: p.Case, Cause: "every", Predicted: "-", Measured: why, Fine: true})
		}
		return ok
	})
}

// notInNginx are the cases about what Kong's controller makes of rules, which nginx does
// not have: each rule of the input is one here.
var notInNginx = map[string]string{
	"kong-left-out": "Kong's controller leaves the rule out, and nginx in its place does not",
}

func TestNginxInKongsPlaceDoesWhatReadSays(t *testing.T) {
	t.Parallel()
	const name = "Kong's balancer, for which nginx 1.22 stands in"
	root, err := binaries.Nginx("../.cache")
	if err != nil {
		leftOut(t, name, err)
	}
	objects, places := translate(t, kong.Gateway{}, "kong", name, "configuration.konghq.com")
	places = without(notInNginx, name, places)
	b := startBackend(t)
	plane, err := StartNginx(root, b, objects)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	measure(t, Rig{Plane: plane, Backend: b, Results: &Results{}, Pulse: pulse, NoKeys: "Kong's plugin correlation-id is not in nginx"}, places)
}

func TestTraefikDoesWhatReadSays(t *testing.T) {
	t.Parallel()
	const name = "Traefik " + binaries.TraefikVersion
	binary, err := binaries.Traefik("../.cache")
	if err != nil {
		leftOut(t, name, err)
	}
	objects, places := translate(t, traefik.Gateway{}, "traefik", name, "traefik.io")
	b := startBackend(t)
	plane, err := StartTraefik(binary, b, objects)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	measure(t, Rig{Plane: plane, Backend: b, Results: &Results{}, Pulse: pulse}, places)
}

func TestEnvoyUnderEnvoyGatewayDoesWhatReadSays(t *testing.T) {
	t.Parallel()
	const name = "Envoy Gateway " + eg.Version + ", Envoy " + binaries.EnvoyVersion
	binary, missing := binaries.Envoy("../.cache")
	egctl, err := eg.Find("../.cache")
	if err = errors.Join(missing, err); err != nil {
		leftOut(t, name, err)
	}
	var places []Place
	var worlds []eg.World
	var names []string
	for _, in := range inputs(t, "eg") {
		in.Args = nil // the version is that of egctl
		result, _ := in.Run(envoygateway.Gateway{}, nil)
		if ps := sole(in, Places(name, "gateway.envoyproxy.io", in.Name, in.Plan.World, result)); len(ps) > 0 {
			places, names = append(places, ps...), append(names, in.Name)
			worlds = append(worlds, eg.NewWorld(in.Plan.World.With(result.Objects...).All()))
		}
	}
	made, err := eg.Translate(t.Context(), egctl, worlds)
	if err != nil {
		t.Fatal(err)
	}
	var xds []XDS
	for n, m := range made {
		x, err := FromProto(names[n], m.Routes, m.Clusters)
		if err != nil || m.Refused != "" {
			t.Fatal(names[n], err, m.Refused)
		}
		xds = append(xds, x)
		for k, p := range places {
			if p.Site != names[n] || p.Listener == "" {
				continue
			}
			places[k].Site = fmt.Sprintf("%s-%d", names[n], k)
			through := slices.DeleteFunc(slices.Clone(m.Routes), func(r *routev3.RouteConfiguration) bool { return r.Name != p.Listener })
			if x, err = FromProto(places[k].Site, through, m.Clusters); err != nil {
				t.Fatal(names[n], err)
			}
			xds = append(xds, x)
		}
	}
	b := startBackend(t)
	plane, err := StartEnvoy(binary, b, xds)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	measure(t, Rig{Plane: plane, Backend: b, Results: &Results{}, Pulse: pulse}, places)
}

// TestEnvoyUnderIstioDoesWhatReadSays runs what Istio's module hands over:
// go test -run HandedOver . -handover ../.cache/handover/istio.
func TestEnvoyUnderIstioDoesWhatReadSays(t *testing.T) {
	t.Parallel()
	const name = "Istio 1.31, Envoy " + binaries.EnvoyVersion
	binary, err := binaries.Envoy("../.cache")
	files, _ := filepath.Glob(handover + "/*@*.json")
	if err == nil && len(files) == 0 {
		err = errors.New("no configuration of Istio: the test HandedOver of golden/conformance/istio writes it with -handover ../.cache/handover/istio")
	}
	if err != nil {
		leftOut(t, name, err)
	}
	var places []Place
	var xds []XDS
	for _, in := range inputs(t, "istio") {
		result, settings := in.Run(istio.Gateway{}, nil)
		ps := Places(name, "networking.istio.io", in.Name, in.Plan.World, result)
		if sites := handedOver(t, in.Name); len(sites) > 0 && len(ps) > 0 {
			for n := range ps {
				ps[n].Site = siteOf(ps[n], sites, settings)
			}
			places, xds = append(places, ps...), append(xds, sites...)
		}
	}
	b := startBackend(t)
	plane, err := StartEnvoy(binary, b, xds)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	measure(t, Rig{Plane: plane, Backend: b, Results: &Results{}, Pulse: pulse}, places)
}

// handedOver gives what Istio has for each Gateway of a case; nothing for a case that no
// Gateway serves.
func handedOver(t *testing.T, name string) (sites []XDS) {
	t.Helper()
	files, err := filepath.Glob(handover + "/" + name + "@*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		var x XDS
		text, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(text, &x)
		}
		if err != nil {
			t.Fatal(file, err)
		}
		sites = append(sites, x)
	}
	return sites
}

// siteOf gives the site of the first Gateway that a place's route names, under the name
// that it is mapped to.
func siteOf(p Place, sites []XDS, s gateway.Settings) string {
	for _, parent := range p.Parents {
		if to, ok := s.Mapped(api.Gateways, parent); ok {
			parent = to
		}
		for _, x := range sites {
			if x.Name == AtGateway(p.Case, parent) {
				return x.Name
			}
		}
	}
	return sites[0].Name
}
