package read

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/istio/controller"
)

// An uncertain is what is not certain of requests that some http routes serve: a part
// of them may go to others, or to none.
type uncertain struct {
	to   []controller.Served
	none behavior.Methods // Envoy answers 404 to a part of those
	open behavior.Methods // another route may have those
}

func (d uncertain) methods() behavior.Methods {
	all := d.none | d.open
	for _, s := range d.to {
		all |= s.Methods
	}
	return all
}

func (d uncertain) and(other uncertain) uncertain {
	d.none, d.open = d.none|other.none, d.open|other.open
	for _, s := range other.to {
		d.to = controller.Merge(d.to, s)
	}
	return d
}

// uncertainOf goes through the http routes in Envoy's order, as serving does, and finds
// those whose match meets a wanted one without covering it, and those that would
// come first if their VirtualService were the older one and whose age nobody
// tells. What is behind a match of own is not uncertain: those requests are not wanted,
// but another rule's.
//
// Certain is what is wanted without the methods that a regular expression may have
// all of.
func uncertainOf(r *controller.Routes, wanted []controller.Matcher, own func() map[controller.Key]bool) (d uncertain, certain []controller.Matcher) {
	for _, w := range wanted {
		for _, vs := range r.Others() {
			d.to = controller.Merge(d.to, controller.Served{VS: vs, HTTP: 0, Methods: w.Methods})
		}
		var takers []controller.HTTPMatch
		left := w.Methods
		for _, n := range r.Near(w.URI) {
			s := r.Matches[n]
			covers := controller.CoversURI(s.URI, w.URI) && (s.Rest == "" || s.Rest == w.Rest)
			s.Methods &= w.Methods
			switch {
			case s.Methods == 0:
			case covers && left&s.Methods != 0:
				s.Methods &= left
				takers = append(takers, s)
				left &^= s.Methods
				if controller.ForSome(s.VS) {
					d.to = controller.Merge(d.to, controller.Served{VS: s.VS, HTTP: s.HTTP, Methods: s.Methods})
				}
			case !covers && own()[s.Key]:
			case left&s.Methods != 0:
				d.to = controller.Merge(d.to, controller.Served{VS: s.VS, HTTP: s.HTTP, Methods: left & s.Methods})
				if strings.HasPrefix(s.URI, "regex ") && (s.Rest == "" || s.Rest == w.Rest) {
					w.Methods &^= left & s.Methods
					left &^= s.Methods
				}
			default:
				for _, t := range takers {
					if t.Methods&s.Methods != 0 && controller.Undated(t.VS, s.VS) && (!s.Everything() || t.Everything()) {
						d.to = controller.Merge(d.to, controller.Served{VS: s.VS, HTTP: s.HTTP, Methods: t.Methods & s.Methods})
					}
				}
			}
		}
		d.none |= left
		certain = append(certain, w)
	}
	return d, certain
}

// unclear is what is said of requests of which nobody knows where they go.
func unclear(object, rule string, methods behavior.Methods, notes []string) behavior.Effect {
	e := behavior.Effect{Object: object, Rule: rule, Methods: methods, Origin: map[string]string{}, Notes: notes}
	e.Because(strings.Join(notes, "; "), behavior.Everything()...)
	leaveOpen(&e)
	e.Budget = behavior.Unclear[behavior.Budget]()
	for _, f := range controller.BreakerFields {
		*f.Of(&e.Breaker) = behavior.Unclear[int64]()
	}
	return e
}

// below finds the VirtualServices for narrower hosts that take requests from a
// wildcard, unless a route is for those hosts.
func (r reading) below(vhost controller.VirtualHost, wanted []controller.Matcher) (d uncertain) {
	if !strings.HasPrefix(vhost.Host, "*") || vhost.Gateway == api.WholeMesh {
		return d
	}
	if len(r.narrower) == 0 {
		for key := range r.Attached.Groups {
			r.narrower[key.Gateway] = append(r.narrower[key.Gateway], key.Host)
		}
		for _, list := range r.narrower {
			slices.Sort(list)
		}
	}
	for _, host := range r.narrower[vhost.Gateway] {
		if host == vhost.Host || !route.Covers(vhost.Host, host) || len(r.At(controller.VirtualHost{Gateway: vhost.Gateway, Host: host})) > 0 {
			continue
		}
		group := r.Attached.Groups[controller.VirtualHost{Gateway: vhost.Gateway, Host: host}]
		for _, w := range wanted {
			for _, n := range group.Near(w.URI) {
				if s := group.Matches[n]; s.Methods&w.Methods != 0 {
					d.to = controller.Merge(d.to, controller.Served{VS: s.VS, HTTP: s.HTTP, Methods: s.Methods & w.Methods})
				}
			}
		}
	}
	return d
}

// effects says what is not certain of the requests of a rule, some of which may be
// served.
func (d uncertain) effects(object, rule string, some bool) []behavior.Effect {
	if len(d.to) == 0 && d.open == 0 && !some || d.methods() == 0 {
		return nil
	}
	var notes []string
	for _, s := range d.to {
		note := fmt.Sprintf("http route %s of %s may have a part of these requests", controller.HTTPName(s.VS, s.HTTP), s.VS.ID())
		if controller.ForSome(s.VS) {
			note += ": its exportTo names some namespaces, and whose clients these are cannot be seen"
		}
		notes = append(notes, note)
	}
	if d.open != 0 {
		notes = append(notes, "another route has the same match, and the older of the two gets its requests")
	}
	if d.none != 0 {
		notes = append(notes, "no http route is for a part of these requests, which Envoy answers with 404")
	}
	return []behavior.Effect{unclear(object, rule, d.methods(), notes)}
}
