package write

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/kong/api"
	"retryctl.dev/translators/kong/controller"
)

// holderOf gives what a plugin for an intent is on.
func holderOf(i resolve.Intent) controller.PluginTarget {
	if i.Rule < 0 || i.ID().Kind == "GRPCRoute" { // filters of a GRPCRoute are not read
		return controller.PluginTarget{Object: i.Object}
	}
	return controller.PluginTarget{Object: i.Object, Rule: i.Object.At("spec", "rules").Index(i.Rule)}
}

// scripted tells what code that a rule has already sets, so that annotations have
// no say in it.
func (t *translation) scripted(i resolve.Intent) (retries, timeouts bool) {
	for _, o := range t.plugins.On(holderOf(i), api.PreFunction) {
		if !understood(o) {
			continue
		}
		for _, method := range behavior.AllMethods.Each() {
			v := controller.Everything.Judge([]*manifest.Object{o}, method)
			retries, timeouts = retries || v.Retries.State == behavior.Set, timeouts || v.Read.State == behavior.Set
		}
	}
	return retries, timeouts
}

// understood reports whether all that a plugin does is to set retries and timeouts
// in ways that retryctl follows.
func understood(o *manifest.Object) bool {
	if !controller.Plain(o) || o.At("protocols").Exists() || !controller.Enabled(o) || o.At("config").Len() != 1 || len(controller.Access(o)) == 0 {
		return false
	}
	for _, code := range controller.Access(o) {
		var v controller.Verdict
		for _, method := range behavior.AllMethods.Each() {
			controller.Everything.Run(code, method, &v)
		}
		if !controller.Touches(code) || v.Unclear || v.Failed {
			return false
		}
	}
	return true
}

// code puts a script on targets that share it: into the plugin that they have
// already, or into a new one.
func (t *translation) code(at int, s script, targets []controller.PluginTarget) {
	i := t.plan.Intents[at]
	if !t.whole(at, api.PreFunction) {
		return
	}
	for _, h := range targets {
		if !t.alone(i, h) {
			return
		}
		existing := t.plugins.On(h, api.PreFunction)
		if len(existing) == 0 {
			continue
		}
		if len(existing) > 1 || !understood(existing[0]) || !t.only(existing[0], targets) || !s.keep(existing[0]) {
			t.fail(i, finding.Conflicts, fmt.Sprintf("%s has a %s already: %s", i.RuleName(), api.PreFunction, existing[0].ID()),
				"two of them on one rule make Kong refuse its whole configuration", finding.Do("set retries in that one, or take it off the rule"))
			return
		}
		t.edits.Of(existing[0]).Root().Put("config", s.config())
		return
	}
	t.attach(i, api.PreFunction, "retries", s.config(), targets)
}

func (s script) config() manifest.Value { return manifest.Map("access", manifest.List(s.text())) }

// keep takes over the timeout that code sets so far, where no other is wished for,
// and reports whether it could.
func (s *script) keep(o *manifest.Object) bool {
	now := controller.Everything.Judge([]*manifest.Object{o}, "GET")
	for _, method := range behavior.AllMethods.Each() {
		v := controller.Everything.Judge([]*manifest.Object{o}, method)
		if s.timeout == 0 && (v.Read != now.Read || v.Connect != v.Read) {
			return false
		}
	}
	if s.timeout == 0 {
		s.timeout = now.Read.Value
	}
	return true
}

// alone reports whether a pre-function on a target would not switch another one
// off: of the route's, the Service's and the global one only the nearest runs.
func (t *translation) alone(i resolve.Intent, h controller.PluginTarget) bool {
	wider := t.plugins.Global(api.PreFunction)
	for _, id := range t.services(i) {
		if o := t.plan.World.Get(id); o != nil && h.Object != o {
			wider = append(wider, t.plugins.On(controller.PluginTarget{Object: o}, api.PreFunction)...)
		}
	}
	for _, o := range wider {
		if controller.Enabled(o) && !understood(o) {
			t.fail(i, finding.Conflicts, fmt.Sprintf("a %s on %s would switch %s off there", api.PreFunction, i.RuleName(), o.ID()),
				"of one plugin only the nearest instance runs for a request", finding.Do("make that one a post-function, or set retries in it"))
			return false
		}
	}
	for _, id := range t.plugins.Missing(h) {
		t.out.Say(i, finding.NeedsObject, fmt.Sprintf("%s, which %s refers to, is not in the input", id, h.Object.ID()),
			"with a second pre-function on the rule Kong would refuse its whole configuration", finding.Give("its manifest", ""))
	}
	return true
}

// whole reports whether a plugin of a type is to be put on an intent's target. What
// is on a GRPCRoute holds for all its rules, so they must all want the same, and
// get it once.
func (t *translation) whole(at int, plugin string) bool {
	i := t.plan.Intents[at]
	if i.ID().Kind != "GRPCRoute" {
		return true
	}
	same := 0
	for n, other := range t.plan.Intents {
		a, b := t.portions[n], t.portions[at]
		if other.ID() == i.ID() && t.usable[n] && a.number == b.number && a.timeout == b.timeout && a.key == b.key {
			same++
		}
	}
	if same < len(resolve.RulesOf(i.Object)) {
		t.fail(i, finding.Conflicts, fmt.Sprintf("a plugin on %s would hold for rules that are to get something else", i.ID()),
			"of a GRPCRoute the controller reads the annotation for plugins only, not the filters of a rule (subtranslator/grpcroute.go)", finding.Do("give the rule a GRPCRoute of its own"))
		return false
	}
	key := plugin + " " + i.ID().String()
	done := t.shared[key]
	t.shared[key] = true
	return !done
}

// only reports whether nothing but the targets refers to a plugin.
func (t *translation) only(o *manifest.Object, targets []controller.PluginTarget) bool {
	names := func(ids []manifest.ID) bool {
		return slices.ContainsFunc(ids, func(id manifest.ID) bool { return t.plugins.Get(id) == o })
	}
	for _, other := range t.plan.World.All() {
		rules := other.At("spec", "rules")
		if names(controller.Annotated(other)) && !slices.ContainsFunc(targets, func(h controller.PluginTarget) bool {
			return h.Object.ID() == other.ID() && (!h.Rule.Exists() || rules.Len() == 1)
		}) {
			return false
		}
		for _, rule := range rules.Items() {
			if names(controller.Filtering(other, rule)) && !slices.ContainsFunc(targets, func(h controller.PluginTarget) bool { return h.Rule == rule }) {
				return false
			}
		}
	}
	return true
}

// key puts a correlation-id on targets that share it.
func (t *translation) key(at int, targets []controller.PluginTarget) {
	i, name := t.plan.Intents[at], t.portions[at].key
	if !t.whole(at, api.CorrelationID) {
		return
	}
	for _, h := range targets {
		if there := t.plugins.On(h, api.CorrelationID); len(there) > 0 {
			o := there[0]
			if !controller.Plain(o) || !strings.EqualFold(controller.Header(o), name) || !controller.Enabled(o) {
				t.fail(i, finding.Conflicts, fmt.Sprintf("%s has a %s already, with the header %s: %s", i.RuleName(), api.CorrelationID, controller.Header(o), o.ID()),
					"two of them on one rule make Kong refuse its whole configuration", finding.Do("use that header as the key, or take the plugin off"))
			}
			return
		}
	}
	wider := t.plugins.Global(api.CorrelationID)
	for _, id := range t.services(i) {
		if o := t.plan.World.Get(id); o != nil && targets[0].Object != o {
			wider = append(wider, t.plugins.On(controller.PluginTarget{Object: o}, api.CorrelationID)...)
		}
	}
	for _, o := range wider {
		t.out.Say(i, finding.Shadows, fmt.Sprintf("the new %s on %s switches %s off there", api.CorrelationID, i.RuleName(), o.ID()),
			"of one plugin only the nearest instance runs for a request", finding.Hint{})
	}
	config := manifest.Map("header_name", name, "generator", "uuid", "echo_downstream", false)
	t.attach(i, api.CorrelationID, "key", config, targets)
}
