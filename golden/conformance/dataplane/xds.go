package dataplane

import (
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

// FromProto gives what a control plane made of an input. Settings of extensions
// come out empty, which those for retries are anyway.
func FromProto(name string, routes []*routev3.RouteConfiguration, clusters map[string]*clusterv3.Cluster) (XDS, error) {
	x := XDS{Name: name}
	for _, r := range routes {
		v, err := values(r)
		if err != nil {
			return x, fmt.Errorf("write routes of %s: %w", name, err)
		}
		x.Routes = append(x.Routes, v)
	}
	for _, c := range slices.Sorted(maps.Keys(clusters)) {
		v, err := values(clusters[c])
		if err != nil {
			return x, fmt.Errorf("write cluster %s of %s: %w", c, name, err)
		}
		x.Clusters = append(x.Clusters, v)
	}
	return x, nil
}

// AtGateway names the site of a case behind one of several Gateways, "shop/edge".
func AtGateway(name, gateway string) string {
	return name + "@" + strings.ReplaceAll(gateway, "/", "_")
}

func values(m proto.Message) (v any, err error) {
	text, err := protojson.MarshalOptions{Resolver: hollow{}}.Marshal(m)
	if err != nil {
		return nil, err
	}
	return v, json.Unmarshal(text, &v)
}

// hollow takes every extension's message for one without fields.
type hollow struct{}

func (hollow) FindMessageByName(protoreflect.FullName) (protoreflect.MessageType, error) {
	return (&routev3.RouteMatch_GrpcRouteMatchOptions{}).ProtoReflect().Type(), nil
}

func (h hollow) FindMessageByURL(string) (protoreflect.MessageType, error) {
	return h.FindMessageByName("")
}

func (hollow) FindExtensionByName(protoreflect.FullName) (protoreflect.ExtensionType, error) {
	return nil, protoregistry.NotFound
}

func (hollow) FindExtensionByNumber(protoreflect.FullName, protoreflect.FieldNumber) (protoreflect.ExtensionType, error) {
	return nil, protoregistry.NotFound
}
