package undo

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/normal"
	"retryctl.dev/schema/route"
)

// A splitList is where objects of a kind have rules that were split by method.
type splitList struct {
	group, kind, list string
	// may reports whether a rule as it is given can be such a part.
	may func(rule manifest.Value) bool
	// of reports whether one rule was split off another one. Both are in normal form.
	of func(part, rest manifest.Value, at int) bool
}

func splitLists() []splitList {
	return []splitList{
		{route.Group, "HTTPRoute", "rules", namedPart, byNames("matches")},
		{"networking.istio.io", "VirtualService", "http", namedPart, byNames("match")},
		{"traefik.io", "IngressRoute", "routes", takesMethods, complements},
		{"traefik.containo.us", "IngressRoute", "routes", takesMethods, complements},
	}
}

// unmarked says which rules of an object retryctl has split off others, and which
// objects it has made, before it left marks. Nothing takes these back. What a mark
// of whatever target explains is not among them.
func (taken *Taken) unmarked(o *manifest.Object) {
	marks := allMarks(o)
	switch {
	case slices.ContainsFunc(marks, mark.made):
		return
	case len(marks) == 0 && made(o):
		taken.old(o, o.Root(), finding.Note, fmt.Sprintf("%s was written by retryctl and has no mark: no later run takes it back", o.ID()),
			"delete it, take what refers to it out of routes and Services, and translate again")
		return
	}
	for _, s := range splitLists() {
		if !o.Is(s.group, s.kind) || !slices.ContainsFunc(items(o.At("spec", s.list)), s.may) {
			continue
		}
		bare, whole := withoutMarks(o, marks, taken.opts)
		if !whole {
			return // a mark explains what is still there, which its own target's run says
		}
		rules := normal.Normalise(bare, taken.opts).At("spec", s.list)
		for n, part := range rules.Items() {
			for m, rest := range rules.Items() {
				if n == m || !s.of(part, rest, m) {
					continue
				}
				taken.old(o, bare.At("spec", s.list).Index(n), finding.Warning,
					fmt.Sprintf("%s of %s was split off %s by retryctl and has no mark: no run joins them again, and it keeps its retries", ruleName(part, n), o.ID(), ruleName(rest, m)),
					"restore the object from its source, or delete the rule with the conditions on methods that stand beside it, and translate again; give it another name or match if it is yours")
				break
			}
		}
	}
}

func (taken *Taken) old(o *manifest.Object, at manifest.Value, severity finding.Severity, message, hint string) {
	taken.Findings.Add(finding.Finding{
		Code: finding.CannotTakeBack, Severity: severity, Object: o.ID(), Message: message, Hint: finding.Do(hint),
		File: o.File, Line: at.Line(), Column: at.Column(),
	})
}

func ruleName(rule manifest.Value, n int) string {
	return "rule " + cmp.Or(rule.At("name").Text(), fmt.Sprint(n))
}

// allMarks gives the marks of all targets.
func allMarks(o *manifest.Object) []mark {
	var marks []mark
	for key, value := range o.At("metadata", "annotations").Fields() {
		if IsMark(key.Text()) {
			marks = append(marks, mark{target: strings.TrimPrefix(key.Text(), prefix), text: value.Text()})
		}
	}
	return marks
}

// withoutMarks gives an object without the edits of its marks, and whether all of them
// could be taken back.
func withoutMarks(o *manifest.Object, marks []mark, opts normal.Options) (bare *manifest.Object, whole bool) {
	if len(marks) == 0 {
		return o, true
	}
	aside := Taken{opts: opts}
	bare = aside.restored(o, marks)
	return bare, len(aside.Findings) == 0
}

// made reports whether an object is one that a translation made: it has the label, or
// the code of a plugin says so.
func made(o *manifest.Object) bool {
	code := o.At("config", "access").Index(0).Text()
	return o.At("metadata", "labels", managedBy).Text() == manager ||
		o.Is("configuration.konghq.com", "KongPlugin") && strings.HasPrefix(code, "-- Written by retryctl from a RetryPolicy.\n")
}

func namedPart(rule manifest.Value) bool {
	return strings.Contains(rule.At("name").Text(), route.PartSuffix)
}

func takesMethods(rule manifest.Value) bool {
	return strings.Contains(rule.At("match").Text(), "Method(")
}

// byNames is for rules with names. The part has the name of the rest, or what stands for
// it, and route.PartSuffix. All of its matches have methods, one or more is the rest's but
// for that, and both rules do the same with requests but for retries.
func byNames(matches string) func(part, rest manifest.Value, at int) bool {
	return func(part, rest manifest.Value, at int) bool {
		name := part.At("name").Text()
		if !route.IsPart(name, cmp.Or(rest.At("name").Text(), fmt.Sprintf("rule-%d", at))) {
			return false
		}
		whole := anyMethod(rest.At(matches))
		if len(whole) == 0 { // which is all requests
			whole = []manifest.Value{manifest.Map()}
		}
		shared := false
		for n, match := range anyMethod(part.At(matches)) {
			if !part.At(matches).Index(n).At("method").Exists() {
				return false
			}
			shared = shared || slices.ContainsFunc(whole, match.Equal)
		}
		return shared && does(part, matches).Equal(does(rest, matches))
	}
}

// anyMethod gives matches without their methods.
func anyMethod(matches manifest.Value) []manifest.Value {
	all := items(matches.Copy())
	for _, match := range all {
		match.Remove("method")
	}
	return all
}

func items(list manifest.Value) []manifest.Value {
	var all []manifest.Value
	for _, item := range list.Items() {
		all = append(all, item)
	}
	return all
}

// does gives what a rule does with requests, without what translations write.
func does(rule manifest.Value, matches string) manifest.Value {
	c := rule.Copy()
	for _, key := range []string{"name", matches, "retry", "retries", "timeouts", "timeout", "middlewares"} {
		c.Remove(key)
	}
	filters := c.At("filters")
	for n := filters.Len() - 1; n >= 0; n-- {
		switch filters.Index(n).At("extensionRef", "group").Text() {
		case "traefik.io", "configuration.konghq.com":
			filters.RemoveIndex(n)
		}
	}
	if filters.Len() == 0 {
		c.Remove("filters")
	}
	return c
}

// methodsLast is a match of an IngressRoute with conditions on methods at its end.
var methodsLast = regexp.MustCompile("^(|.*? && )(\\(?!?Method\\(`[A-Z]+`\\)(?: (?:&&|\\|\\|) !?Method\\(`[A-Z]+`\\))*\\)?)$")

// complements is for the routes of IngressRoutes, which have no names. They have one
// priority, take a request for what is left by the other, and the part has a middleware
// that is named as retryctl does it.
func complements(part, rest manifest.Value, _ int) bool {
	a, b := methodsLast.FindStringSubmatch(part.At("match").Text()), methodsLast.FindStringSubmatch(rest.At("match").Text())
	if a == nil || b == nil || a[1] != b[1] || strings.Contains(a[2], "!") || !part.At("priority").Equal(rest.At("priority")) {
		return false
	}
	others := strings.ReplaceAll(strings.TrimPrefix(a[2], "("), " || ", " && !")
	if strings.HasPrefix(a[2], "(") {
		others = strings.TrimSuffix(others, ")")
	}
	if b[2] != "!"+others {
		return false
	}
	return slices.ContainsFunc(items(part.At("middlewares")), func(m manifest.Value) bool {
		return strings.HasSuffix(m.At("name").Text(), route.PartSuffix)
	}) && does(part, "match").Equal(does(rest, "match"))
}
