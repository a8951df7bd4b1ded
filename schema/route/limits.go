package route

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
)

// Limits of the Gateway API's CRDs (v1.6, HTTPRoute spec).
const (
	maxRules           = 16
	maxMatches         = 64
	maxMatchesPerRoute = 128
)

// limits fails where the split route would be more than the CRD takes, or where
// nothing would be left of the rule: without matches it would take everything.
func (s *splitter) limits() error {
	count := make([]int, len(s.rules)+1)
	for r, rule := range s.rules {
		count[r] = len(rule.Matches)
	}
	for _, m := range s.rules[s.at].Matches {
		if m.Method != "" && m.methods()&s.methods != 0 {
			count[s.at]--
			count[len(s.rules)]++
		}
	}
	if count[s.at] == 0 || count[len(s.rules)] == 0 && len(s.gains) == 0 {
		return errors.New("it has no requests to move, or no others")
	}
	for _, g := range s.gains {
		if g.rule == s.at {
			count[len(s.rules)]++
		} else {
			count[g.rule]++
		}
	}
	total, rules := 0, len(count)
	for r, n := range count {
		total += n
		switch fresh := r == len(s.rules); {
		case fresh && s.together(n) == 1:
			rules += n - 1
		case !fresh && n > len(s.rules[r].Matches) && oneMatch(s.rules[r].Value):
			return fmt.Errorf("rule %d would have %d matches, and with a ReplacePrefixMatch it may have one", r, n)
		case n > maxMatches:
			return fmt.Errorf("a rule would have %d matches, and %d is the most that the Gateway API takes", n, maxMatches)
		}
	}
	switch {
	case rules > maxRules:
		return fmt.Errorf("the route would have %d rules, and %d is the most that the Gateway API takes", rules, maxRules)
	case total > maxMatchesPerRoute:
		return fmt.Errorf("the route would have %d matches, and %d is the most that the Gateway API takes", total, maxMatchesPerRoute)
	}
	return nil
}

// together gives how many of the matches that are moved stand in one new rule.
func (s *splitter) together(moved int) int {
	if oneMatch(s.rules[s.at].Value) {
		return 1
	}
	return moved
}

// oneMatch reports whether a rule, or one of its backends, replaces the prefix of
// the path: the CRD then takes it with exactly one match, on a prefix (v1.6.3
// HTTPRoute, the rules in CEL of spec.rules[]).
func oneMatch(rule manifest.Value) bool {
	replaces := func(element manifest.Value) bool {
		for _, f := range element.At("filters").Items() {
			for _, kind := range []string{"requestRedirect", "urlRewrite"} {
				if f.At(kind, "path", "type").Text() == "ReplacePrefixMatch" {
					return true
				}
			}
		}
		return false
	}
	for _, backend := range rule.At("backendRefs").Items() {
		if replaces(backend) {
			return true
		}
	}
	return replaces(rule)
}

// maxName is the most characters that a rule's name may have.
const maxName = 253

// FreeName gives the name, with a number behind it where a rule has it already,
// and cut where it would be too long.
func FreeName(rules []Rule, name string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(rules, func(r Rule) bool { return r.Name == name })
	}
	cut := func(number string) string {
		return strings.TrimLeft(name[max(0, len(name)+len(number)-maxName):], "-.") + number
	}
	free := cut("")
	for n := 2; taken(free); n++ {
		free = cut(fmt.Sprintf("-%d", n))
	}
	return free
}

// PartSuffix ends the name of a rule that was split off another one.
const PartSuffix = "-retryable"

// IsPart reports whether a rule's name is that of a part which was split off the
// rule of another name.
func IsPart(name, of string) bool {
	rest, ok := strings.CutPrefix(name, of+PartSuffix)
	return ok && of != "" && strings.Trim(rest, "-0123456789") == ""
}
