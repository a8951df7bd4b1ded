package translators

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

// A review makes findings of what translating and reading back has shown.
type review struct {
	profile gateway.Profile
	strict  bool
	used    map[acceptance]bool
	// written are the objects that carry the translation.
	written map[string]bool
	// before gives the effects that each place had without the translation.
	before func() [][]behavior.Effect
}

type acceptance struct {
	policy *schema.RetryPolicy
	index  int
}

// A loss is one difference of one policy, wherever it occurs.
type loss struct {
	behavior.Diff
	reason string
	first  string
	others map[string]bool
}

func (l *loss) at(where string) {
	if where == l.first {
		return
	}
	if l.others == nil {
		l.others = map[string]bool{}
	}
	l.others[where] = true
}

// findings gives every finding, and the policies that have an error.
func (r *review) findings(rules []RuleEffects, said []gateway.Said) (finding.List, map[*schema.RetryPolicy]bool) {
	var list finding.List
	errors := map[*schema.RetryPolicy]bool{}
	add := func(p *schema.RetryPolicy, f finding.Finding) {
		f.Gateway = r.profile.Name
		if f = r.judge(p, f); f.Severity == finding.Error {
			errors[p] = true
		}
		list.Add(f)
	}
	for _, s := range said {
		add(s.Policy, s.Finding)
	}
	var policies []*schema.RetryPolicy
	losses := map[*schema.RetryPolicy][]loss{}
	for n, rule := range rules {
		p := rule.Intent.Policy
		if _, seen := losses[p]; !seen {
			policies = append(policies, p)
			losses[p] = nil
		}
		for _, e := range rule.Effects {
			diffs := r.compare(rule.Intent.Want, n, e)
			if len(diffs) == 0 {
				continue
			}
			where := resolve.RuleName(rule.Intent.ID(), e.Rule, rule.Intent.Rule)
			for _, d := range diffs {
				losses[p] = gather(losses[p], d, r.reason(d), where)
			}
		}
	}
	for _, p := range policies {
		for _, l := range losses[p] {
			add(p, r.finding(p, l))
		}
		list = append(list, r.unused(p)...)
	}
	return list, errors
}

// compare finds the differences of one effect. A retry that the gateway makes by
// itself without the policy as well is not of the policy's making: no error. One that
// other configuration asks for stays one, since that is what has to be changed.
func (r *review) compare(want behavior.Behavior, at int, e behavior.Effect) []behavior.Diff {
	diffs := behavior.Compare(want, e)
	for n, d := range diffs {
		if d.Code == finding.UnsafeRetry && d.Elsewhere == "" && r.already(at, e, d) {
			diffs[n].Code = finding.MoreRetries
			diffs[n].Want = "not retried (the gateway does so without the policy as well)"
		}
	}
	return diffs
}

func (r *review) already(at int, now behavior.Effect, d behavior.Diff) bool {
	before := r.before()[at]
	other := func(e behavior.Effect) bool { return e.Object != now.Object || e.Rule != now.Rule }
	if own := slices.DeleteFunc(slices.Clone(before), other); len(own) > 0 {
		before = own // what other rules served is not this one's
	}
	for _, e := range before {
		for _, c := range d.Causes {
			if d.Methods&e.Methods&^(e.Causes[c]|e.Unclear[c]) != 0 {
				return false
			}
		}
	}
	return len(before) > 0
}

// gather adds a difference to those of its kind: the same loss on several rules,
// or for several methods, is one, as long as it has the same reason.
func gather(losses []loss, d behavior.Diff, reason, where string) []loss {
	for n := range losses {
		l := &losses[n]
		if l.Code == d.Code && l.Field == d.Field && l.Topic == d.Topic && l.Want == d.Want && l.Got == d.Got && l.reason == reason && l.Elsewhere == d.Elsewhere && slices.Equal(l.Causes, d.Causes) {
			l.Methods |= d.Methods
			l.at(where)
			return losses
		}
	}
	return append(losses, loss{d, reason, where, nil})
}

func (r *review) finding(p *schema.RetryPolicy, l loss) finding.Finding {
	f := resolve.About(p, l.Code, l.Field, message(r.profile, l))
	f.Class, f.Want, f.Got = l.Class, l.Want, l.Got
	f.Reason = l.reason
	f.Severity = l.Code.Severity()
	if l.Elsewhere != "" && l.Code == finding.MoreRetries && p.Spec.MaxRetries != nil && *p.Spec.MaxRetries == 0 {
		f.Severity = finding.Error // no retries were asked for, and other configuration asks for some
	}
	return f
}

// words say what a number's difference is, and causesOf that of who is retried.
var (
	words = map[finding.Class]string{
		finding.Widened: "retries more than asked", finding.Narrowed: "retries less than asked",
		finding.Approximated: "differs", finding.Dropped: "has nothing for it",
		finding.Extra: "adds something", finding.Unknown: "may or may not do it",
	}
	causesOf = map[finding.Class]string{
		finding.Widened:  "retries %s for %s, which was not asked",
		finding.Narrowed: "does not retry %s for %s",
		finding.Unknown:  "leaves open whether %s is retried for %s",
	}
)

// message says what differs, for whom, and where.
func message(p gateway.Profile, l loss) string {
	what := words[l.Class]
	switch {
	case l.Code == finding.LargeBodies:
		what = "bounds the bodies with which requests are tried again"
	case len(l.Causes) > 0:
		what = fmt.Sprintf(causesOf[l.Class], behavior.CauseList(l.Causes), l.Methods)
	}
	where := l.first
	if n := len(l.others); n > 0 {
		where += fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("%s %s, on %s", p.Title, what, where)
}

// judge makes a note of an accepted loss, and an error of any other with strict.
func (r *review) judge(p *schema.RetryPolicy, f finding.Finding) finding.Finding {
	for n, a := range p.Spec.Accept {
		if a.Gateway != r.profile.Name || a.Finding != string(f.Code) || !within(f.Field, a.Field) {
			continue
		}
		r.used[acceptance{p, n}] = true
		f.Severity = finding.Note
		f.Hint = finding.Do("accepted: " + a.Reason)
		return f
	}
	if r.strict && f.Severity == finding.Warning {
		f.Severity = finding.Error
	}
	return f
}

// within reports whether a field is the accepted one or below it.
func within(field, accepted string) bool {
	return accepted == "" || field == accepted || strings.HasPrefix(field, accepted+".")
}

// unused reports acceptances for this gateway that nothing made use of.
func (r *review) unused(p *schema.RetryPolicy) finding.List {
	var list finding.List
	for n, a := range p.Spec.Accept {
		if a.Gateway == r.profile.Name && !r.used[acceptance{p, n}] {
			f := resolve.About(p, finding.UnusedAccept, fmt.Sprintf("spec.accept[%d]", n),
				fmt.Sprintf("%s is accepted for %s and does not occur", a.Finding, r.profile.Title))
			f.Gateway, f.Hint = r.profile.Name, finding.Do("take the acceptance out")
			list.Add(f)
		}
	}
	return list
}
