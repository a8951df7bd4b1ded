package controller

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/kong/api"
)

// An Upstream is the Kong Service that a rule sends requests to, made of all the
// Kubernetes Services behind the rule.
type Upstream struct {
	Retries              behavior.Setting[int]
	Connect, Write, Read behavior.Setting[time.Duration]
	Origin               map[string]string // by field of the policy's spec
	// Missing are Services that are not in the input.
	Missing []manifest.ID
	// Differ names an annotation in which the Services differ, so that the
	// controller drops the rule.
	Differ string
	// Refused is an annotation for which Kong refuses its configuration.
	Refused string
	// Grpc says that Kong speaks gRPC to the Services.
	Grpc bool
}

// UpstreamOf reads the Services' annotations over a timeout that the route gives,
// if it gives one.
func UpstreamOf(world *manifest.Set, ids []manifest.ID, fromRoute behavior.Setting[time.Duration], routeOrigin string) Upstream {
	u := Upstream{Retries: behavior.Is(api.DefaultRetries), Origin: map[string]string{}}
	u.Origin["maxRetries"] = "Kong's default"
	u.Connect, u.Write, u.Read = behavior.Is(api.DefaultTimeout), behavior.Is(api.DefaultTimeout), behavior.Is(api.DefaultTimeout)
	u.Origin["attemptTimeout"] = "Kong's default, from one read to the next"
	if fromRoute.State != behavior.Unset {
		u.Connect, u.Write, u.Read = fromRoute, fromRoute, fromRoute
		u.Origin["attemptTimeout"] = routeOrigin + ", from one read to the next"
	}
	var first *manifest.Object
	for _, id := range ids {
		o := world.Get(id)
		switch {
		case o == nil:
			u.Missing = append(u.Missing, id)
		case first == nil:
			first = o
			u.annotations(o)
		case u.Differ == "":
			u.Differ = difference(first, o)
		}
	}
	if len(u.Missing) > 0 {
		names := make([]string, len(u.Missing))
		for n, id := range u.Missing {
			names[n] = id.String()
		}
		u.Retries = behavior.Unclear[int]()
		u.Connect, u.Write, u.Read = behavior.Unclear[time.Duration](), behavior.Unclear[time.Duration](), behavior.Unclear[time.Duration]()
		u.Origin["maxRetries"] = strings.Join(names, ", ") + ", not in the input"
		u.Origin["attemptTimeout"] = u.Origin["maxRetries"]
	}
	return u
}

// annotations reads one Service; all Services of a rule are equal in this.
func (u *Upstream) annotations(o *manifest.Object) {
	if n, ok := u.number(o, api.RetriesKey, 0, api.MaxRetries); ok {
		u.Retries, u.Origin["maxRetries"] = behavior.Is(n), o.ID().String()+" "+api.RetriesKey
	}
	for _, timeout := range []struct {
		key  string
		into *behavior.Setting[time.Duration]
	}{{api.ConnectKey, &u.Connect}, {api.WriteKey, &u.Write}, {api.ReadKey, &u.Read}} {
		if n, ok := u.number(o, timeout.key, 1, api.MaxMillis); ok {
			*timeout.into = behavior.Is(time.Duration(n) * time.Millisecond)
			if timeout.key == api.ReadKey {
				u.Origin["attemptTimeout"] = o.ID().String() + " " + api.ReadKey + ", from one read to the next"
			}
		}
	}
	if protocol, _ := o.Annotation(api.ProtocolKey); protocol == "grpc" || protocol == "grpcs" {
		u.Grpc = true
	}
}

// number reads an annotation as the controller does: what is no number is as if it
// were not there, and what is out of range goes to Kong, which refuses all
// (kongstate/service.go:134).
func (u *Upstream) number(o *manifest.Object, key string, least, most int) (int, bool) {
	text, ok := o.Annotation(key)
	n, err := strconv.Atoi(text)
	if !ok || err != nil {
		return 0, false
	}
	if n < least || n > most {
		u.Refused = fmt.Sprintf("%s has %s: %q, which is not between %d and %d", o.ID(), key, text, least, most)
	}
	return n, true
}

// difference names the first annotation of Kong's in which two Services differ.
func difference(a, b *manifest.Object) string {
	for _, pair := range [][2]*manifest.Object{{a, b}, {b, a}} {
		for key, value := range pair[0].At("metadata", "annotations").Fields() {
			other, ok := pair[1].Annotation(key.Text())
			if value.Exists() && strings.HasPrefix(key.Text(), api.Prefix) && (!ok || other != value.Text()) {
				return fmt.Sprintf("%s and %s differ in %s", a.ID(), b.ID(), key.Text())
			}
		}
	}
	return ""
}

// BackendRequest gives the timeout that an HTTPRoute's rule has for its backends.
// Rules with the same backends share one Kong Service, and the last of them wins
// (subtranslator/httproute.go:141 and 265).
func BackendRequest(o *manifest.Object, rule int) (behavior.Setting[time.Duration], string) {
	rules := o.At("spec", "rules")
	mine := rules.Index(rule).At("backendRefs")
	found, origin := behavior.Setting[time.Duration]{}, ""
	if !o.Is(route.Group, "HTTPRoute") {
		return found, origin
	}
	for n, other := range rules.Items() {
		d, err := schema.ParseDuration(other.At("timeouts", "backendRequest").Text())
		if err != nil || time.Duration(d) == api.DefaultTimeout || n != rule && !same(mine, other.At("backendRefs")) {
			continue
		}
		origin = fmt.Sprintf("%s rule %d timeouts.backendRequest", o.ID(), n)
		if found = behavior.Is(time.Duration(d)); d == 0 {
			found = behavior.Unclear[time.Duration]() // Kong takes no 0; the controller writes one
		}
	}
	return found, origin
}

// same reports whether two values are equal; a null is a field that is not there.
func same(a, b manifest.Value) bool {
	if a.IsMap() != b.IsMap() || a.IsList() != b.IsList() || a.Text() != b.Text() || a.IsList() && a.Len() != b.Len() {
		return false
	}
	for i, item := range a.Items() {
		if !same(item, b.Index(i)) {
			return false
		}
	}
	for key, value := range a.Fields() {
		if value.Exists() && !(b.At(key.Text()).Exists() && same(value, b.At(key.Text()))) {
			return false
		}
	}
	return present(a) == present(b)
}

// present counts the fields of a mapping that are no nulls.
func present(v manifest.Value) int {
	n := 0
	for _, value := range v.Fields() {
		if value.Exists() {
			n++
		}
	}
	return n
}
