package envoygateway

import (
	"maps"
	"slices"
	"strings"

	"retryctl.dev/golden/conformance/envoy"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// Requests gives requests for the routes of a world: for each match of each rule
// requests that fit it with and without what it asks of headers and query
// parameters, to the hosts that are named, with every method.
func Requests(objects []*manifest.Object) []envoy.Request {
	var hosts, paths []string
	headers, queries := []map[string]string{{}}, []map[string]string{{}}
	for _, o := range objects {
		if !o.Is(route.Group, "HTTPRoute") && !o.Is(route.Group, "GRPCRoute") {
			continue
		}
		for _, h := range o.At("spec", "hostnames").Items() {
			hosts = append(hosts, strings.Replace(h.Text(), "*", "any", 1))
		}
		for _, rule := range o.At("spec", "rules").Items() {
			for _, match := range rule.At("matches").Items() {
				paths = append(paths, pathsOf(match)...)
				headers = append(headers, pairs(match.At("headers"), strings.ToLower))
				queries = append(queries, pairs(match.At("queryParams"), func(s string) string { return s }))
			}
		}
	}
	hosts, paths = unique(append(hosts, "elsewhere.example")), unique(append(paths, "/", "/elsewhere"))
	headers, queries = different(headers), different(queries)
	var requests []envoy.Request
	for _, host := range hosts {
		for _, path := range paths {
			for _, h := range headers {
				for _, q := range queries {
					for _, method := range behavior.AllMethods.Each() {
						requests = append(requests, envoy.Request{Host: host, Method: method, Path: path, Headers: h, Query: q})
					}
				}
			}
		}
	}
	return requests
}

func pathsOf(match manifest.Value) []string {
	if grpc := match.At("method"); grpc.IsMap() {
		return []string{"/" + grpc.At("service").Text() + "/" + grpc.At("method").Text()}
	}
	value := match.At("path", "value").Text()
	if match.At("path", "type").Text() == "RegularExpression" || value == "" {
		return nil
	}
	return []string{value, strings.TrimSuffix(value, "/") + "/below", value + "beside"}
}

func pairs(list manifest.Value, fold func(string) string) map[string]string {
	m := map[string]string{}
	for _, v := range list.Items() {
		m[fold(v.At("name").Text())] = v.At("value").Text()
	}
	return m
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// different gives the mappings that differ and, for each two of them, both in one,
// since a request may fit several matches at once.
func different(list []map[string]string) []map[string]string {
	var all []map[string]string
	add := func(m map[string]string) {
		if len(all) < 12 && !slices.ContainsFunc(all, func(other map[string]string) bool { return maps.Equal(m, other) }) {
			all = append(all, m)
		}
	}
	for _, m := range list {
		add(m)
	}
	for _, a := range list {
		for _, b := range list {
			both := maps.Clone(a)
			maps.Copy(both, b)
			add(both)
		}
	}
	return all
}
