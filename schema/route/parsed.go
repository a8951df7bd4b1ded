package route

import "retryctl.dev/schema/manifest"

// Parsed keeps what Rules gives for objects that do not change any more, such as those
// of a world that is read: each is parsed once however many of its rules are asked for.
type Parsed map[*manifest.Object][]Rule

// Of gives the rules of an object, as Rules does. They are the caller's to read only.
func (p Parsed) Of(o *manifest.Object) []Rule {
	rules, known := p[o]
	if !known {
		rules = Rules(o)
		p[o] = rules
	}
	return rules
}
