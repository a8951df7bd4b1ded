package istio

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/log"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	metadatafake "k8s.io/client-go/metadata/fake"
	k8stesting "k8s.io/client-go/testing"

	"retryctl.dev/golden/conformance/envoy"
	"retryctl.dev/schema/manifest"
)

func TestMain(m *testing.M) {
	for _, scope := range log.Scopes() {
		scope.SetOutputLevel(log.NoneLevel)
	}
	os.Exit(m.Run())
}

// An istiod is Istio's control plane over one world.
type istiod struct {
	server  *xds.FakeDiscoveryServer
	proxies map[entry]*proxy
	nacks   []string // configuration that Envoy refuses
}

// A proxy is the configuration that istiod gives one Envoy.
type proxy struct {
	routes   map[string]*routev3.RouteConfiguration
	clusters map[string]*clusterv3.Cluster
	made     map[string]bool // of which objects its routes were made
}

const gatewayPort = 80

// start runs istiod over objects; those of other systems are left out.
func start(t *testing.T, objects []*manifest.Object) *istiod {
	t.Helper()
	var configs, kubernetes []string
	for _, o := range objects {
		text := &bytes.Buffer{}
		if err := o.WriteYAML(text); err != nil {
			t.Fatal(err)
		}
		switch group := o.ID().Group; {
		case group == "networking.istio.io":
			configs = append(configs, text.String())
		case group == "gateway.networking.k8s.io" && o.ID().Kind != "BackendTLSPolicy", group == "" && slices.Contains([]string{"Service", "Namespace", "Pod"}, o.ID().Kind):
			kubernetes = append(kubernetes, text.String())
		}
	}
	parsed, unknown, err := crd.ParseInputs(strings.Join(configs, "\n---\n"))
	if err != nil || len(unknown) > 0 {
		t.Fatalf("istiod does not take the world: %v %v", err, unknown)
	}
	for n := range parsed {
		parsed[n].Domain = "cluster.local" // by which short names are made long
	}
	return &istiod{proxies: map[entry]*proxy{}, server: xds.NewFakeDiscoveryServer(t, xds.FakeOptions{
		Configs:                parsed,
		KubernetesObjectString: strings.Join(kubernetes, "\n---\n"),
		KubeClientModifier:     withBundle,
	})}
}

// withBundle gives the CRDs the version of the Gateway API, without which Istio
// leaves GRPCRoutes alone.
func withBundle(c kube.Client) {
	metadata := c.Metadata().(*metadatafake.FakeMetadataClient)
	metadata.PrependReactor("create", "customresourcedefinitions", func(a k8stesting.Action) (bool, runtime.Object, error) {
		if crd, ok := a.(k8stesting.CreateAction).GetObject().(*metav1.PartialObjectMetadata); ok {
			crd.Annotations = map[string]string{"gateway.networking.k8s.io/bundle-version": "v1.6.3"}
		}
		return false, nil, nil
	})
}

// proxy gives the configuration of the Envoy behind an entry.
func (i *istiod) proxy(d entry) *proxy {
	if p := i.proxies[d]; p != nil {
		return p
	}
	node := &model.Proxy{Type: model.Router, ConfigNamespace: d.namespace, IPAddresses: []string{"127.0.0.9"}, ID: "proxy." + d.namespace}
	switch d.kind {
	case "sidecar":
		node.Type, node.IPAddresses = model.SidecarProxy, []string{"127.0.0.8"}
	case "classic":
		node.Labels = classicLabels(d.namespace, d.name)
	case "kubernetes":
		node.Labels = kubernetesLabels(d.name)
	}
	node.Metadata = &model.NodeMetadata{Namespace: d.namespace, Labels: node.Labels, IstioVersion: "1.31.0", ClusterID: "Kubernetes"}
	node = i.server.SetupProxy(node)
	p := &proxy{map[string]*routev3.RouteConfiguration{}, map[string]*clusterv3.Cluster{}, map[string]bool{}}
	for _, r := range i.server.Routes(node) {
		if err := r.ValidateAll(); err != nil {
			i.nacks = append(i.nacks, fmt.Sprintf("Envoy refuses the routes %s of %v: %v", r.GetName(), d, err))
		}
		p.routes[r.GetName()] = r
		for _, host := range r.GetVirtualHosts() {
			for _, each := range host.GetRoutes() {
				p.made[source(each)] = true
			}
		}
	}
	for _, c := range i.server.Clusters(node) {
		if err := c.ValidateAll(); err != nil {
			i.nacks = append(i.nacks, fmt.Sprintf("Envoy refuses the cluster %s of %v: %v", c.GetName(), d, err))
		}
		p.clusters[c.GetName()] = c
	}
	i.proxies[d] = p
	return p
}

func classicLabels(namespace, name string) map[string]string {
	return map[string]string{"classic": namespace + "." + name}
}

func kubernetesLabels(name string) map[string]string {
	return map[string]string{"gateway.networking.k8s.io/gateway-name": name}
}

// find gives the route that a request reaches, nil where Envoy answers 404, and
// reports whether anything is known of the host at all.
func (p *proxy) find(d entry, port int, q envoy.Request) (r *routev3.Route, known bool) {
	config := p.routes[routesFor(d, port)]
	for _, host := range config.GetVirtualHosts() {
		for _, domain := range host.GetDomains() {
			known = known || domain == "*" && !strings.HasPrefix(host.GetName(), "blackhole") && host.GetName() != "allow_any" ||
				strings.EqualFold(domain, q.Host) || strings.HasPrefix(domain, "*.") && strings.HasSuffix(q.Host, domain[1:])
		}
	}
	return envoy.Find(config, q), known
}

// routesFor names the routes of an entry, on a port.
func routesFor(d entry, port int) string {
	if d.kind == "sidecar" {
		return fmt.Sprint(port)
	}
	return fmt.Sprintf("http.%d", gatewayPort)
}

// source tells what istiod made a route of.
func source(r *routev3.Route) string {
	return r.GetMetadata().GetFilterMetadata()["istio"].GetFields()["config"].GetStringValue()
}

// clusterOf gives a cluster; for a subset that no DestinationRule defines, which
// Envoy answers 503 for, the one of its host, whose limits are what is said.
func (p *proxy) clusterOf(name string) *clusterv3.Cluster {
	if c := p.clusters[name]; c != nil {
		return c
	}
	parts := strings.Split(name, "|")
	if len(parts) == 4 && parts[2] != "" {
		parts[2] = ""
	}
	return p.clusters[strings.Join(parts, "|")]
}

// nowhere is what istiod writes for a backend that a route may not name; Envoy
// answers 500.
const nowhere = "UnknownService"

// clustersOf gives the clusters that a route sends requests to.
func (p *proxy) clustersOf(r *routev3.Route) (names []string) {
	action := r.GetRoute()
	if name := action.GetCluster(); name != "" && name != nowhere {
		return []string{name}
	}
	for _, c := range action.GetWeightedClusters().GetClusters() {
		if c.GetWeight().GetValue() > 0 && c.GetName() != nowhere {
			names = append(names, c.GetName())
		}
	}
	return names
}
