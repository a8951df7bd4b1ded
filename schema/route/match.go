package route

import (
	"iter"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
)

// Group is the API group of Gateways and their routes.
const Group = "gateway.networking.k8s.io"

// A Match is one entry of a rule's matches. Two matches with the same Path and
// Conditions differ at most in the method.
type Match struct {
	Path Path
	// Method is empty where every method matches.
	Method string
	// Conditions are the header and query parameter conditions, in one form.
	Conditions string
	// Headers and Queries count them: more of them take precedence.
	Headers, Queries int
}

// A Rule is one rule of an HTTPRoute or GRPCRoute.
type Rule struct {
	Name    string
	Index   int
	Matches []Match
	// GRPC says that the rule is a GRPCRoute's; all its requests are POSTs.
	GRPC bool
	// Value is the rule in the object's tree.
	Value manifest.Value
}

// Distinct yields the matches of a rule with their indexes, those that are equal once.
func (r Rule) Distinct() iter.Seq2[int, Match] {
	return func(yield func(int, Match) bool) {
		there := map[Match]bool{}
		for n, m := range r.Matches {
			if there[m] {
				continue
			}
			if there[m] = true; !yield(n, m) {
				return
			}
		}
	}
}

// Rules reads the rules of an HTTPRoute or GRPCRoute; none for other kinds. An
// HTTPRoute that does not write any has the one that WriteRules writes.
func Rules(o *manifest.Object) []Rule {
	grpc := o.Is(Group, "GRPCRoute")
	if !grpc && !o.Is(Group, "HTTPRoute") {
		return nil
	}
	list := o.At("spec", "rules")
	if implied(o) {
		list = impliedRules()
	}
	rules := make([]Rule, 0, list.Len())
	for i, v := range list.Items() {
		rules = append(rules, ruleOf(v, i, grpc))
	}
	return rules
}

// RuleAt is one of those that Rules gives; of an object or an index that has none it is
// the zero value.
func RuleAt(o *manifest.Object, i int) Rule {
	list := o.At("spec", "rules")
	if implied(o) {
		list = impliedRules()
	}
	grpc := o.Is(Group, "GRPCRoute")
	if !grpc && !o.Is(Group, "HTTPRoute") || i < 0 || i >= list.Len() {
		return Rule{}
	}
	return ruleOf(list.Index(i), i, grpc)
}

func ruleOf(v manifest.Value, i int, grpc bool) Rule {
	return Rule{v.At("name").Text(), i, matches(v, grpc), grpc, v}
}

func matches(rule manifest.Value, grpc bool) []Match {
	written := rule.At("matches")
	list := make([]Match, 0, max(1, written.Len()))
	for _, v := range written.Items() {
		list = append(list, ReadMatch(v, grpc))
	}
	if len(list) == 0 {
		list = append(list, ReadMatch(manifest.Value{}, grpc))
	}
	return list
}

// ReadMatch reads one entry of a rule's matches, with the standard's defaults.
func ReadMatch(v manifest.Value, grpc bool) Match {
	m := Match{Headers: v.At("headers").Len(), Queries: v.At("queryParams").Len(), Conditions: conditions(v)}
	if grpc {
		method := v.At("method")
		m.Method = "POST"
		m.Path = Path{PathKind("grpc " + orElse(method.At("type").Text(), string(Exact))), method.At("service").Text() + "/" + method.At("method").Text()}
		return m
	}
	at := v.At("path")
	m.Path = pathOf(PathKind(orElse(at.At("type").Text(), string(Prefix))), orElse(at.At("value").Text(), "/"))
	m.Method = v.At("method").Text()
	return m
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Tier is equal for two matches that no difference of their paths ranks: those on
// the same path, and those on regular expressions, whose order the standard
// leaves to the implementation.
func (m Match) Tier() Path {
	if m.Path.Kind == Pattern {
		return Path{Kind: Pattern}
	}
	return m.Path
}

// conditions writes header and query conditions in one order, header names in
// lower case, so that equal conditions are equal strings. Of conditions on one
// header the first counts.
func conditions(v manifest.Value) string {
	if v.At("headers").Len() == 0 && v.At("queryParams").Len() == 0 {
		return ""
	}
	var parts []string
	for _, h := range v.At("headers").Items() {
		name := "h " + strings.ToLower(h.At("name").Text()) + " "
		if !slices.ContainsFunc(parts, func(part string) bool { return strings.HasPrefix(part, name) }) {
			parts = append(parts, name+orElse(h.At("type").Text(), "Exact")+" "+h.At("value").Text())
		}
	}
	for _, q := range v.At("queryParams").Items() {
		parts = append(parts, "q "+q.At("name").Text()+" "+orElse(q.At("type").Text(), "Exact")+" "+q.At("value").Text())
	}
	slices.Sort(parts)
	return strings.Join(parts, "\x00")
}

// methods gives those that the match lets through.
func (m Match) methods() behavior.Methods {
	if m.Method == "" {
		return behavior.AllMethods
	}
	return behavior.ParseMethod(m.Method)
}

// covers reports whether every request of another match with the method, which
// has none of its own, is one of this match as well.
func (m Match) covers(other Match) bool {
	if m.Path != other.Path || m.Conditions == other.Conditions || m.Conditions == "" {
		return m.Path == other.Path
	}
	all := strings.Split(other.Conditions, "\x00")
	for _, condition := range strings.Split(m.Conditions, "\x00") {
		if !slices.Contains(all, condition) {
			return false
		}
	}
	return true
}

// Reach gives the methods with which a request can reach rule i. It never leaves
// one out; it has one too many only where regular expressions, or other routes,
// take all of its requests away.
func Reach(rules []Rule, i int) behavior.Methods { return ReachBy(ReachOf, rules, i) }

// ReachOf is Reach for one match of rule i. Without a method of its own it loses
// those that a match with a method takes, in whatever rule, since that outranks
// all its conditions; of equal matches the earlier rule's counts.
func ReachOf(rules []Rule, i int, m Match) behavior.Methods {
	return reachOf(rules, i, m, func(Match) bool { return true })
}

// reachOf asks, of a match with a method that covers m, whether it goes first.
func reachOf(rules []Rule, i int, m Match, first func(Match) bool) behavior.Methods {
	reach := m.methods()
	for j, other := range rules {
		for _, n := range other.Matches {
			switch {
			case n.Method != "" && m.Method == "" && n.covers(m) && first(n),
				n.Method == m.Method && j < i && n.Path == m.Path && n.Conditions == m.Conditions:
				reach &^= n.methods()
			}
		}
	}
	return reach
}

// Serving gives the rules of an edited route that serve the requests which used
// to reach rule i of the original, each with the methods that it serves.
func Serving(original, edited []Rule, i int) (indexes []int, methods []behavior.Methods) {
	return ServingBy(ReachOf, original, edited, i)
}

// server gives the rule with the match's path and conditions that the method
// reaches: one that names the method before one that names none.
func server(rules []Rule, m Match, method behavior.Methods) int {
	at := -1
	for r, rule := range rules {
		for _, n := range rule.Matches {
			if n.Path != m.Path || n.Conditions != m.Conditions || n.methods()&method == 0 {
				continue
			}
			if n.Method != "" {
				return r
			}
			if at < 0 {
				at = r
			}
		}
	}
	return at
}
