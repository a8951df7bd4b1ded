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
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

var handover = flag.String("handover", "", "`folder` into which the Envoy configuration of the golden cases is written, for package dataplane to run")

func makeHandover(t *testing.T) {
	t.Helper()
	if err := os.MkdirAll(*handover, 0o755); err != nil {
		t.Fatal(err)
	}
}

// TestTheConfigurationOfGoldenCasesIsHandedOver writes, for each case, what istiod
// gives the Envoy behind each Gateway of its routes, which package dataplane then feeds
// to a real one.
func TestTheConfigurationOfGoldenCasesIsHandedOver(t *testing.T) {
	if *handover == "" {
		t.Skip("no -handover: nothing is asked to be written")
	}
	makeHandover(t)
	names, texts := cases(t)
	written := 0
	for _, name := range names {
		in := load(t, texts[name])
		var intents []resolve.Intent // with those of rules that send to a policy's Service
		for _, p := range in.result.Rules {
			intents = append(intents, *p.Intent)
		}
		if handOver(t, name, in.plan.World.With(in.result.Objects...), intents, in.settings) > 0 {
			written++
		}
	}
	if t.Logf("%d cases", written); written < 20 {
		t.Error("too few cases were written")
	}
}

// TestTheConfigurationOfHeadersIsHandedOver writes what istiod makes of the cases of
// headers that Envoy takes for a retry policy.
func TestTheConfigurationOfHeadersIsHandedOver(t *testing.T) {
	if *handover == "" {
		t.Skip("no -handover: nothing is asked to be written")
	}
	makeHandover(t)
	for n, c := range dataplane.IstioHeaderCases() {
		in := load(t, []byte(c.Objects))
		if handOver(t, dataplane.HeadersName(n), in.plan.World, in.plan.Bystanders(), in.settings) != 1 {
			t.Errorf("%s: one Gateway has its routes, and its configuration was not written", c.About)
		}
	}
}

// handOver writes the configuration of each Gateway by which requests that intents are
// about come in, in the place of what an earlier run wrote, and gives how many there are.
func handOver(t *testing.T, name string, world *manifest.Set, intents []resolve.Intent, s gateway.Settings) (written int) {
	t.Helper()
	old, err := filepath.Glob(filepath.Join(*handover, name+"@*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range old {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	b := build(t, world)
	var entries []entry
	for _, i := range intents {
		for _, p := range entriesOf(i, world, s) {
			b.open(p.entry)
			if p.kind != "sidecar" && !slices.Contains(entries, p.entry) {
				entries = append(entries, p.entry)
			}
		}
	}
	if len(entries) == 0 {
		return 0
	}
	d := start(t, b.objects)
	for _, at := range entries {
		p := d.proxy(at)
		routes := p.routes[routesFor(at, gatewayPort)]
		if routes == nil {
			continue
		}
		site := dataplane.AtGateway(name, at.namespace+"/"+at.name)
		x, err := dataplane.FromProto(site, []*routev3.RouteConfiguration{routes}, p.clusters)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(*handover, site+".json"), text, 0o644); err != nil {
			t.Fatal(err)
		}
		written++
	}
	return written
}
