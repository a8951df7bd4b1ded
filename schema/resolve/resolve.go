package resolve

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// An Intent is what one policy asks for on one route rule.
type Intent struct {
	Policy *schema.RetryPolicy
	// Ref is the index of the target by which the policy holds for the rule.
	Ref int
	// Object holds the rule: a route, an Ingress, an IngressRoute, a
	// VirtualService or a Service. It is nil where the target is not in the
	// input; Target then names all that is known.
	Object *manifest.Object
	// Rule is the rule's index in the object; -1 stands for the whole object.
	Rule int
	// Name is the rule's name, empty where it has none.
	Name string
	// Listeners are those by which the requests come that the intent is about, where
	// the rule has others as well: a policy on a Gateway is for what comes in there.
	// Nil is all of them.
	Listeners []Listener
	// To are the Services that the requests go to which the intent is about, where the
	// rule may send to others as well: a policy on a Service is for what goes there.
	// Nil is wherever the rule sends them.
	To []manifest.ID
	// Methods are those with which a request can reach the rule.
	Methods behavior.Methods
	// Want is the wish.
	Want behavior.Behavior
}

// A RuleID is a rule of an object, or with a negative index the object as a whole.
type RuleID struct {
	ID   manifest.ID
	Rule int
}

// RuleID gives the rule that the intent is for.
func (i Intent) RuleID() RuleID { return RuleID{i.ID(), i.Rule} }

// Target is the policy's reference by which the intent came about.
func (i Intent) Target() schema.TargetRef { return i.Policy.Spec.TargetRefs[i.Ref] }

// TargetID names the object that the policy targets.
func (i Intent) TargetID() manifest.ID { return targetID(i.Policy, i.Target()) }

// ID names the object that holds the rule, whether it is in the input or not.
func (i Intent) ID() manifest.ID {
	if i.Object != nil {
		return i.Object.ID()
	}
	return i.TargetID()
}

// RuleName names the rule for people: "HTTPRoute shop/checkout rule reads".
func (i Intent) RuleName() string { return RuleName(i.ID(), i.Name, i.Rule) }

// RuleName names a rule of an object by its name, or else its index.
func RuleName(id manifest.ID, name string, rule int) string {
	switch {
	case rule < 0:
		return id.String()
	case name != "":
		return fmt.Sprintf("%s rule %s", id, name)
	}
	return fmt.Sprintf("%s rule %d", id, rule)
}

// PolicyID names a policy.
func PolicyID(p *schema.RetryPolicy) manifest.ID {
	namespace := p.Metadata.Namespace
	if namespace == "" {
		namespace = manifest.DefaultNamespace
	}
	return manifest.ID{Group: schema.Group, Kind: schema.Kind, Namespace: namespace, Name: p.Metadata.Name}
}

// targetID gives what a reference means. A policy that gives the kind another group has an
// error, and holds the rules of the object that it can only mean.
func targetID(p *schema.RetryPolicy, ref schema.TargetRef) manifest.ID {
	group, _ := schema.GroupOf(ref.Kind)
	return manifest.ID{Group: group, Kind: ref.Kind, Namespace: PolicyID(p).Namespace, Name: ref.Name}
}

// About gives a finding about one field of a policy, at its position.
func About(p *schema.RetryPolicy, code finding.Code, field, message string) finding.Finding {
	line, column := p.Source.Position(field)
	return finding.Finding{
		Code: code, Object: PolicyID(p), Field: field, Message: message,
		File: p.Source.File, Line: line, Column: column,
	}
}

// Resolve finds the rules of every policy. Where several policies hold for a rule,
// or for the requests that come to it by one listener, the most specific target wins: a rule, its route or object, a listener or
// Service, a Gateway. Two policies with equally specific targets are an error of
// both. A policy with an error has no intents, and its rules are not left to wider
// policies: they get nothing. So it is with those of broken policies, which are not valid as
// far as the caller knows; nothing is found about these.
//
// A target is in the policy's own namespace. One on a Gateway holds for the
// routes of every namespace that are attached to it, as the Gateway's own
// settings do.
func Resolve(policies []*schema.RetryPolicy, world *manifest.Set, broken ...*schema.RetryPolicy) (*Plan, finding.List) {
	return Shapes(nil).Resolve(policies, world, broken...)
}

// Resolve is the function of that name for a world in which objects of more kinds have a
// shape.
func (own Shapes) Resolve(policies []*schema.RetryPolicy, world *manifest.Set, broken ...*schema.RetryPolicy) (*Plan, finding.List) {
	r := resolver{world: world, attached: routesByParent(world), listenersOf: map[manifest.ID][]Listener{},
		claims: map[claimKey][]claim{}, broken: broken, failed: map[*schema.RetryPolicy]bool{}, malformed: map[*manifest.Object]malformed{}, told: map[*manifest.Object]bool{}}
	r.misshapen(slices.Concat(shared, own))
	for _, p := range broken {
		r.failed[p] = true
		for ref := range p.Spec.TargetRefs {
			r.target(p, ref, &behavior.Behavior{})
		}
	}
	r.findings, r.told = nil, map[*manifest.Object]bool{}
	for _, p := range policies {
		want := Wish(p.Spec)
		for ref := range p.Spec.TargetRefs {
			r.target(p, ref, &want)
		}
	}
	r.conflicts()
	r.warnings()
	return r.plan(policies), r.findings
}

type resolver struct {
	world       *manifest.Set
	attached    map[manifest.ID][]*manifest.Object
	listenersOf map[manifest.ID][]Listener
	claims      map[claimKey][]claim
	order       []claimKey
	broken      []*schema.RetryPolicy
	failed      map[*schema.RetryPolicy]bool
	behind      map[manifest.ID]bool           // Services that are sent requests; filled when it is asked for
	malformed   map[*manifest.Object]malformed // objects that are not what their kinds should be
	told        map[*manifest.Object]bool      // and those of them that a policy's error is about
	findings    finding.List
}

func (r *resolver) target(p *schema.RetryPolicy, ref int, want *behavior.Behavior) {
	t := p.Spec.TargetRefs[ref]
	if _, known := schema.GroupOf(t.Kind); !known {
		return // the policy has an error
	}
	object := r.world.Get(targetID(p, t))
	intent := Intent{Policy: p, Ref: ref, Object: object, Rule: -1, Methods: behavior.AllMethods, Want: *want}
	if object == nil && !r.absent(p, ref) {
		r.failed[p] = true // its rules are claimed below, and get nothing
	}
	r.refuses(intent)
	switch {
	case t.Kind == "Gateway" && t.SectionName == "":
		r.gateway(intent, "", rankGateway)
	case t.Kind == "Gateway" && (object == nil || slices.Contains(listenerNames(object), t.SectionName)):
		r.gateway(intent, t.SectionName, rankSection)
	case t.Kind == "Gateway":
		r.noSuchRule(intent, "listener", listenerNames(object))
		r.gateway(intent, "", rankSomeListener)
	case t.Kind == "Service":
		r.service(intent)
	case !r.rules(intent, rankObject) && object != nil:
		r.noSuchRule(intent, "rule", ruleNames(object))
		r.rules(intent, rankSomeRule)
	}
}

// noSuchRule fails a policy whose target has nothing that it could hold for.
func (r *resolver) noSuchRule(i Intent, what string, names []string) {
	field, section := fmt.Sprintf("spec.targetRefs[%d]", i.Ref), i.Target().SectionName
	message := fmt.Sprintf("%s has no %ss", i.ID(), what)
	if section != "" {
		field, message = field+".sectionName", fmt.Sprintf("%s has no %s named %s", i.ID(), what, section)
	}
	f := About(i.Policy, finding.NoSuchRule, field, message)
	switch {
	case schema.Nearest(section, names) != "":
		f.Hint = finding.Do(fmt.Sprintf("did you mean %s?", schema.Nearest(section, names)))
	case len(names) > 0:
		f.Hint = finding.Do(fmt.Sprintf("give the %s a name: it has %s", what, strings.Join(names, ", ")))
	case section != "":
		f.Hint = finding.Do(fmt.Sprintf("give the %s a name: it has none with a name", what))
	}
	r.failed[i.Policy] = true
	r.findings.Add(f)
}

// mostHeld is how many rules of an object that the API server does not take are kept from
// wider policies: as many as the one that it may have taken before can have, and some.
const mostHeld = 32

// rules claims the rules of an object, or the object where it is of a kind
// without rules to tell apart, and reports whether there was anything to claim. A
// policy on a rule holds for what was split off it, so that a translation's output
// can be translated again.
func (r *resolver) rules(i Intent, rank int) bool {
	section := ""
	if rank == rankObject {
		section = i.Target().SectionName
	}
	if i.Object == nil || !hasRules(i.Object) && section == "" {
		r.claim(i, rank)
		return true
	}
	claimed := false
	_, malformed := r.malformed[i.Object]
	for n, rule := range RulesOf(i.Object) {
		if malformed && n == mostHeld {
			break
		}
		i.Rule, i.Name, i.Methods = n, rule.Name, rule.Methods
		switch {
		case section == "":
			r.claim(i, rank)
		case rule.Name == section:
			r.claim(i, rankRule)
		case route.IsPart(rule.Name, section):
			r.claim(i, rankPart)
			continue // it is no reason to go without the rule itself
		default:
			continue
		}
		claimed = true
	}
	return claimed
}

func ruleNames(o *manifest.Object) []string {
	var names []string
	for _, rule := range RulesOf(o) {
		if rule.Name != "" {
			names = append(names, rule.Name)
		}
	}
	return names
}

func listenerNames(o *manifest.Object) []string {
	var names []string
	for _, l := range o.At("spec", "listeners").Items() {
		names = append(names, l.At("name").Text())
	}
	return names
}

// A NamedRule is a rule as targets see it.
type NamedRule struct {
	Name    string
	Methods behavior.Methods
}

// hasRules reports whether an object is of a kind with rules that policies can
// hold for one by one.
func hasRules(o *manifest.Object) bool {
	kind := route.KindOf(o)
	return kind != nil && kind.List != ""
}

// RulesOf gives the rules of an object that policies can hold for one by one:
// those of routes, the HTTP routes of a VirtualService, the routes of an
// IngressRoute. It is empty for other kinds.
func RulesOf(o *manifest.Object) []NamedRule {
	var rules []NamedRule
	switch kind := route.KindOf(o); {
	case !hasRules(o):
	case kind.Standard:
		list := route.Rules(o)
		for i, rule := range list {
			rules = append(rules, NamedRule{rule.Name, route.Reach(list, i)})
		}
	default:
		for _, v := range o.At("spec", kind.List).Items() {
			name := ""
			if kind.Named {
				name = v.At("name").Text()
			}
			rules = append(rules, NamedRule{name, behavior.AllMethods})
		}
	}
	return rules
}
