package survey

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
)

// Positions finds where the values of effects are written.
type Positions struct {
	byName map[string]*manifest.Object // by kind, namespace and name, as origins have them
}

// PositionsIn gives those of a world.
func PositionsIn(world *manifest.Set) Positions {
	p := Positions{map[string]*manifest.Object{}}
	for _, o := range world.All() {
		p.byName[o.ID().String()] = o
	}
	return p
}

// Of gives the file and line of each field whose origin names an object of the world, such
// as orders.yaml:12: of the value where the origin says the way to it, and else of the
// object. A field that is not there has a default.
func (p Positions) Of(e behavior.Effect) map[string]string {
	list := map[string]string{}
	for field, origin := range e.Origin {
		kind, rest, _ := strings.Cut(origin, " ")
		name, rest, _ := strings.Cut(rest, " ")
		o := p.byName[kind+" "+strings.TrimRight(name, ",:")]
		if o == nil {
			continue
		}
		list[field] = at(o, deepest(o, ruleOf(o, e), rest))
	}
	return list
}

// at writes a position for people: orders.yaml:12.
func at(o *manifest.Object, v manifest.Value) string {
	if v.Line() == 0 {
		v = o.Root()
	}
	if o.File == "" || v.Line() == 0 {
		return o.File
	}
	return fmt.Sprintf("%s:%d", o.File, v.Line())
}

// ruleOf gives the rule of an effect in the object where it stands; it does not exist
// where the effect is of another object, or of one without rules.
func ruleOf(o *manifest.Object, e behavior.Effect) manifest.Value {
	if o.ID().String() != e.Object {
		return manifest.Value{}
	}
	for _, list := range []string{"rules", "http", "routes"} {
		rules := o.At("spec", list)
		for n, rule := range rules.Items() {
			if name := rule.At("name").Text(); e.Rule != "" && (name == e.Rule || name == "" && strconv.Itoa(n) == e.Rule) {
				return rule
			}
		}
	}
	return manifest.Value{}
}

// deepest follows the ways that a text names, from the object and from its rule, and
// gives the value that is farthest down.
func deepest(o *manifest.Object, rule manifest.Value, text string) manifest.Value {
	found, depth := rule, 0
	for _, word := range strings.Fields(text) {
		word = strings.Trim(word, ",:;()")
		if v := o.At("metadata", "annotations", word); v.Exists() {
			return v
		}
		for _, from := range []manifest.Value{o.Root(), rule} {
			v, n := follow(from, strings.Split(strings.TrimPrefix(word, "."), "."))
			if n > depth {
				found, depth = v, n
			}
		}
	}
	return found
}

// follow walks along keys as far as they are there.
func follow(v manifest.Value, keys []string) (manifest.Value, int) {
	for n, key := range keys {
		next := v.At(key)
		if !next.Exists() {
			return v, n
		}
		v = next
	}
	return v, len(keys)
}

// At is the file and line of a rule: orders.yaml:12.
func (r Rule) At() string { return at(r.Intent.Object, ruleAt(r.Intent)) }

// Line is the line of At; 0 where there is none.
func (r Rule) Line() int {
	if v := ruleAt(r.Intent); v.Line() > 0 {
		return v.Line()
	}
	return r.Intent.Object.Root().Line()
}

// Hosts gives the hostnames that the object of a rule is for; none where it names none.
func (r Rule) Hosts() []string { return hosts(r.Intent.Object) }

// ruleAt gives the rule of an intent in its object's tree; it does not exist where the
// intent is for the object as a whole.
func ruleAt(i resolve.Intent) manifest.Value {
	for _, list := range []string{"rules", "http", "routes"} {
		if rules := i.Object.At("spec", list); i.Rule >= 0 && rules.IsList() {
			return rules.Index(i.Rule)
		}
	}
	return manifest.Value{}
}

func hosts(o *manifest.Object) []string {
	var list []string
	add := func(v manifest.Value) {
		if name := v.Text(); name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	for _, key := range []string{"hostnames", "hosts"} {
		for _, v := range o.At("spec", key).Items() {
			add(v)
		}
	}
	if o.Is("networking.k8s.io", "Ingress") {
		for _, rule := range o.At("spec", "rules").Items() {
			add(rule.At("host"))
		}
	}
	return list
}
