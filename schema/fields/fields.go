// Package fields knows the fields that kinds have where retries, timeouts, budgets and
// breakers are said, so that one that no kind has is found: the API server takes it out in
// silence, and nothing of it holds.
package fields

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"retryctl.dev/schema/manifest"
)

//go:embed fields.txt
var text string

// Places are those of which the table is made, by kind: a mapping each, with [] behind the
// name of a list and {} behind that of a mapping with free keys. What is below one is in
// the table as well.
var Places = map[string][]string{
	"gateway.envoyproxy.io/BackendTrafficPolicy":        {"spec.retry", "spec.timeout", "spec.circuitBreaker"},
	"gateway.networking.k8s.io/HTTPRoute":               {"spec.rules[].retry", "spec.rules[].timeouts"},
	"gateway.networking.x-k8s.io/XBackendTrafficPolicy": {"spec.retryConstraint"},
	"networking.istio.io/VirtualService":                {"spec.http[].retries"},
	"networking.istio.io/DestinationRule":               {"spec.trafficPolicy.connectionPool", "spec.trafficPolicy.outlierDetection", "spec.trafficPolicy.retryBudget"},
	"traefik.io/Middleware":                             {"spec.retry"},
}

// Tops are the mappings of which the table has the fields, and not those below them: what
// stands there is often meant for a place below.
var Tops = map[string][]string{
	"gateway.envoyproxy.io/BackendTrafficPolicy":        {"spec"},
	"gateway.networking.k8s.io/HTTPRoute":               {"spec", "spec.rules[]"},
	"gateway.networking.x-k8s.io/XBackendTrafficPolicy": {"spec"},
	"networking.istio.io/VirtualService":                {"spec", "spec.http[]", "spec.http[].route[]"},
	"networking.istio.io/DestinationRule":               {"spec", "spec.trafficPolicy"},
	"traefik.io/Middleware":                             {"spec"},
	"configuration.konghq.com/KongPlugin":               {""},
}

// table is fields.txt: the fields by kind and mapping.
var table = sync.OnceValue(func() map[string]map[string][]string {
	all := map[string]map[string][]string{}
	kind := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "" || line[0] == '#':
		case line[0] != ' ':
			kind = line
			all[kind] = map[string][]string{}
		default:
			path, names, _ := strings.Cut(strings.TrimSpace(line), ": ")
			all[kind][strings.TrimSuffix(path, ":")] = strings.Fields(names)
		}
	}
	return all
})

// An Unknown is a field that its kind does not have.
type Unknown struct {
	// Path is the way to it: "spec.retry.perRetryPolicy".
	Path string
	// Known are the fields that are there, in order.
	Known []string
	Name  string
	Value manifest.Value
}

// Check gives the fields of an object that its kind does not have, in the newest version
// of its gateway, at the places that the table knows.
func Check(o *manifest.Object) []Unknown {
	known := table()[o.ID().Group+"/"+o.ID().Kind]
	if known == nil {
		return nil
	}
	var list []Unknown
	visit(o.Root(), "", "", known, func(u Unknown) { list = append(list, u) })
	return list
}

// Knows reports whether there is anything to know about a kind's fields.
func Knows(id manifest.ID) bool { return table()[id.Group+"/"+id.Kind] != nil }

// Says reports whether an object says something where the table looks: of a kind without
// such places, whether it is of the table.
func Says(o *manifest.Object) bool {
	kind := o.ID().Group + "/" + o.ID().Kind
	if len(Places[kind]) == 0 {
		return Knows(o.ID())
	}
	return slices.ContainsFunc(Places[kind], func(place string) bool { return there(o.Root(), strings.Split(place, ".")) })
}

func there(v manifest.Value, way []string) bool {
	if len(way) == 0 {
		return v.Exists()
	}
	name, list := strings.CutSuffix(way[0], "[]")
	if !list {
		return there(v.At(name), way[1:])
	}
	for _, item := range v.At(name).Items() {
		if there(item, way[1:]) {
			return true
		}
	}
	return false
}

// always are the fields of every object.
var always = []string{"apiVersion", "kind", "metadata", "status"}

// visit walks down as far as the table goes. Way is the path with indexes, place that of
// the table.
func visit(v manifest.Value, way, place string, known map[string][]string, tell func(Unknown)) {
	names, listed := known[place]
	for key, field := range v.Fields() {
		name := key.Text()
		if listed && !slices.Contains(names, name) && (place != "" || !slices.Contains(always, name)) {
			tell(Unknown{strings.TrimPrefix(way+"."+name, "."), names, name, key})
			continue
		}
		below := strings.TrimPrefix(place+"."+name, ".")
		at := strings.TrimPrefix(way+"."+name, ".")
		if field.IsList() {
			if !reaches(known, below+"[]") {
				continue
			}
			for n, item := range field.Items() {
				visit(item, fmt.Sprintf("%s[%d]", at, n), below+"[]", known, tell)
			}
		} else if field.IsMap() && reaches(known, below) {
			visit(field, at, below, known, tell)
		}
	}
}

// reaches reports whether the table has something at a place or below it.
func reaches(known map[string][]string, place string) bool {
	for path := range known {
		if rest, ok := strings.CutPrefix(path, place); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}

// Elsewhere gives a place of a kind that has a field of a name; empty where none has.
func Elsewhere(id manifest.ID, name string) string {
	known := table()[id.Group+"/"+id.Kind]
	for _, place := range slices.Sorted(maps.Keys(known)) {
		if slices.Contains(known[place], name) {
			return strings.TrimPrefix(place+"."+name, ".")
		}
	}
	return ""
}
