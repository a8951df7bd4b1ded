package translators_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
)

// A claim is one thing that a finding says, or that is true of wish and effect: a
// policy, how they differ, and about what.
type claim struct {
	policy       manifest.ID
	class, about string
}

// differences looks at every place, method and cause by itself, without Compare,
// and gives all claims that findings have to make.
func differences(r translators.Result) map[claim]bool {
	claims := map[claim]bool{}
	for _, p := range r.Rules {
		for _, e := range p.Effects {
			for _, name := range e.Methods.Each() {
				m := behavior.ParseMethod(name)
				for _, d := range differencesOf(p.Intent.Want, e, m) {
					claims[claim{id(p.Intent.Policy), d[0], d[1]}] = true
				}
			}
		}
	}
	return claims
}

// differencesOf compares for the requests with one method of an effect. That none
// of the effect's requests is ever tried again is one difference.
func differencesOf(want behavior.Behavior, e behavior.Effect, m behavior.Methods) [][2]string {
	asked := func(c behavior.Cause) bool {
		return want.MaxRetries.Value > 0 && want.Causes[c]&m != 0 && !e.Never[c]
	}
	if e.Answer != 0 && e.Answer < 500 {
		return nil // a redirect, say: there is nothing to try again
	}
	never := e.MaxRetries.State == behavior.Set && e.MaxRetries.Value == 0
	does := func(c behavior.Cause) bool { return !never && e.Causes[c]&m != 0 && !e.Never[c] }
	may := func(c behavior.Cause) bool { return !never && e.Unclear[c]&m != 0 && !does(c) && !e.Never[c] }
	method := m.String()
	var list [][2]string
	wanted, done := false, false
	anyone := false
	for i := range behavior.NumCauses {
		c := behavior.Cause(i)
		wanted, done = wanted || asked(c), done || does(c) || may(c)
		anyone = anyone || !never && !e.Never[c] && (e.Causes[c]|e.Unclear[c])&e.Methods != 0
	}
	if wanted && !anyone {
		return append(list, [2]string{"less", "maxRetries"})
	}
	for i := range behavior.NumCauses {
		c := behavior.Cause(i)
		about := c.String() + " for " + method
		switch {
		case may(c):
			list = append(list, [2]string{"unknown", about})
		case does(c) && !asked(c) && !(c == behavior.AttemptTimeout && e.AttemptTimeout.State == behavior.Off):
			list = append(list, [2]string{"more", about})
		case asked(c) && !does(c):
			list = append(list, [2]string{"less", about})
		}
	}
	if wanted && done && e.MaxRetries != want.MaxRetries {
		class := "unknown"
		if e.MaxRetries.State == behavior.Set {
			class = "more"
			if e.MaxRetries.Value < want.MaxRetries.Value {
				class = "less"
			}
		}
		list = append(list, [2]string{class, "maxRetries"})
	}
	return list
}

var spoken = regexp.MustCompile(`(retries|does not retry|leaves open whether) (.+?) (?:is retried )?for (.+?)(?:, which was not asked)?, on `)

// said reads the claims out of the messages of findings.
func said(r translators.Result) map[claim]bool {
	claims := map[claim]bool{}
	for _, f := range r.Findings {
		class := map[finding.Class]string{finding.Widened: "more", finding.Narrowed: "less", finding.Unknown: "unknown"}[f.Class]
		if class == "" {
			continue
		}
		if f.Field == "spec.maxRetries" {
			if !strings.Contains(f.Got, "cut off") { // about time: TestNoChangeOfAnEffectGoesUnnoticed has it
				claims[claim{f.Object, class, "maxRetries"}] = true
			}
			continue
		}
		if !strings.HasPrefix(f.Field, "spec.retryOn") {
			continue
		}
		m := spoken.FindStringSubmatch(f.Message)
		if m == nil {
			claims[claim{f.Object, "unreadable", f.Message}] = true
			continue
		}
		for _, c := range causes(m[2]) {
			for _, method := range methods(m[3]) {
				claims[claim{f.Object, class, c + " for " + method}] = true
			}
		}
	}
	return claims
}

// causes reads "Reset, 500-503" as single causes.
func causes(text string) []string {
	var list []string
	for _, part := range strings.Split(text, ", ") {
		first, last, ok := strings.Cut(part, "-")
		a, err := strconv.Atoi(first)
		b, _ := strconv.Atoi(last)
		if !ok || err != nil {
			list = append(list, part)
			continue
		}
		for code := a; code <= b; code++ {
			list = append(list, strconv.Itoa(code))
		}
	}
	return list
}

func methods(text string) []string {
	if text == "every method" {
		return behavior.AllMethods.Each()
	}
	return strings.Split(text, ", ")
}

// TestFindingsSayWhatDiffersAndNothingElse compares what the findings claim with
// what can be seen when wish and effect are laid side by side.
func TestFindingsSayWhatDiffersAndNothingElse(t *testing.T) {
	every(t, 40, func(t *testing.T, in input, s setting) {
		r := translators.Run(s.Target, in.plan(), s.Settings, false)
		want, got := differences(r), said(r)
		for c := range want {
			if !got[c] {
				t.Errorf("%s\nno finding says %v\n%s", in.source(t), c, claimsOf(got, c.policy))
				return
			}
		}
		for c := range got {
			if !want[c] {
				t.Errorf("%s\na finding says %v, and it is not so\n%s", in.source(t), c, claimsOf(want, c.policy))
				return
			}
		}
	})
}

func claimsOf(claims map[claim]bool, policy manifest.ID) string {
	var lines []string
	for c := range claims {
		if c.policy == policy {
			lines = append(lines, fmt.Sprint(c))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// TestEveryRequestOfAnIntentIsLookedAt: the effects of a place are those of all
// methods that reach it, or a finding says why nothing is known.
func TestEveryRequestOfAnIntentIsLookedAt(t *testing.T) {
	every(t, 40, func(t *testing.T, in input, s setting) {
		r := translators.Run(s.Target, in.plan(), s.Settings, false)
		explained := map[manifest.ID]bool{}
		for _, f := range r.Findings {
			if strings.HasPrefix(string(f.Code), "RT3") || f.Code == finding.ImplementerSays && strings.HasPrefix(f.Field, "spec.targetRefs") {
				explained[f.Object] = true
			}
		}
		for _, p := range r.Rules {
			covered := r.Gateway.Answers
			for _, e := range p.Effects {
				covered |= e.Methods
			}
			if left := p.Intent.Methods &^ covered; left != 0 && !explained[id(p.Intent.Policy)] && !byRoutes(r, p) {
				t.Errorf("%s\n%s: what happens to %s is not known, and no finding says so", in.source(t), p.Intent.RuleName(), left)
			}
		}
	})
}

// byRoutes reports whether the target is a Service and the requests to it are
// looked at in another place: at the routes below it in a mesh, at the Service
// itself where the gateway has no part in a mesh.
func byRoutes(r translators.Result, p translators.RuleEffects) bool {
	return p.Intent.Target().Kind == "Service" && slices.ContainsFunc(r.Rules, func(o translators.RuleEffects) bool {
		return o.Intent.Policy == p.Intent.Policy && o.Intent.Ref == p.Intent.Ref && o.Intent.ID() != p.Intent.ID() && len(o.Effects) > 0
	})
}

// TestEveryLimitOfBodiesIsSaid looks at each effect by itself: where requests with a body
// are tried again and it is not as the policy wishes, or there is a limit and no wish, a
// finding says so, and else none does.
func TestEveryLimitOfBodiesIsSaid(t *testing.T) {
	every(t, 40, func(t *testing.T, in input, s setting) {
		r := translators.Run(s.Target, in.plan(), s.Settings, false)
		said, wanted := map[manifest.ID]bool{}, map[manifest.ID]bool{}
		for _, f := range r.Findings {
			if f.Field == "spec.maxRequestBodyBytes" && strings.HasPrefix(string(f.Code), "RT2") && f.Class != finding.Extra {
				said[f.Object] = true
			}
		}
		for _, p := range r.Rules {
			for _, e := range p.Effects {
				if e.Answer == 0 && bounded(p.Intent.Want, e) {
					wanted[id(p.Intent.Policy)] = true
				}
			}
		}
		for _, p := range in.policies {
			if said[id(p)] != wanted[id(p)] {
				t.Errorf("%s\n%s: a finding about bodies is wanted %v, and there is one %v\n%v", in.source(t), id(p), wanted[id(p)], said[id(p)], r.Findings)
				return
			}
		}
	})
}

// bounded reports whether an effect's limit of bodies is to be said.
func bounded(want behavior.Behavior, e behavior.Effect) bool {
	if want.MaxRetries.Value == 0 || e.MaxRetries == behavior.Is(0) {
		return false
	}
	wish, says := want.Bodies.Limit, false
	for i := range behavior.NumCauses {
		c := behavior.Cause(i)
		if e.Never[c] || want.Causes[c]&(e.Causes[c]|e.Unclear[c])&e.Methods&(behavior.PUT|behavior.POST|behavior.PATCH) == 0 {
			continue
		}
		_, code := c.Status()
		limit := e.Bodies.Limit
		if c.Safe() {
			limit = e.Bodies.Unsent
		}
		least := limit.Value
		if limit.State == behavior.Set && e.Bodies.HTTP2.State == behavior.Set {
			least = min(least, e.Bodies.HTTP2.Value)
		}
		exact, enough := limit.State == behavior.Set && least == wish.Value, limit.State == behavior.Off || limit.State == behavior.Set && least >= wish.Value
		switch {
		case wish.State != behavior.Set:
			says = says || code && limit.State != behavior.Off
		case c.Safe():
			says = says || !enough
		default:
			says = says || !exact
		}
	}
	return says || wish.State == behavior.Set && e.Bodies.Larger == behavior.Refused
}
