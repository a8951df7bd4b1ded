package istio

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/protobuf/encoding/protojson"

	"retryctl.dev/golden/conformance/envoy"
)

// outcome says in sorted lines what becomes of a request on a route beside
// retries and timeouts: where it goes, by what path and with which headers. The
// header named key is left out.
func outcome(r *routev3.Route, q envoy.Request, key string) string {
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	headers := func(where string, add []*corev3.HeaderValueOption, remove []string) {
		for _, h := range add {
			if name := strings.ToLower(h.GetHeader().GetKey()); name != strings.ToLower(key) {
				// Istio hands a % of an HTTPRoute on as it is; in a VirtualService it is escaped.
				say("%s %s %s: %s", where, h.GetAppendAction(), name, strings.ReplaceAll(h.GetHeader().GetValue(), "%%", "%"))
			}
		}
		for _, name := range remove {
			say("%s without %s", where, strings.ToLower(name))
		}
	}
	headers("request", r.GetRequestHeadersToAdd(), r.GetRequestHeadersToRemove())
	headers("response", r.GetResponseHeadersToAdd(), r.GetResponseHeadersToRemove())
	for name, config := range r.GetTypedPerFilterConfig() {
		text, err := protojson.Marshal(config)
		say("filter %s %s %v", name, spaces.ReplaceAllString(string(text), ""), err)
	}
	switch action := r.GetAction().(type) {
	case *routev3.Route_DirectResponse:
		say("answered with %d", action.DirectResponse.GetStatus())
	case *routev3.Route_Redirect:
		say("sent to %s", location(action.Redirect, r.GetMatch(), q))
	case *routev3.Route_Route:
		a := action.Route
		for _, c := range a.GetWeightedClusters().GetClusters() {
			if c.GetWeight().GetValue() > 0 {
				say("to %s weight %d", c.GetName(), c.GetWeight().GetValue())
				headers("request to "+c.GetName(), c.GetRequestHeadersToAdd(), c.GetRequestHeadersToRemove())
				headers("response of "+c.GetName(), c.GetResponseHeadersToAdd(), c.GetResponseHeadersToRemove())
			}
		}
		if name := a.GetCluster(); name != "" {
			say("to %s", name)
		}
		path := q.Path
		if to := a.GetPrefixRewrite(); to != "" {
			path = replaced(r.GetMatch(), path, to)
		}
		if to := a.GetRegexRewrite(); to != nil {
			path = substituted(to.GetPattern().GetRegex(), to.GetSubstitution(), path)
		}
		say("path %s host %s%v", path, a.GetHostRewriteLiteral(), a.GetAutoHostRewrite().GetValue())
		for _, m := range a.GetRequestMirrorPolicies() {
			say("mirrored to %s %v", m.GetCluster(), m.GetRuntimeFraction().GetDefaultValue())
		}
	}
	slices.Sort(lines)
	return spaces.ReplaceAllString(strings.Join(lines, "\n"), " ")
}

var spaces = regexp.MustCompile(`[ \t]+`)

// replaced puts a text in place of what a match matched of a path.
func replaced(m *routev3.RouteMatch, path, to string) string {
	for _, prefix := range []string{m.GetPath(), m.GetPathSeparatedPrefix(), m.GetPrefix()} {
		if prefix != "" {
			return to + strings.TrimPrefix(path, prefix)
		}
	}
	return to // a regular expression matches all of it
}

var back = regexp.MustCompile(`\\(\d)`)

func substituted(expression, to, path string) string {
	re, err := regexp.Compile(expression)
	if err != nil {
		return "not a regular expression: " + expression
	}
	return re.ReplaceAllString(path, back.ReplaceAllString(strings.ReplaceAll(to, "$", "$$"), "$${$1}"))
}

// location is the target of a redirect.
func location(r *routev3.RedirectAction, m *routev3.RouteMatch, q envoy.Request) string {
	path := q.Path
	switch to := r.GetPathRewriteSpecifier().(type) {
	case *routev3.RedirectAction_PathRedirect:
		path = to.PathRedirect
	case *routev3.RedirectAction_PrefixRewrite:
		path = replaced(m, path, to.PrefixRewrite)
	case *routev3.RedirectAction_RegexRewrite:
		path = substituted(to.RegexRewrite.GetPattern().GetRegex(), to.RegexRewrite.GetSubstitution(), path)
	}
	scheme := r.GetSchemeRedirect()
	if r.GetHttpsRedirect() {
		scheme = "https"
	}
	return fmt.Sprintf("%s://%s:%d%s %s", scheme, or(r.GetHostRedirect(), q.Host), r.GetPortRedirect(), path, r.GetResponseCode())
}
