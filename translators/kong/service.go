package kong

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// An upstream is the Kong Service that a rule sends requests to, made of all the
// Kubernetes Services behind the rule.
type upstream struct {
	retries              behavior.Setting[int]
	connect, write, read behavior.Setting[time.Duration]
	origin               map[string]string // by field of the policy's spec
	// missing are Services that are not in the input.
	missing []manifest.ID
	// differ names an annotation in which the Services differ, so that the
	// controller drops the rule.
	differ string
	// refused is an annotation for which Kong refuses its configuration.
	refused string
	// grpc says that Kong speaks gRPC to the Services.
	grpc bool
}

// upstreamOf reads the Services' annotations over a timeout that the route gives,
// if it gives one.
func upstreamOf(world *manifest.Set, ids []manifest.ID, fromRoute behavior.Setting[time.Duration], routeOrigin string) upstream {
	u := upstream{retries: behavior.Is(defaultRetries), origin: map[string]string{}}
	u.origin["maxRetries"] = "Kong's default"
	u.connect, u.write, u.read = behavior.Is(defaultTimeout), behavior.Is(defaultTimeout), behavior.Is(defaultTimeout)
	u.origin["attemptTimeout"] = "Kong's default, from one read to the next"
	if fromRoute.State != behavior.Unset {
		u.connect, u.write, u.read = fromRoute, fromRoute, fromRoute
		u.origin["attemptTimeout"] = routeOrigin + ", from one read to the next"
	}
	var first *manifest.Object
	for _, id := range ids {
		o := world.Get(id)
		switch {
		case o == nil:
			u.missing = append(u.missing, id)
		case first == nil:
			first = o
			u.annotations(o)
		case u.differ == "":
			u.differ = difference(first, o)
		}
	}
	if len(u.missing) > 0 {
		names := make([]string, len(u.missing))
		for n, id := range u.missing {
			names[n] = id.String()
		}
		u.retries = behavior.Unclear[int]()
		u.connect, u.write, u.read = behavior.Unclear[time.Duration](), behavior.Unclear[time.Duration](), behavior.Unclear[time.Duration]()
		u.origin["maxRetries"] = strings.Join(names, ", ") + ", not in the input"
		u.origin["attemptTimeout"] = u.origin["maxRetries"]
	}
	return u
}

// annotations reads one Service; all Services of a rule are equal in this.
func (u *upstream) annotations(o *manifest.Object) {
	if n, ok := u.number(o, retriesKey, 0, maxRetries); ok {
		u.retries, u.origin["maxRetries"] = behavior.Is(n), o.ID().String()+" "+retriesKey
	}
	for _, timeout := range []struct {
		key  string
		into *behavior.Setting[time.Duration]
	}{{connectKey, &u.connect}, {writeKey, &u.write}, {readKey, &u.read}} {
		if n, ok := u.number(o, timeout.key, 1, maxMillis); ok {
			*timeout.into = behavior.Is(time.Duration(n) * time.Millisecond)
			if timeout.key == readKey {
				u.origin["attemptTimeout"] = o.ID().String() + " " + readKey + ", from one read to the next"
			}
		}
	}
	if protocol, _ := o.Annotation(protocolKey); protocol == "grpc" || protocol == "grpcs" {
		u.grpc = true
	}
}

// number reads an annotation as the controller does: what is no number is as if it
// were not there, and what is out of range goes to Kong, which refuses all
// (kongstate/service.go:134).
func (u *upstream) number(o *manifest.Object, key string, least, most int) (int, bool) {
	text, ok := o.Annotation(key)
	n, err := strconv.Atoi(text)
	if !ok || err != nil {
		return 0, false
	}
	if n < least || n > most {
		u.refused = fmt.Sprintf("%s has %s: %q, which is not between %d and %d", o.ID(), key, text, least, most)
	}
	return n, true
}

// difference names the first annotation of Kong's in which two Services differ.
func difference(a, b *manifest.Object) string {
	for _, pair := range [][2]*manifest.Object{{a, b}, {b, a}} {
		for key, value := range pair[0].At("metadata", "annotations").Fields() {
			other, ok := pair[1].Annotation(key.Text())
			if strings.HasPrefix(key.Text(), prefix) && (!ok || other != value.Text()) {
				return fmt.Sprintf("%s and %s differ in %s", a.ID(), b.ID(), key.Text())
			}
		}
	}
	return ""
}

// backendRequest gives the timeout that an HTTPRoute's rule has for its backends.
// Rules with the same backends share one Kong Service, and the last of them wins
// (subtranslator/httproute.go:141 and 265).
func backendRequest(o *manifest.Object, rule int) (behavior.Setting[time.Duration], string) {
	rules := o.At("spec", "rules")
	mine := rules.Index(rule).At("backendRefs")
	found, origin := behavior.Setting[time.Duration]{}, ""
	if !o.Is(route.Group, "HTTPRoute") {
		return found, origin
	}
	for n, other := range rules.Items() {
		d, err := schema.ParseDuration(other.At("timeouts", "backendRequest").Text())
		if err != nil || time.Duration(d) == defaultTimeout || n != rule && !same(mine, other.At("backendRefs")) {
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
