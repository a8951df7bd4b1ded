package kong

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
)

// holderOf gives what a plugin for an intent is on.
func holderOf(i resolve.Intent) holder {
	if i.Rule < 0 || i.ID().Kind == "GRPCRoute" { // filters of a GRPCRoute are not read
		return holder{object: i.Object}
	}
	return holder{i.Object, i.Object.At("spec", "rules").Index(i.Rule)}
}

// scripted tells what code that a rule has already sets, so that annotations have
// no say in it.
func (t *translation) scripted(i resolve.Intent) (retries, timeouts bool) {
	for _, o := range t.plugins.on(holderOf(i), preFunction) {
		if !understood(o) {
			continue
		}
		for _, method := range behavior.AllMethods.Each() {
			v := everything.judge([]*manifest.Object{o}, method)
			retries, timeouts = retries || v.retries.State == behavior.Set, timeouts || v.read.State == behavior.Set
		}
	}
	return retries, timeouts
}

// understood reports whether all that a plugin does is to set retries and timeouts
// in ways that retryctl follows.
func understood(o *manifest.Object) bool {
	if !plain(o) || o.At("protocols").Exists() || !enabled(o) || o.At("config").Len() != 1 || len(access(o)) == 0 {
		return false
	}
	for _, code := range access(o) {
		var v verdict
		for _, method := range behavior.AllMethods.Each() {
			everything.run(code, method, &v)
		}
		if !touches(code) || v.unclear || v.failed {
			return false
		}
	}
	return true
}

// code puts a script on holders that share it: into the plugin that they have
// already, or into a new one.
func (t *translation) code(at int, s script, holders []holder) {
	i := t.plan.Intents[at]
	if !t.whole(at, preFunction) {
		return
	}
	for _, h := range holders {
		if !t.alone(i, h) {
			return
		}
		existing := t.plugins.on(h, preFunction)
		if len(existing) == 0 {
			continue
		}
		if len(existing) > 1 || !understood(existing[0]) || !t.only(existing[0], holders) || !s.keep(existing[0]) {
			t.fail(i, finding.Conflicts, fmt.Sprintf("%s has a %s already: %s", i.Place(), preFunction, existing[0].ID()),
				"two of them on one rule make Kong refuse its whole configuration", "set retries in that one, or take it off the rule")
			return
		}
		t.edits.Of(existing[0]).Root().Put("config", s.config())
		return
	}
	t.attach(i, preFunction, "retries", s.config(), holders)
}

func (s script) config() manifest.Value { return manifest.Map("access", manifest.List(s.text())) }

// keep takes over the timeout that code sets so far, where no other is wished for,
// and reports whether it could.
func (s *script) keep(o *manifest.Object) bool {
	now := everything.judge([]*manifest.Object{o}, "GET")
	for _, method := range behavior.AllMethods.Each() {
		v := everything.judge([]*manifest.Object{o}, method)
		if s.timeout == 0 && (v.read != now.read || v.connect != v.read) {
			return false
		}
	}
	if s.timeout == 0 {
		s.timeout = now.read.Value
	}
	return true
}

// alone reports whether a pre-function on a holder would not switch another one
// off: of the route's, the Service's and the global one only the nearest runs.
func (t *translation) alone(i resolve.Intent, h holder) bool {
	wider := t.plugins.global(preFunction)
	for _, id := range t.services(i) {
		if o := t.plan.World.Get(id); o != nil && h.object != o {
			wider = append(wider, t.plugins.on(holder{object: o}, preFunction)...)
		}
	}
	for _, o := range wider {
		if enabled(o) && !understood(o) {
			t.fail(i, finding.Conflicts, fmt.Sprintf("a %s on %s would switch %s off there", preFunction, i.Place(), o.ID()),
				"of one plugin only the nearest instance runs for a request", "make that one a post-function, or set retries in it")
			return false
		}
	}
	for _, id := range t.plugins.missing(h) {
		t.out.Say(i, finding.NeedsObject, fmt.Sprintf("%s, which %s refers to, is not in the input", id, h.object.ID()),
			"with a second pre-function on the rule Kong would refuse its whole configuration", "give its manifest with -f as well")
	}
	return true
}

// whole reports whether a plugin of a type is to be put on an intent's holder. What
// is on a GRPCRoute holds for all its rules, so they must all want the same, and
// get it once.
func (t *translation) whole(at int, plugin string) bool {
	i := t.plan.Intents[at]
	if i.ID().Kind != "GRPCRoute" {
		return true
	}
	same := 0
	for n, other := range t.plan.Intents {
		a, b := t.needs[n], t.needs[at]
		if other.ID() == i.ID() && t.usable[n] && a.number == b.number && a.timeout == b.timeout && a.key == b.key {
			same++
		}
	}
	if same < len(resolve.RulesOf(i.Object)) {
		t.fail(i, finding.Conflicts, fmt.Sprintf("a plugin on %s would hold for rules that are to get something else", i.ID()),
			"of a GRPCRoute the controller reads the annotation for plugins only, not the filters of a rule (subtranslator/grpcroute.go)", "give the rule a GRPCRoute of its own")
		return false
	}
	key := plugin + " " + i.ID().String()
	done := t.shared[key]
	t.shared[key] = true
	return !done
}

// only reports whether nothing but the holders refers to a plugin.
func (t *translation) only(o *manifest.Object, holders []holder) bool {
	names := func(ids []manifest.ID) bool {
		return slices.ContainsFunc(ids, func(id manifest.ID) bool { return t.plugins.get(id) == o })
	}
	for _, other := range t.plan.World.All() {
		rules := other.At("spec", "rules")
		if names(annotated(other)) && !slices.ContainsFunc(holders, func(h holder) bool {
			return h.object.ID() == other.ID() && (!h.rule.Exists() || rules.Len() == 1)
		}) {
			return false
		}
		for _, rule := range rules.Items() {
			if names(filtering(other, rule)) && !slices.ContainsFunc(holders, func(h holder) bool { return h.rule == rule }) {
				return false
			}
		}
	}
	return true
}

// key puts a correlation-id on holders that share it.
func (t *translation) key(at int, holders []holder) {
	i, name := t.plan.Intents[at], t.needs[at].key
	if !t.whole(at, correlationID) {
		return
	}
	for _, h := range holders {
		if there := t.plugins.on(h, correlationID); len(there) > 0 {
			o := there[0]
			if !plain(o) || !strings.EqualFold(header(o), name) || !enabled(o) {
				t.fail(i, finding.Conflicts, fmt.Sprintf("%s has a %s already, with the header %s: %s", i.Place(), correlationID, header(o), o.ID()),
					"two of them on one rule make Kong refuse its whole configuration", "use that header as the key, or take the plugin off")
			}
			return
		}
	}
	wider := t.plugins.global(correlationID)
	for _, id := range t.services(i) {
		if o := t.plan.World.Get(id); o != nil && holders[0].object != o {
			wider = append(wider, t.plugins.on(holder{object: o}, correlationID)...)
		}
	}
	for _, o := range wider {
		t.out.Say(i, finding.Shadows, fmt.Sprintf("the new %s on %s switches %s off there", correlationID, i.Place(), o.ID()),
			"of one plugin only the nearest instance runs for a request", "")
	}
	config := manifest.Map("header_name", name, "generator", "uuid", "echo_downstream", false)
	t.attach(i, correlationID, "key", config, holders)
}
