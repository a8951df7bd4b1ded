package translators_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/translators/gateway"

	"sigs.k8s.io/yaml"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators"
)

// every runs a check over every input and every way of using a gateway.
func every(t *testing.T, seeds uint64, check func(*testing.T, input, setting)) {
	everyOf(t, inputs(t, seeds), check)
}

func everyOf(t *testing.T, list []input, check func(*testing.T, input, setting)) {
	for _, s := range settings() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			for _, in := range list {
				check(t, in, s)
				if t.Failed() {
					return
				}
			}
		})
	}
}

// failed gives the policies with an error.
func failed(r translators.Result) map[manifest.ID]bool {
	policies := map[manifest.ID]bool{}
	for _, f := range r.Findings {
		if f.Severity == finding.Error {
			policies[f.Object] = true
		}
	}
	return policies
}

func id(p *schema.RetryPolicy) manifest.ID { return resolve.PolicyID(p) }

// summary is everything of a result that does not depend on the order of the
// input: effects and findings, sorted.
func summary(r translators.Result) string {
	var lines []string
	for _, p := range r.Rules {
		for _, e := range p.Effects {
			for _, m := range e.Methods.Each() {
				lines = append(lines, fmt.Sprint(id(p.Intent.Policy), " ", p.Intent.RuleName(), " ", m, " ", brief(e.Behavior.For(behavior.ParseMethod(m)))))
			}
		}
	}
	for _, f := range r.Findings {
		lines = append(lines, fmt.Sprint(f.Code, f.Severity, f.Object, f.Field, f.Want, f.Got))
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "\n")
}

// brief prints a behavior without the causes that are not retried.
func brief(b behavior.Behavior) string {
	return fmt.Sprint(b.MaxRetries, behavior.CauseList(b.Causes.List(behavior.AllMethods)), " perhaps ", behavior.CauseList(b.Unclear.List(behavior.AllMethods)),
		b.AttemptTimeout, b.TotalTimeout, b.Backoff, b.Budget, b.Breaker, b.Bodies, b.IdempotencyKey)
}

func TestTranslatingTwiceGivesTheSameBytes(t *testing.T) {
	every(t, 25, func(t *testing.T, in input, s setting) {
		one := translators.Run(s.Target, in.plan(), s.Settings, false)
		two := translators.Run(s.Target, in.plan(), s.Settings, false)
		if a, b := text(t, one.Objects), text(t, two.Objects); a != b || fmt.Sprint(one.Findings) != fmt.Sprint(two.Findings) {
			t.Errorf("%s\nfirst:\n%s\nsecond:\n%s", in.source(t), a, b)
		}
	})
}

func TestTranslatingChangesNothingOfTheInput(t *testing.T) {
	every(t, 15, func(t *testing.T, in input, s setting) {
		before := in.source(t)
		translators.Run(s.Target, in.plan(), s.Settings, false)
		if after := in.source(t); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}

func TestTheOrderOfTheDocumentsDoesNotMatter(t *testing.T) {
	every(t, 25, func(t *testing.T, in input, s setting) {
		if twice(in.objects) {
			return // of two objects with one name the later counts
		}
		before := summary(translators.Run(s.Target, in.plan(), s.Settings, false))
		shuffled := input{in.name, slices.Clone(in.policies), slices.Clone(in.objects)}
		rng := rand.New(rand.NewPCG(uint64(len(before)), 1))
		rng.Shuffle(len(shuffled.objects), func(a, b int) {
			shuffled.objects[a], shuffled.objects[b] = shuffled.objects[b], shuffled.objects[a]
		})
		if !sharing(in.plan()) {
			slices.Reverse(shuffled.policies)
		}
		if after := summary(translators.Run(s.Target, shuffled.plan(), s.Settings, false)); after != before {
			t.Errorf("%s\n%s", shuffled.source(t), difference(before, after))
		}
	})
}

// sharing reports whether several policies hold for one object or for rules with a
// Service in common: what one of them writes there is then said to the others.
func sharing(plan *resolve.Plan) bool {
	owner := map[manifest.ID]*schema.RetryPolicy{}
	for _, i := range plan.Intents {
		ids := []manifest.ID{i.ID()}
		if i.Object != nil {
			ids = append(ids, route.Backends(i.Object, i.Rule)...)
		}
		for _, id := range ids {
			if p := owner[id]; p != nil && p != i.Policy {
				return true
			}
			owner[id] = i.Policy
		}
	}
	return false
}

func twice(objects []*manifest.Object) bool { return len(manifest.Twice(objects)) > 0 }

// difference gives the lines that only one of two texts has.
func difference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	var lines []string
	for _, l := range x {
		if !slices.Contains(y, l) {
			lines = append(lines, "- "+l)
		}
	}
	for _, l := range y {
		if !slices.Contains(x, l) {
			lines = append(lines, "+ "+l)
		}
	}
	return strings.Join(lines, "\n")
}

func TestTheOutputIsReadBackAsItWas(t *testing.T) {
	every(t, 25, func(t *testing.T, in input, s setting) {
		objects := translators.Run(s.Target, in.plan(), s.Settings, false).Objects
		out := text(t, objects)
		again, err := manifest.Read(strings.NewReader(out), "out.yaml")
		if err != nil || len(again) != len(objects) || twice(again) {
			t.Fatalf("%s\n%s\n%d objects became %d: %v", in.source(t), out, len(objects), len(again), err)
		}
		for n, o := range objects {
			if !manifest.Equal(o, again[n]) || o.ID() != again[n].ID() {
				t.Errorf("%s\n%s was read back differently:\n%s", in.source(t), o.ID(), out)
			}
			var tree map[string]any
			if err := yaml.UnmarshalStrict([]byte(text(t, objects[n:n+1])), &tree); err != nil {
				t.Errorf("%s: %v\n%s", o.ID(), err, out)
			}
		}
	})
}

// TestARequestThatMayNotBeIdempotentRunsTwiceOnlyIfAsked looks at the effects of
// what is printed: no policy without an error has, for a method that is not
// idempotent, a cause after which the backend may have processed the request,
// unless the policy asks for it or the gateway did so before.
func TestARequestThatMayNotBeIdempotentRunsTwiceOnlyIfAsked(t *testing.T) {
	every(t, 60, func(t *testing.T, in input, s setting) {
		plan := in.plan()
		r := translators.Run(s.Target, plan, s.Settings, false)
		bad := failed(r)
		printed := plan.World.With(r.Objects...)
		before, after := gateway.Read(s, plan.Intents, plan.World, s.Settings), gateway.Read(s, plan.Intents, printed, s.Settings)
		for n, i := range plan.Intents {
			if bad[id(i.Policy)] || slices.ContainsFunc(i.Policy.Spec.Accept, func(a schema.Accept) bool { return a.Finding == string(finding.UnsafeRetry) }) {
				continue
			}
			for _, m := range (behavior.POST | behavior.PATCH | behavior.CONNECT).Each() {
				was, is := retried(before[n], m), retried(after[n], m)
				for c := range is {
					if _, had := was[c]; !had && !c.Safe() && i.Want.Causes[c]&behavior.ParseMethod(m) == 0 {
						t.Errorf("%s\n%s: a %s is retried after %s, and nobody asked:\n%s\n%v", in.source(t), i.RuleName(), m, c, text(t, r.Objects), r.Findings)
						return
					}
				}
			}
		}
	})
}

// retried gives the causes after which a method is retried for sure.
func retried(effects []behavior.Effect, method string) map[behavior.Cause]bool {
	causes := map[behavior.Cause]bool{}
	m := behavior.ParseMethod(method)
	for _, e := range effects {
		if e.Methods&m == 0 || e.MaxRetries == behavior.Is(0) {
			continue
		}
		for i := range behavior.NumCauses {
			c := behavior.Cause(i)
			if e.Causes[c]&m != 0 && !e.Never[c] && !(c == behavior.AttemptTimeout && e.AttemptTimeout.State == behavior.Off) {
				causes[c] = true
			}
		}
	}
	return causes
}

// TestAPolicyWithAnErrorLeavesTheOthersAlone: what is printed is what the other
// policies come to without it.
func TestAPolicyWithAnErrorLeavesTheOthersAlone(t *testing.T) {
	errors := 0
	every(t, 40, func(t *testing.T, in input, s setting) {
		plan := in.plan()
		for _, strict := range []bool{false, true} {
			r := translators.Run(s.Target, plan, s.Settings, strict)
			bad := failed(r)
			without := map[*schema.RetryPolicy]bool{}
			for _, p := range in.policies {
				without[p] = bad[id(p)]
			}
			if len(bad) == 0 {
				continue
			}
			errors++
			alone := translators.Run(s.Target, plan.Without(without), s.Settings, strict)
			if a, b := text(t, r.Objects), text(t, alone.Objects); a != b || len(failed(alone)) > 0 {
				t.Errorf("%s\nwith an error of %v:\n%s\nwithout:\n%s\n%v", in.source(t), bad, a, b, alone.Findings)
			}
		}
	})
}

// TestEveryFindingHasItsPlace looks at the form of findings: a policy, a gateway, a
// field of the policy, a position, and no line break.
func TestEveryFindingHasItsPlace(t *testing.T) {
	every(t, 15, func(t *testing.T, in input, s setting) {
		for _, f := range translators.Run(s.Target, in.plan(), s.Settings, false).Findings {
			_, known := finding.Find(f.Code)
			if !known || f.Gateway == "" || !strings.HasPrefix(f.Object.String(), schema.Kind+" ") || !strings.HasPrefix(f.Field, "spec.") ||
				f.Line == 0 || f.Message == "" || strings.Contains(f.Message+f.Reason+f.Hint.String(), "\n") || f.Severity == "" {
				t.Errorf("%s\n%+v", in.source(t), f)
			}
			if strings.HasPrefix(string(f.Code), "RT2") && (f.Reason == "" || f.Class == "") {
				t.Errorf("%s\na difference without a reason or a class: %+v", in.source(t), f)
			}
		}
	})
}
