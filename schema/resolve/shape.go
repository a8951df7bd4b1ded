package resolve

import (
	"fmt"
	"strconv"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// A Shape is the parts of the objects of a kind that retryctl looks into and writes to:
// mappings, and with [] behind a name lists of mappings, with a number in it of so many at
// most; of a list with the number in round brackets only the length matters.
type Shape struct {
	Group, Kind string
	Parts       []string
}

// Shapes are those of kinds that only one gateway has. With them Resolve also tells which
// of these objects are not what their kinds should be.
type Shapes []Shape

// shared are the shapes of what policies can target. The lengths are those of Gateway API 1.6.3 (apis/v1/httproute_types.go, grpcroute_types.go,
// shared_types.go).
var shared = Shapes{
	{route.Group, "HTTPRoute", []string{
		"spec.parentRefs[32]", "spec.hostnames(16)", "spec.rules[16].matches[64].path", "spec.rules[].matches[].headers[16]",
		"spec.rules[].matches[].queryParams[16]", "spec.rules[].filters[16]", "spec.rules[].backendRefs[16].filters[16]",
		"spec.rules[].timeouts", "spec.rules[].retry",
	}},
	{route.Group, "GRPCRoute", []string{
		"spec.parentRefs[32]", "spec.hostnames(16)", "spec.rules[16].matches[64].method", "spec.rules[].matches[].headers[16]",
		"spec.rules[].filters[16]", "spec.rules[].backendRefs[16].filters[16]",
	}},
	{route.Group, "Gateway", []string{"spec.listeners[]"}},
	{"networking.k8s.io", "Ingress", []string{"spec.rules[].http.paths[].backend.service", "spec.defaultBackend.service"}},
	{"", "Service", []string{"spec.ports[]"}},
	{"traefik.io", "IngressRoute", []string{"spec.routes[].services[]", "spec.routes[].middlewares[]"}},
	{"networking.istio.io", "VirtualService", []string{
		"spec.http[].match[]", "spec.http[].route[].destination", "spec.http[].retries", "spec.http[].headers.request",
	}},
}

// malformed is a part of an object that is not what its kind has there.
type malformed struct {
	path, is string // such as "spec.rules", "is not a list"
	value    manifest.Value
	more     int // others in the object
}

// malformedIn gives the first that an object has, if any.
func (all Shapes) malformedIn(o *manifest.Object) (odd malformed, is bool) {
	for _, s := range all {
		if !o.Is(s.Group, s.Kind) {
			continue
		}
		seen := map[string]bool{}
		for _, part := range append([]string{"metadata.annotations"}, s.Parts...) {
			misshapen(o.Root(), strings.Split(part, "."), "", func(found malformed) {
				switch {
				case seen[found.path]:
				case is:
					odd.more++
				default:
					odd, is = found, true
				}
				seen[found.path] = true
			})
		}
	}
	return odd, is
}

// A step is one name of a part.
type step struct {
	name       string
	list, bare bool // bare items may be anything
	most       int  // items; 0 is no bound
}

func stepOf(text string) (s step) {
	name, rest, list := strings.Cut(text, "[")
	if !list {
		name, rest, s.bare = strings.Cut(text, "(")
	}
	s.name, s.list = name, list || s.bare
	s.most, _ = strconv.Atoi(strings.TrimRight(rest, "])"))
	return s
}

// misshapen walks down the names of a part, and tells what is neither absent nor of
// the shape that it should be.
func misshapen(v manifest.Value, names []string, path string, tell func(malformed)) {
	if len(names) == 0 {
		return
	}
	s := stepOf(names[0])
	path = strings.TrimPrefix(path+"."+s.name, ".")
	switch v = v.At(s.name); {
	case !v.Exists():
	case s.list && v.IsList():
		if s.most > 0 && v.Len() > s.most {
			tell(malformed{path, fmt.Sprintf("has %d items, and %d is the most", v.Len(), s.most), v, 0})
		}
		for n, item := range v.Items() {
			at := fmt.Sprintf("%s[%d]", path, n)
			switch {
			case s.bare:
			case item.IsMap():
				misshapen(item, names[1:], at, tell)
			default:
				tell(malformed{at, "is not a mapping", item, 0})
			}
		}
	case s.list:
		tell(malformed{path, "is not a list", v, 0})
	case v.IsMap():
		misshapen(v, names[1:], path, tell)
	default:
		tell(malformed{path, "is not a mapping", v, 0})
	}
}

func (d malformed) text(id manifest.ID) string {
	text := fmt.Sprintf("%s: %s %s", id, d.path, d.is)
	if d.more > 0 {
		text += fmt.Sprintf(", and %d more of its parts are not what they should be", d.more)
	}
	return text
}

const refusedBy = "the API server refuses such an object"

// misshapen finds the objects of the world that are not what their kinds should be.
func (r *resolver) misshapen(all Shapes) {
	for _, o := range r.world.All() {
		if odd, is := all.malformedIn(o); is {
			r.malformed[o] = odd
		}
	}
}

// refuses fails a policy whose target is not what its kind should be.
func (r *resolver) refuses(i Intent) {
	odd, is := r.malformed[i.Object]
	if !is {
		return
	}
	f := About(i.Policy, finding.OddManifest, fmt.Sprintf("spec.targetRefs[%d]", i.Ref), odd.text(i.ID()))
	f.Reason, f.Hint, f.Severity = refusedBy, finding.Do("correct the manifest"), finding.Error
	r.failed[i.Policy], r.told[i.Object] = true, true
	r.findings.Add(f)
}

// warnings are about such objects that no policy targets.
func (r *resolver) warnings() {
	for _, o := range r.world.All() {
		if odd, is := r.malformed[o]; is && !r.told[o] {
			r.findings.Add(finding.Finding{
				Code: finding.OddManifest, Severity: finding.OddManifest.Severity(), Object: o.ID(), Field: odd.path,
				Message: odd.text(o.ID()), Reason: refusedBy, File: o.File, Line: odd.value.Line(), Column: odd.value.Column(),
			})
		}
	}
}
