package envoygateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// A Translation is what Envoy Gateway makes of a world.
type Translation struct {
	// Routes are the route configurations of every Gateway, in order of name.
	Routes []*routev3.RouteConfiguration
	// Clusters are those of all Gateways by name.
	Clusters map[string]*clusterv3.Cluster
	// Conditions are what it says about routes and policies.
	Conditions []Condition
	// Refused is why there is nothing; empty where there is something.
	Refused string
}

// A Condition is one of the status of an object: "HTTPRoute shop/checkout".
type Condition struct{ Object, Type, Status, Reason, Message string }

// Cluster gives the cluster that a route sends requests to; the first one where
// it has several, which Envoy Gateway gives the same settings.
func (t Translation) Cluster(r *routev3.Route) *clusterv3.Cluster {
	name := r.GetRoute().GetCluster()
	if several := r.GetRoute().GetWeightedClusters().GetClusters(); len(several) > 0 {
		name = several[0].GetName()
	}
	return t.Clusters[name]
}

// output is the part of egctl's answer that is read.
type output struct {
	XDS map[string]struct {
		Configs []struct {
			DynamicActiveClusters []struct{ Cluster json.RawMessage }
			DynamicRouteConfigs   []struct{ RouteConfig json.RawMessage }
		}
	}
	HTTPRoutes             []withStatus
	GRPCRoutes             []withStatus
	BackendTrafficPolicies []withStatus
}

type withStatus struct {
	Kind     string
	Metadata struct{ Name, Namespace string }
	Status   struct {
		Parents, Ancestors []struct{ Conditions []Condition }
	}
}

// read sorts the answer of a run into its worlds, whose namespaces get back their
// names.
func read(text []byte, worlds int) ([]Translation, error) {
	all := make([]Translation, worlds)
	for n := range all {
		all[n].Clusters = map[string]*clusterv3.Cluster{}
	}
	var out output
	if err := json.Unmarshal(text, &out); err != nil {
		return nil, fmt.Errorf("read egctl's answer: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(out.XDS)) {
		n, ok := worldOf(name)
		if !ok {
			continue
		}
		for _, config := range out.XDS[name].Configs {
			for _, c := range config.DynamicActiveClusters {
				cluster := &clusterv3.Cluster{}
				if err := parse(c.Cluster, n, cluster); err != nil {
					return nil, err
				}
				all[n].Clusters[cluster.GetName()] = cluster
			}
			for _, r := range config.DynamicRouteConfigs {
				routes := &routev3.RouteConfiguration{}
				if err := parse(r.RouteConfig, n, routes); err != nil {
					return nil, err
				}
				all[n].Routes = append(all[n].Routes, routes)
			}
		}
	}
	for _, o := range slices.Concat(out.HTTPRoutes, out.GRPCRoutes, out.BackendTrafficPolicies) {
		n, ok := worldOf(o.Metadata.Namespace)
		if !ok {
			continue
		}
		for _, parent := range slices.Concat(o.Status.Parents, o.Status.Ancestors) {
			for _, c := range parent.Conditions {
				c.Object = fmt.Sprintf("%s %s/%s", o.Kind, strings.TrimPrefix(o.Metadata.Namespace, space(n)), o.Metadata.Name)
				all[n].Conditions = append(all[n].Conditions, c)
			}
		}
	}
	return all, nil
}

func worldOf(name string) (n int, ok bool) {
	_, err := fmt.Sscanf(name, "world%03d-", &n)
	return n, err == nil
}

func parse(text []byte, n int, into proto.Message) error {
	text = bytes.ReplaceAll(text, []byte(space(n)), nil)
	options := protojson.UnmarshalOptions{DiscardUnknown: true, Resolver: lenient{}}
	if err := options.Unmarshal(text, into); err != nil {
		return fmt.Errorf("read Envoy's configuration: %w", err)
	}
	return nil
}

// lenient takes the settings of extensions, such as how a load balancer chooses,
// for messages without fields: nothing here looks into them.
type lenient struct{}

func (lenient) FindMessageByName(protoreflect.FullName) (protoreflect.MessageType, error) {
	return (&routev3.RouteMatch_GrpcRouteMatchOptions{}).ProtoReflect().Type(), nil
}

func (l lenient) FindMessageByURL(string) (protoreflect.MessageType, error) {
	return l.FindMessageByName("")
}

func (lenient) FindExtensionByName(protoreflect.FullName) (protoreflect.ExtensionType, error) {
	return nil, protoregistry.NotFound
}

func (lenient) FindExtensionByNumber(protoreflect.FullName, protoreflect.FieldNumber) (protoreflect.ExtensionType, error) {
	return nil, protoregistry.NotFound
}
