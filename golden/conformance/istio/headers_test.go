package istio

import (
	"strings"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/protobuf/proto"

	"retryctl.dev/golden/conformance/envoy"
	"retryctl.dev/schema/behavior"
	translator "retryctl.dev/translators/envoy"
)

// sends reports whether an effect is for requests to a cluster: one of several
// destinations whose headers differ is named in the rule.
func sends(e behavior.Effect, cluster string) bool {
	_, to, some := strings.Cut(e.Rule, " to ")
	return !some || strings.HasSuffix(cluster, "|"+to)
}

// doesWithHeaders gives what Envoy does with requests that a route sends to one of its
// clusters, with the request headers that istiod has it set for them: some are a retry
// policy. What they come to is read by the code that dataplane's test of headers holds
// against a running Envoy.
func doesWithHeaders(r *routev3.Route, name string, cluster *clusterv3.Cluster) behavior.Effect {
	var h translator.RequestHeaders
	change := func(remove []string, options []*corev3.HeaderValueOption) {
		c := translator.Changes{Remove: remove, From: "the route"}
		for _, o := range options {
			pair := [2]string{o.GetHeader().GetKey(), o.GetHeader().GetValue()}
			switch o.GetAppendAction() {
			case corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD:
				c.Set = append(c.Set, pair)
			default: // istiod writes no other
				c.Add = append(c.Add, pair)
			}
		}
		translator.Change(&h, c)
	}
	for _, c := range r.GetRoute().GetWeightedClusters().GetClusters() {
		if c.GetName() == name {
			change(c.GetRequestHeadersToRemove(), c.GetRequestHeadersToAdd())
		}
	}
	change(r.GetRequestHeadersToRemove(), r.GetRequestHeadersToAdd())
	if h.Empty() {
		return envoy.Behavior(r, cluster)
	}
	r = proto.Clone(r).(*routev3.Route)
	given := r.GetRoute().GetRetryPolicy()
	p := translator.Policy{Codes: []int{}}
	if given == nil {
		r.GetRoute().RetryPolicy = &routev3.RetryPolicy{} // for its waits
	} else {
		p.Words = strings.Split(given.GetRetryOn(), ",")
		if n := given.GetNumRetries(); n != nil {
			p.Retries = behavior.Is(int(n.GetValue()))
		}
		for _, code := range given.GetRetriableStatusCodes() {
			p.Codes = append(p.Codes, int(code))
		}
	}
	e := envoy.Behavior(r, cluster)
	p.Read(&e, h)
	e.Behavior = e.Behavior.Normal()
	return e
}
