package route

import "strings"

// A PathKind says how a match compares the path of a request.
type PathKind string

// The kinds. Prefixes are of whole elements. The path of a gRPC request is its service and
// its method.
const (
	Exact       PathKind = "Exact"
	Prefix      PathKind = "PathPrefix"
	Pattern     PathKind = "RegularExpression"
	GRPCExact   PathKind = "grpc Exact"
	GRPCPattern PathKind = "grpc RegularExpression"
)

// A Path is what a match asks of the path of a request.
type Path struct {
	Kind PathKind
	// Value is what the path is compared with. Of a gRPC method it is "service/method",
	// and each of the two may be empty, which is any.
	Value string
}

// AnyPath is the prefix that every path has.
func AnyPath() Path { return Path{Prefix, "/"} }

// GRPC gives the service and the method that are asked for, and whether it is a path of
// these.
func (p Path) GRPC() (service, method string, is bool) {
	service, method, _ = strings.Cut(p.Value, "/")
	return service, method, strings.HasPrefix(string(p.Kind), "grpc ")
}

// String gives the kind and, if it has one, the value.
func (p Path) String() string { return strings.TrimSuffix(string(p.Kind)+" "+p.Value, " ") }

// pathOf gives a path. A prefix is one of whole elements, so that /a and /a/ are the same
// prefix; as exact paths they are two.
func pathOf(kind PathKind, value string) Path {
	if kind == Prefix && len(value) > 1 {
		value = strings.TrimSuffix(value, "/")
	}
	return Path{kind, value}
}
