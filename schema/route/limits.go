package route

import (
	"errors"
	"fmt"
	"slices"
	"strings"
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
	total := 0
	for _, n := range count {
		total += n
		if n > maxMatches {
			return fmt.Errorf("a rule would have %d matches, and %d is the most that the Gateway API takes", n, maxMatches)
		}
	}
	switch {
	case len(count) > maxRules:
		return fmt.Errorf("the route would have %d rules, and %d is the most that the Gateway API takes", len(count), maxRules)
	case total > maxMatchesPerRoute:
		return fmt.Errorf("the route would have %d matches, and %d is the most that the Gateway API takes", total, maxMatchesPerRoute)
	}
	return nil
}

// maxName is the most characters that a rule's name may have.
const maxName = 253

// FreeName gives the name, with a number behind it where a rule has it already,
// and cut where it would be too long.
func FreeName(rules []Rule, name string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(rules, func(r Rule) bool { return r.Name == name })
	}
	free := name[max(0, len(name)-maxName):]
	for n := 2; taken(free); n++ {
		number := fmt.Sprintf("-%d", n)
		free = name[max(0, len(name)+len(number)-maxName):] + number
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
