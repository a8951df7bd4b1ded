package admission

import (
	"fmt"
	"regexp"
	"slices"

	"retryctl.dev/schema/manifest"
)

// A Kind is what is known of one CRD, in the newest version that retryctl knows. A
// path is written with [] for the items of a list and {} for the values of a mapping:
// spec.rules[].name.
type Kind struct {
	Group, Name string
	// Written are the paths below which a translation may write anything: what the CRD
	// says at, above and below them can be broken.
	Written []string
	// Grown are lists that get copies of what is in them already: what the CRD says at
	// and above them can be broken, and what it says of their items holds for copies.
	Grown []string
	// Rules are those in CEL that can be broken.
	Rules []Rule
	// Kept are rules in CEL of the same paths that cannot be, each with the reason.
	Kept []Kept

	limits []limit
}

// A Rule is one in CEL, by its message in the CRD, which is what the API server says.
type Rule struct {
	Path, Message string
	// Holds reports whether a value at the path meets the rule.
	Holds func(manifest.Value) bool
}

// A Kept rule cannot be broken.
type Kept struct{ Path, Message, Why string }

// A Refusal is one thing that the API server has against an object.
type Refusal struct {
	// Path is where, with the indexes of items.
	Path string
	// Why is what is wrong there.
	Why string

	limit string // the path without indexes, and which limit or rule it is
	order int    // where that stands in the tables
}

// Same reports whether another refusal is for the same reason, be it of another item.
func (r Refusal) Same(other Refusal) bool { return r.limit == other.limit }

// String gives "spec.rules: has 17 items, and 16 is the most".
func (r Refusal) String() string {
	if r.Path == "" {
		return r.Why
	}
	return r.Path + ": " + r.Why
}

// A Checker looks at objects. It is for one goroutine.
type Checker struct {
	kinds    map[[2]string]*step
	patterns map[string]*regexp.Regexp
}

// NewChecker gives one that knows all Kinds.
func NewChecker() *Checker {
	c := &Checker{kinds: map[[2]string]*step{}, patterns: map[string]*regexp.Regexp{}}
	for _, k := range Kinds() {
		c.kinds[[2]string{k.Group, k.Name}] = steps(k)
	}
	return c
}

// Check gives what the API server has against an object, in the order of the tables;
// for a kind that is not among the Kinds only what it holds all objects to.
func (c *Checker) Check(o *manifest.Object) []Refusal {
	list := annotations(o)
	root, known := c.kinds[[2]string{o.ID().Group, o.ID().Kind}]
	if !known {
		return list
	}
	root.walk(o.Root(), nil, func(s *step, v manifest.Value, at *spot) {
		for _, k := range s.checks {
			switch {
			case k.rule == nil:
				for _, b := range c.broken(k.limit, v) {
					list = append(list, Refusal{at.String(), b.why, k.limit.path + " " + b.what, k.order})
				}
			case !k.rule.Holds(v):
				list = append(list, Refusal{at.String(), k.rule.Message, k.rule.Path + " " + k.rule.Message, k.order})
			}
		}
	})
	slices.SortStableFunc(list, func(a, b Refusal) int { return a.order - b.order })
	return list
}

// mostAnnotations is how many bytes the annotations of an object may have in all, keys
// and values (k8s.io/apimachinery v0.36 pkg/api/validation/objectmeta.go,
// TotalAnnotationSizeLimitB).
const mostAnnotations = 256 << 10

func annotations(o *manifest.Object) []Refusal {
	size := 0
	for key, value := range o.At("metadata", "annotations").Fields() {
		size += len(key.Text()) + len(value.Text())
	}
	if size <= mostAnnotations {
		return nil
	}
	const path = "metadata.annotations"
	return []Refusal{{path, fmt.Sprintf("has %d bytes, and %d is the most", size, mostAnnotations), path + " size", -1}}
}
