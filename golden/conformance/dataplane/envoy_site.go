package dataplane

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
)

// site gives the listener and the clusters of an input for one kind of backend.
func (in XDS) site(kind Upstream, addr string) (listener any, clusters []any, err error) {
	if len(in.Routes) == 0 {
		return nil, nil, errors.New("no routes came of it")
	}
	copied, err := clone(in)
	if err != nil {
		return nil, nil, err
	}
	name := in.Name + "|" + string(kind)
	prefix := name + "|"
	// Several route configurations, one for each port, become one.
	routes := copied.Routes[0].(map[string]any)
	var hosts []any
	seen := map[string]bool{}
	for _, r := range copied.Routes {
		for _, each := range field(r.(map[string]any), "virtualHosts", "virtual_hosts").([]any) {
			host := each.(map[string]any)
			domains, _ := json.Marshal(host["domains"])
			if !seen[string(domains)] { // two listeners may serve one host
				host["name"] = fmt.Sprintf("%s-%d", host["name"], len(hosts))
				hosts = append(hosts, host)
			}
			seen[string(domains)] = true
		}
	}
	delete(routes, "virtual_hosts")
	routes["virtualHosts"] = hosts
	rename(routes, prefix)
	for _, each := range copied.Clusters {
		c := each.(map[string]any)
		c["name"] = prefix + c["name"].(string)
		endpoint(c, addr, kind)
		clusters = append(clusters, c)
	}
	return listen(name, routes, in.Listener), clusters, nil
}

// clone makes a deep copy.
func clone(in XDS) (out XDS, err error) {
	text, err := json.Marshal(in)
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(text, &out)
}

// field gives the first of several spellings of a field.
func field(m map[string]any, names ...string) any {
	for _, name := range names {
		if v, ok := m[name]; ok {
			return v
		}
	}
	return []any{}
}

// rename gives the clusters that routes point at the names of this site, and takes out
// what routes set of filters: the only one here is the router, and Envoy refuses an empty
// setting of some others, such as the one for tokens.
func rename(value any, prefix string) {
	switch v := value.(type) {
	case []any:
		for _, each := range v {
			rename(each, prefix)
		}
	case map[string]any:
		delete(v, "typedPerFilterConfig")
		delete(v, "typed_per_filter_config")
		for key, each := range v {
			if name, ok := each.(string); ok && key == "cluster" {
				v[key] = prefix + name
			}
			if key == "weightedClusters" || key == "weighted_clusters" {
				for _, w := range field(each.(map[string]any), "clusters").([]any) {
					weighted := w.(map[string]any)
					weighted["name"] = prefix + weighted["name"].(string)
					delete(weighted, "typedPerFilterConfig")
					delete(weighted, "typed_per_filter_config")
				}
				continue
			}
			rename(each, prefix)
		}
	}
}

// endpoint has a cluster send to one address, whatever it was to discover, over
// HTTP/2 if the backend speaks it.
func endpoint(c map[string]any, addr string, kind Upstream) {
	for _, key := range []string{
		"edsClusterConfig", "eds_cluster_config", "loadAssignment", "load_assignment", "clusterType", "cluster_type",
		"transportSocket", "transport_socket", "transportSocketMatches", "transport_socket_matches",
		"filters", // of Istio's own Envoy, for telemetry
		"loadBalancingPolicy", "load_balancing_policy", "dnsLookupFamily", "dns_lookup_family", "dnsRefreshRate", "dns_refresh_rate", "respectDnsTtl", "respect_dns_ttl",
	} {
		delete(c, key)
	}
	c["type"] = "STATIC"
	c["loadAssignment"] = map[string]any{
		"cluster_name": c["name"],
		"endpoints":    []any{map[string]any{"lb_endpoints": []any{map[string]any{"endpoint": map[string]any{"address": socketAddress(addr)}}}}},
	}
	if kind == Silent {
		delete(c, "connect_timeout")
		c["connectTimeout"] = silentTimeout
	}
	const options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
	if kind == Framed {
		delete(c, "typed_extension_protocol_options")
		c["typedExtensionProtocolOptions"] = map[string]any{options: map[string]any{
			"@type":                "type.googleapis.com/" + options,
			"explicit_http_config": map[string]any{"http2_protocol_options": map[string]any{}},
		}}
	} else {
		delete(c, "typed_extension_protocol_options")
		delete(c, "typedExtensionProtocolOptions")
		delete(c, "http2ProtocolOptions")
		delete(c, "http2_protocol_options")
	}
}

// listen gives a listener with the routes; the connection manager has what Envoy
// Gateway and Istio set of those things that matter to retries.
func listen(name string, routes any, set Listener) any {
	manager := map[string]any{
		"@type":              "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
		"stat_prefix":        "http",
		"use_remote_address": true,
		"route_config":       routes,
		"http_filters":       set.filters(),
		"access_log": []any{map[string]any{
			"name": "envoy.access_loggers.stdout",
			"typed_config": map[string]any{
				"@type":      "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
				"log_format": map[string]any{"text_format_source": map[string]any{"inline_string": accessLog}},
			},
		}},
	}
	if set.Window > 0 {
		manager["http2_protocol_options"] = map[string]any{"initial_stream_window_size": set.Window}
	}
	listener := map[string]any{
		"name":    name,
		"address": socketAddress("127.0.0.1:0"),
		"filter_chains": []any{map[string]any{"filters": []any{map[string]any{
			"name": "envoy.filters.network.http_connection_manager", "typed_config": manager,
		}}}},
	}
	switch set.Buffer {
	case -1:
	case 0:
		listener["per_connection_buffer_limit_bytes"] = bufferLimit
	default:
		listener["per_connection_buffer_limit_bytes"] = set.Buffer
	}
	return listener
}

// filters are those of the connection manager.
func (l Listener) filters() (list []any) {
	const of = "type.googleapis.com/envoy.extensions.filters.http."
	if l.Whole > 0 {
		list = append(list, map[string]any{"name": "envoy.filters.http.buffer", "typed_config": map[string]any{"@type": of + "buffer.v3.Buffer", "max_request_bytes": l.Whole}})
	}
	return append(list, map[string]any{"name": "envoy.filters.http.router", "typed_config": map[string]any{"@type": of + "router.v3.Router"}})
}

func socketAddress(addr string) any {
	host, port, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(port)
	return map[string]any{"socket_address": map[string]any{"address": host, "port_value": n}}
}
