package survey

import (
	"regexp"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/precedence"
)

// A Request narrows a survey down to the rules that serve it; what is empty may be
// anything. Its headers and query parameters are not known: where a rule asks for some, it
// may serve the request, and so may the one that does if they are not there.
type Request struct {
	Host, Path string
	Methods    behavior.Methods
}

// of gives the effects for the methods of a request.
func (q Request) of(effects []behavior.Effect) []behavior.Effect {
	if q.Methods == 0 {
		return effects
	}
	var list []behavior.Effect
	for _, e := range effects {
		if e.Methods &= q.Methods; e.Methods != 0 {
			list = append(list, e)
		}
	}
	return list
}

// serves gives what tells whether a rule that a reader reads may serve the request.
func (s *surveying) serves(r *reader) func(resolve.Intent) bool {
	q := s.Request
	if q.Host == "" || q.Path == "" { // then any rule may be the first that takes it
		return func(i resolve.Intent) bool { return takes(i, q) }
	}
	methods := q.Methods
	if methods == 0 {
		methods = behavior.AllMethods
	}
	first := first(s.world, r, precedence.Request{Host: strings.ToLower(q.Host), Path: q.Path}, methods)
	return func(i resolve.Intent) bool {
		switch o := i.Object; {
		case !takes(i, q):
			return false
		case o.Is("networking.istio.io", "VirtualService"):
			return methods&^taken(o, i.Rule, q.Path) != 0
		case o.ID().Group == route.Group:
			conditional := slices.ContainsFunc(route.RuleAt(o, i.Rule).Matches, func(m route.Match) bool { return m.Conditions != "" })
			return conditional || first[resolve.RuleID{ID: o.ID(), Rule: i.Rule}]
		}
		return len(first) == 0 || first[resolve.RuleID{ID: i.ID(), Rule: i.Rule}]
	}
}

// first gives the rules that serve a request without headers by the order of a gateway, or
// of the Gateway API where it has none of its own.
func first(world *manifest.Set, r *reader, q precedence.Request, methods behavior.Methods) map[resolve.RuleID]bool {
	var table *precedence.Table
	if own, ok := r.source.Gateway.(gateway.Orderer); ok {
		table = own.Order(world, r.settings)
	} else {
		table = precedence.New(precedence.Standard().Routes(world))
	}
	list := map[resolve.RuleID]bool{}
	for _, entry := range table.Entries() {
		for _, name := range methods.Each() {
			for _, place := range table.Serving(entry, q, behavior.ParseMethod(name)) {
				list[place] = true
			}
		}
	}
	return list
}

// taken gives the methods with which requests on a path go to http routes of a
// VirtualService before one of them, whatever else they have.
func taken(vs *manifest.Object, before int, path string) (methods behavior.Methods) {
	for n, http := range vs.At("spec", "http").Items() {
		if n >= before {
			break
		}
		if http.At("match").Len() == 0 {
			return behavior.AllMethods
		}
		for _, m := range http.At("match").Items() {
			if only, plain := plainMatch(m); plain && virtual(manifest.Map("match", manifest.List(m)), path) {
				methods |= only
			}
		}
	}
	return methods
}

// plainMatch reports whether a match asks for a path and a method at most, and gives the
// methods that it takes.
func plainMatch(m manifest.Value) (methods behavior.Methods, plain bool) {
	methods = behavior.AllMethods
	for key, v := range m.Fields() {
		switch key.Text() {
		case "name", "uri":
		case "method":
			if methods = behavior.ParseMethod(v.At("exact").Text()); methods == 0 {
				return 0, false
			}
		default:
			return 0, false
		}
	}
	return methods, true
}

func takes(i resolve.Intent, q Request) bool {
	switch o := i.Object; {
	case o.ID().Group == route.Group:
		return hosted(o.At("spec", "hostnames"), q.Host) && slices.ContainsFunc(route.RuleAt(o, i.Rule).Matches, func(m route.Match) bool { return onPath(m.Path, q.Path) })
	case o.Is("networking.istio.io", "VirtualService"):
		return hosted(o.At("spec", "hosts"), q.Host) && virtual(o.At("spec", "http").Index(i.Rule), q.Path)
	case o.Is("networking.k8s.io", "Ingress"):
		return ingress(o, q)
	}
	return true // a rule in a language of its own
}

// hosted reports whether a list of hostnames has one; an empty list has any.
func hosted(names manifest.Value, host string) bool {
	if host == "" || names.Len() == 0 {
		return true
	}
	for _, v := range names.Items() {
		if name := strings.ToLower(v.Text()); name == "*" || route.Covers(name, strings.ToLower(host)) {
			return true
		}
	}
	return false
}

func onPath(p route.Path, path string) bool {
	if path == "" {
		return true
	}
	switch p.Kind {
	case route.Exact:
		return p.Value == path
	case route.Prefix:
		return below(path, p.Value)
	case route.Pattern:
		return matches(p.Value, path)
	}
	return true
}

// below reports whether a path is a prefix's, element by element.
func below(path, prefix string) bool {
	prefix = strings.TrimSuffix(prefix, "/")
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

// matches reports whether a regular expression takes a whole path; one that Go does not
// read may.
func matches(expression, path string) bool {
	re, err := regexp.Compile("^(?:" + expression + ")$")
	return err != nil || re.MatchString(path)
}

func virtual(http manifest.Value, path string) bool {
	if path == "" || http.At("match").Len() == 0 {
		return true
	}
	for _, m := range http.At("match").Items() {
		uri := m.At("uri")
		switch {
		case uri.At("exact").Exists() && uri.At("exact").Text() != path:
		case uri.At("prefix").Exists() && !strings.HasPrefix(path, uri.At("prefix").Text()):
		case uri.At("regex").Exists() && !matches(uri.At("regex").Text(), path):
		default:
			return true
		}
	}
	return false
}

func ingress(o *manifest.Object, q Request) bool {
	if o.At("spec", "defaultBackend").Exists() {
		return true
	}
	for _, rule := range o.At("spec", "rules").Items() {
		if host := rule.At("host"); host.Exists() && q.Host != "" && !route.Covers(host.Text(), q.Host) {
			continue
		}
		for _, p := range rule.At("http", "paths").Items() {
			written := p.At("path").Text()
			switch kind := p.At("pathType").Text(); {
			case q.Path == "", kind == "Prefix" && below(q.Path, written), kind == "Exact" && written == q.Path,
				kind == "ImplementationSpecific" || kind == "":
				return true
			}
		}
	}
	return false
}
