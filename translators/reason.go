package translators

import (
	"regexp"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
)

// reason says why a difference is there: other configuration that asks for it; what
// reading has found; or that the value is from an object that the translation has not
// written; or what is always true of the gateway.
func (r *review) reason(d behavior.Diff) string {
	always, exact := r.always(d)
	switch {
	case d.Elsewhere != "":
		return d.Elsewhere
	case d.Topic == "answered" && d.Why != "":
		return d.Why + "; " + always
	case d.Why != "":
		return d.Why
	case always != "" && (exact || !r.foreign(d.Origin)):
		return always
	case d.Origin != "":
		return "what holds here is from " + d.Origin
	}
	return always
}

// always looks a difference up in the profile: by topic and class, by topic, by the
// topics above it. Exact says that the sentence is about that part of a field alone.
func (r *review) always(d behavior.Diff) (text string, exact bool) {
	topic := d.Topic
	for {
		for _, key := range []string{topic + "/" + string(d.Class), topic} {
			if text, ok := r.profile.Reasons[key]; ok {
				return text, topic == d.Topic && strings.Contains(topic, ".")
			}
		}
		cut := strings.LastIndexByte(topic, '.')
		if cut < 0 {
			return "", false
		}
		topic = topic[:cut]
	}
}

// named finds the object at the beginning of an origin.
var named = regexp.MustCompile(`^[A-Z]\w+ [^\s/]+/[^\s,]+`)

// foreign reports whether an origin is an object that the translation has not
// written.
func (r *review) foreign(origin string) bool {
	object := named.FindString(origin)
	return object != "" && !r.written[object]
}

// names gives the objects as origins name them.
func names(objects []*manifest.Object) map[string]bool {
	set := map[string]bool{}
	for _, o := range objects {
		set[o.ID().String()] = true
	}
	return set
}
