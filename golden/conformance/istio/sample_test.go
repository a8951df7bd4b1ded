package istio

import (
	"regexp/syntax"
	"slices"
	"strings"

	"retryctl.dev/golden/conformance/envoy"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
)

// samples gives requests to hosts that try out the matches of a route: each path,
// the paths below and beside it, each set of conditions and none, every method.
func samples(o *manifest.Object, hosts []string) []envoy.Request {
	paths, conditions := []string{"/", "/elsewhere"}, []manifest.Value{manifest.Map()}
	for _, rule := range o.At("spec", "rules").Items() {
		for _, m := range rule.At("matches").Items() {
			paths = append(paths, pathsOf(o, m)...)
			conditions = append(conditions, m)
		}
	}
	var list []envoy.Request
	slices.Sort(paths)
	for _, path := range slices.Compact(paths) {
		for n, c := range conditions {
			if n > 0 && c.At("headers").Len() == 0 && c.At("queryParams").Len() == 0 {
				continue
			}
			q := envoy.Request{Path: path, Headers: valuesOf(c.At("headers"), strings.ToLower), Query: valuesOf(c.At("queryParams"), strings.Clone)}
			if o.ID().Kind == "GRPCRoute" {
				q.Headers["content-type"] = "application/grpc"
			}
			for _, q.Host = range hosts {
				for _, q.Method = range behavior.AllMethods.Each() {
					if o.ID().Kind != "GRPCRoute" || q.Method == "POST" {
						list = append(list, q)
					}
				}
			}
		}
	}
	return list
}

// samplesOfVirtualService is samples for the http routes of a VirtualService.
func samplesOfVirtualService(o *manifest.Object, s gateway.Settings) []envoy.Request {
	paths, headers, queries := []string{"/", "/elsewhere"}, []map[string]string{{}}, []map[string]string{{}}
	for _, h := range o.At("spec", "http").Items() {
		for _, m := range h.At("match").Items() {
			if path := wordOf(m.At("uri")); path != "" {
				paths = append(paths, path, path+"beside", strings.TrimSuffix(path, "/")+"/below")
			}
			if m.At("headers").Len() > 0 {
				headers = append(headers, wordsOf(m.At("headers")))
			}
			if m.At("queryParams").Len() > 0 {
				queries = append(queries, wordsOf(m.At("queryParams")))
			}
		}
	}
	var list []envoy.Request
	for _, host := range o.At("spec", "hosts").Items() {
		name := strings.Replace(host.Text(), "*", "some", 1)
		if !strings.Contains(name, ".") {
			name += "." + o.ID().Namespace + ".svc." + s.ClusterDomain
		}
		for _, path := range paths {
			for _, h := range headers {
				for _, q := range queries {
					for _, method := range behavior.AllMethods.Each() {
						list = append(list, envoy.Request{Host: name, Path: path, Method: method, Headers: h, Query: q})
					}
				}
			}
		}
	}
	return list
}

// wordOf gives a text that a match of a VirtualService lets through.
func wordOf(m manifest.Value) string {
	for kind, v := range m.Fields() {
		if kind.Text() == "regex" {
			return example(v.Text())
		}
		return v.Text()
	}
	return ""
}

func wordsOf(m manifest.Value) map[string]string {
	words := map[string]string{}
	for name, v := range m.Fields() {
		words[strings.ToLower(name.Text())] = wordOf(v)
	}
	return words
}

// hostsFor gives hosts that a route is for: its names, and where it has wildcards
// or none one host that nothing else names, and those that others name.
func hostsFor(o *manifest.Object, world *manifest.Set) []string {
	own := textsOf(o.At("spec", "hostnames"))
	if len(own) == 0 {
		own = []string{"*"}
	}
	var hosts []string
	for _, name := range own {
		suffix, wild := strings.CutPrefix(name, "*")
		if !wild {
			hosts = append(hosts, name)
			continue
		}
		hosts = append(hosts, "some"+or(suffix, ".elsewhere"))
		for _, other := range namedHosts(world) {
			if strings.HasSuffix(other, suffix) {
				hosts = append(hosts, other)
			}
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// namedHosts gives the hosts that routes and VirtualServices name in full.
func namedHosts(world *manifest.Set) (hosts []string) {
	for _, o := range world.All() {
		for _, name := range append(textsOf(o.At("spec", "hostnames")), textsOf(o.At("spec", "hosts"))...) {
			if strings.Contains(name, ".") && !strings.HasPrefix(name, "*") {
				hosts = append(hosts, name)
			}
		}
	}
	return hosts
}

func textsOf(list manifest.Value) (texts []string) {
	for _, v := range list.Items() {
		texts = append(texts, v.Text())
	}
	return texts
}

func pathsOf(o *manifest.Object, m manifest.Value) []string {
	if o.ID().Kind == "GRPCRoute" {
		service, method := or(m.At("method", "service").Text(), "any.Service"), or(m.At("method", "method").Text(), "Any")
		if m.At("method", "type").Text() == "RegularExpression" {
			service, method = example(service), example(method)
		}
		return []string{"/" + service + "/" + method, "/" + service + "/Other", "/" + service + "x/" + method}
	}
	path := or(m.At("path", "value").Text(), "/")
	if m.At("path", "type").Text() == "RegularExpression" {
		path = example(path)
	}
	base := strings.TrimSuffix(path, "/")
	return []string{path, base + "/", base + "/below", base + "beside"}
}

func valuesOf(list manifest.Value, fold func(string) string) map[string]string {
	values := map[string]string{}
	for _, c := range list.Items() {
		name, value := fold(c.At("name").Text()), c.At("value").Text()
		if c.At("type").Text() == "RegularExpression" {
			value = example(value)
		}
		if _, ok := values[name]; !ok {
			values[name] = value
		}
	}
	return values
}

// example gives a text that a regular expression matches.
func example(expression string) string {
	re, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return expression
	}
	return one(re)
}

func one(re *syntax.Regexp) (text string) {
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		return string(re.Rune[0])
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "x"
	case syntax.OpRepeat:
		return strings.Repeat(one(re.Sub[0]), re.Min)
	case syntax.OpAlternate, syntax.OpPlus:
		return one(re.Sub[0])
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			text += one(sub)
		}
	}
	return text
}
