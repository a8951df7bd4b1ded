package envoy

import (
	"regexp"
	"strings"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	matcherv3 "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
)

// A Request is what routes look at. Header names are in lower case; Path is
// without the query.
type Request struct {
	Host, Method, Path string
	Headers, Query     map[string]string
}

// Find gives the route that a request reaches: the virtual host with the most
// specific domain decides, then the first of its routes that matches. It is nil
// where there is none: Envoy answers 404.
func Find(config *routev3.RouteConfiguration, q Request) *routev3.Route {
	var host *routev3.VirtualHost
	best := -1
	for _, h := range config.GetVirtualHosts() {
		for _, domain := range h.GetDomains() {
			if rank := domainRank(domain, q.Host); rank > best {
				host, best = h, rank
			}
		}
	}
	for _, r := range host.GetRoutes() {
		if Matches(r.GetMatch(), q) {
			return r
		}
	}
	return nil
}

// domainRank orders: the whole name, the longest suffix, the longest prefix, any;
// -1 is no match.
func domainRank(domain, host string) int {
	domain, host = strings.ToLower(domain), strings.ToLower(host)
	switch {
	case domain == host:
		return 1 << 20
	case domain == "*":
		return 0
	case strings.HasPrefix(domain, "*") && strings.HasSuffix(host, domain[1:]) && len(host) >= len(domain):
		return 1<<16 + len(domain)
	case strings.HasSuffix(domain, "*") && strings.HasPrefix(host, domain[:len(domain)-1]) && len(host) >= len(domain):
		return 1<<8 + len(domain)
	}
	return -1
}

// Matches reports whether a request matches.
func Matches(m *routev3.RouteMatch, q Request) bool {
	if m.GetRuntimeFraction() != nil && m.GetRuntimeFraction().GetDefaultValue().GetNumerator() == 0 || !pathMatches(m, q.Path) {
		return false
	}
	if m.GetGrpc() != nil && !strings.HasPrefix(q.Headers["content-type"], "application/grpc") {
		return false
	}
	for _, h := range m.GetHeaders() {
		value, present := q.Headers[strings.ToLower(h.GetName())]
		switch strings.ToLower(h.GetName()) {
		case ":method":
			value, present = q.Method, true
		case ":authority", "host":
			value, present = q.Host, true
		}
		if !headerMatches(h, value, present) {
			return false
		}
	}
	for _, p := range m.GetQueryParameters() {
		value, present := q.Query[p.GetName()]
		switch want := p.GetQueryParameterMatchSpecifier().(type) {
		case *routev3.QueryParameterMatcher_StringMatch:
			present = present && stringMatches(want.StringMatch, value)
		case *routev3.QueryParameterMatcher_PresentMatch:
			present = present == want.PresentMatch
		}
		if !present {
			return false
		}
	}
	return true
}

func pathMatches(m *routev3.RouteMatch, path string) bool {
	fold := func(s string) string {
		if c := m.GetCaseSensitive(); c != nil && !c.GetValue() {
			return strings.ToLower(s)
		}
		return s
	}
	path = fold(path)
	switch want := m.GetPathSpecifier().(type) {
	case *routev3.RouteMatch_Prefix:
		return strings.HasPrefix(path, fold(want.Prefix))
	case *routev3.RouteMatch_Path:
		return path == fold(want.Path)
	case *routev3.RouteMatch_SafeRegex:
		return whole(want.SafeRegex.GetRegex(), path)
	case *routev3.RouteMatch_PathSeparatedPrefix:
		rest, ok := strings.CutPrefix(path, fold(want.PathSeparatedPrefix))
		return ok && (rest == "" || rest[0] == '/')
	}
	return false
}

// headerMatches is one matcher of a header: what is absent matches only where the
// matcher says so, and invert_match turns every answer round.
func headerMatches(h *routev3.HeaderMatcher, value string, present bool) bool {
	if want, ok := h.GetHeaderMatchSpecifier().(*routev3.HeaderMatcher_PresentMatch); ok {
		return (present == want.PresentMatch) != h.GetInvertMatch()
	}
	if !present && !h.GetTreatMissingHeaderAsEmpty() {
		return h.GetInvertMatch()
	}
	match := false
	switch want := h.GetHeaderMatchSpecifier().(type) {
	case *routev3.HeaderMatcher_StringMatch:
		match = stringMatches(want.StringMatch, value)
	case *routev3.HeaderMatcher_ExactMatch:
		match = value == want.ExactMatch
	case *routev3.HeaderMatcher_PrefixMatch:
		match = strings.HasPrefix(value, want.PrefixMatch)
	case *routev3.HeaderMatcher_SuffixMatch:
		match = strings.HasSuffix(value, want.SuffixMatch)
	case *routev3.HeaderMatcher_ContainsMatch:
		match = strings.Contains(value, want.ContainsMatch)
	case *routev3.HeaderMatcher_SafeRegexMatch:
		match = whole(want.SafeRegexMatch.GetRegex(), value)
	case nil:
		match = true // only presence is asked for
	}
	return match != h.GetInvertMatch()
}

func stringMatches(m *matcherv3.StringMatcher, value string) bool {
	fold := func(s string) string { return s }
	if m.GetIgnoreCase() {
		fold = strings.ToLower
	}
	switch want := m.GetMatchPattern().(type) {
	case *matcherv3.StringMatcher_Exact:
		return fold(value) == fold(want.Exact)
	case *matcherv3.StringMatcher_Prefix:
		return strings.HasPrefix(fold(value), fold(want.Prefix))
	case *matcherv3.StringMatcher_Suffix:
		return strings.HasSuffix(fold(value), fold(want.Suffix))
	case *matcherv3.StringMatcher_Contains:
		return strings.Contains(fold(value), fold(want.Contains))
	case *matcherv3.StringMatcher_SafeRegex:
		return whole(want.SafeRegex.GetRegex(), value)
	}
	return false
}

// whole matches a regular expression against all of a text, as Envoy's RE2 does.
func whole(expression, text string) bool {
	re, err := regexp.Compile(`^(?:` + expression + `)$`)
	return err == nil && re.MatchString(text)
}
