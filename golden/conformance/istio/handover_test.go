package istio

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"retryctl.dev/golden/conformance/dataplane"
)

var handover = flag.String("handover", "", "`folder` into which the Envoy configuration of the golden cases is written, for package dataplane to run")

func makeHandover(t *testing.T) {
	t.Helper()
	if err := os.MkdirAll(*handover, 0o755); err != nil {
		t.Fatal(err)
	}
}

// TestTheConfigurationOfGoldenCasesIsHandedOver writes, for each case, what istiod
// gives the Envoy behind the Gateway of its first route, which package dataplane
// then feeds to a real one.
func TestTheConfigurationOfGoldenCasesIsHandedOver(t *testing.T) {
	if *handover == "" {
		t.Skip("no -handover: nothing is asked to be written")
	}
	makeHandover(t)
	names, texts := cases(t)
	written := 0
	for _, name := range names {
		in := load(t, texts[name])
		world := in.plan.World.With(in.result.Objects...)
		b := build(t, world)
		var doors []door
		for _, i := range in.plan.Intents {
			for _, p := range doorsOf(i, world, in.settings) {
				b.open(p.door)
				if p.kind != "sidecar" && !slices.Contains(doors, p.door) {
					doors = append(doors, p.door)
				}
			}
		}
		if len(doors) == 0 {
			continue
		}
		p := start(t, b.objects).proxy(doors[0])
		routes := p.routes[routesFor(doors[0], gatewayPort)]
		if routes == nil {
			continue
		}
		x, err := dataplane.FromProto(name, []*routev3.RouteConfiguration{routes}, p.clusters)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(*handover, name+".json"), text, 0o644); err != nil {
			t.Fatal(err)
		}
		written++
	}
	if t.Logf("%d cases", written); written < 20 {
		t.Error("too few cases were written")
	}
}
