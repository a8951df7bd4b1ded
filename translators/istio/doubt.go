package istio

import (
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
)

// A doubt is what is not certain of requests that some http routes serve: a part
// of them may go to others, or to none.
type doubt struct {
	to   []served
	none behavior.Methods // Envoy answers 404 to a part of those
	open behavior.Methods // another route may have those
}

func (d doubt) methods() behavior.Methods {
	all := d.none | d.open
	for _, s := range d.to {
		all |= s.methods
	}
	return all
}

func (d doubt) and(other doubt) doubt {
	d.none, d.open = d.none|other.none, d.open|other.open
	for _, s := range other.to {
		d.to = merge(d.to, s)
	}
	return d
}

// doubts goes through the http routes in Envoy's order, as serving does, and finds
// those whose match meets a wanted one without covering it, and those that would
// come first if their VirtualService were the older one and whose age nobody
// tells. What is behind a match of own is no doubt: those requests are not wanted,
// but another rule's.
//
// Certain is what is wanted without the methods that a regular expression may have
// all of.
func (r *routes) doubts(wanted []matcher, own func() map[key]bool) (d doubt, certain []matcher) {
	for _, w := range wanted {
		for _, vs := range r.others() {
			d.to = merge(d.to, served{vs, 0, w.methods})
		}
		var takers []stretch
		left := w.methods
		for _, n := range r.near(w.uri) {
			s := r.stretches[n]
			covers := coversURI(s.uri, w.uri) && (s.rest == "" || s.rest == w.rest)
			s.methods &= w.methods
			switch {
			case s.methods == 0:
			case covers && left&s.methods != 0:
				s.methods &= left
				takers = append(takers, s)
				left &^= s.methods
				if forSome(s.vs) {
					d.to = merge(d.to, served{s.vs, s.http, s.methods})
				}
			case !covers && own()[s.key]:
			case left&s.methods != 0:
				d.to = merge(d.to, served{s.vs, s.http, left & s.methods})
				if strings.HasPrefix(s.uri, "regex ") && (s.rest == "" || s.rest == w.rest) {
					w.methods &^= left & s.methods
					left &^= s.methods
				}
			default:
				for _, t := range takers {
					if t.methods&s.methods != 0 && undated(t.vs, s.vs) && (!s.everything() || t.everything()) {
						d.to = merge(d.to, served{s.vs, s.http, t.methods & s.methods})
					}
				}
			}
		}
		d.none |= left
		certain = append(certain, w)
	}
	return d, certain
}

// others gives the VirtualServices that may have the host in the mesh to themselves.
func (r *routes) others() (list []*manifest.Object) {
	if r == nil || len(r.stretches) == 0 {
		return nil
	}
	for _, vs := range r.rivals {
		if undated(vs, r.stretches[0].vs) || forSome(r.stretches[0].vs) {
			list = append(list, vs)
		}
	}
	return list
}

func (s stretch) everything() bool { return matcher{s.key, s.methods}.everything() }

// undated reports whether the input does not tell which of two objects is older.
// One without a time is younger than one that has it.
func undated(a, b *manifest.Object) bool {
	dated := func(o *manifest.Object) bool { return o.At("metadata", "creationTimestamp").Text() != "" }
	return a != b && !dated(a) && !dated(b)
}

// near gives the places, in order, of the matches that may meet a uri: those that
// cover it, those of longer paths below a prefix, and regular expressions.
func (r *routes) near(uri string) []int {
	if r == nil {
		return nil
	}
	kind, path, _ := strings.Cut(uri, " ")
	if kind != "prefix" && kind != "exact" {
		return r.all()
	}
	places := r.covering(uri)
	if kind == "prefix" {
		from, _ := slices.BinarySearchFunc(r.paths, path, func(p pathOf, path string) int { return strings.Compare(p.path, path) })
		for _, p := range r.paths[from:] {
			if !strings.HasPrefix(p.path, path) {
				break
			}
			places = append(places, r.byURI[p.uri]...)
		}
	}
	for _, uri := range r.regular {
		places = append(places, r.byURI[uri]...)
	}
	slices.Sort(places)
	return slices.Compact(places)
}

func (r *routes) all() []int {
	places := make([]int, len(r.stretches))
	for n := range places {
		places[n] = n
	}
	return places
}

// A pathOf is a uri that is a prefix or an exact path.
type pathOf struct{ path, uri string }

// coversURI reports whether a match for one uri lets every path of another through.
func coversURI(wide, uri string) bool {
	wideKind, widePath, _ := strings.Cut(wide, " ")
	kind, path, _ := strings.Cut(uri, " ")
	switch {
	case wide == uri, wide == "", wide == "regex .*", wide == "prefix /" && kind != "":
		return true
	case wideKind != "prefix" || kind != "prefix" && kind != "exact":
		return false
	}
	return strings.HasPrefix(path, widePath)
}

// unclear is what is said of requests of which nobody knows where they go.
func unclear(object, rule string, methods behavior.Methods, notes []string) behavior.Effect {
	e := behavior.Effect{Object: object, Rule: rule, Methods: methods, Origin: map[string]string{}, Notes: notes}
	e.Because(strings.Join(notes, "; "), behavior.Everything()...)
	leaveOpen(&e)
	e.Budget = behavior.Unclear[behavior.Budget]()
	for _, f := range breakerFields {
		*f.of(&e.Breaker) = behavior.Unclear[int64]()
	}
	return e
}
