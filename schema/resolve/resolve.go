package resolve

import (
	"fmt"

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
	// Methods are those with which a request can reach the rule.
	Methods behavior.Methods
	// Want is the wish.
	Want behavior.Behavior
}

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

// Place names the rule for people: "HTTPRoute shop/checkout rule reads".
func (i Intent) Place() string { return Place(i.ID(), i.Name, i.Rule) }

// Place names a rule of an object by its name, or else its index.
func Place(id manifest.ID, name string, rule int) string {
	switch {
	case rule < 0:
		return id.String()
	case name != "":
		return fmt.Sprintf("%s rule %s", id, name)
	}
	return fmt.Sprintf("%s rule %d", id, rule)
}

// A Plan is all intents over the objects of the input.
type Plan struct {
	World   *manifest.Set
	Intents []Intent
}

// Without gives the plan less the intents of some policies.
func (p *Plan) Without(policies map[*schema.RetryPolicy]bool) *Plan {
	rest := &Plan{World: p.World}
	for _, intent := range p.Intents {
		if !policies[intent.Policy] {
			rest.Intents = append(rest.Intents, intent)
		}
	}
	return rest
}

// PolicyID names a policy.
func PolicyID(p *schema.RetryPolicy) manifest.ID {
	namespace := p.Metadata.Namespace
	if namespace == "" {
		namespace = manifest.DefaultNamespace
	}
	return manifest.ID{Group: schema.Group, Kind: schema.Kind, Namespace: namespace, Name: p.Metadata.Name}
}

func targetID(p *schema.RetryPolicy, ref schema.TargetRef) manifest.ID {
	return manifest.ID{Group: ref.Group, Kind: ref.Kind, Namespace: PolicyID(p).Namespace, Name: ref.Name}
}

// About gives a finding about one field of a policy, at its position.
func About(p *schema.RetryPolicy, code finding.Code, field, message string) finding.Finding {
	line, column := p.Source.Position(field)
	return finding.Finding{
		Code: code, Object: PolicyID(p).String(), Field: field, Message: message,
		File: p.Source.File, Line: line, Column: column,
	}
}

// Resolve finds the rules of every policy. Where several policies hold for a
// rule the most specific target wins: a rule, its route or object, a listener or
// Service, a Gateway. Two policies with equally specific targets are an error.
func Resolve(policies []*schema.RetryPolicy, world *manifest.Set) (*Plan, finding.List) {
	r := resolver{world: world, attached: attachments(world), claims: map[place]claim{}}
	for _, p := range policies {
		want := Wish(p.Spec)
		for ref := range p.Spec.TargetRefs {
			r.target(p, ref, want)
		}
	}
	return r.plan(), r.findings
}

// A place is one rule of one object.
type place struct {
	id   manifest.ID
	rule int
	// section keeps apart the listeners of a Gateway, and the rules of an object
	// that is not in the input.
	section string
}

type claim struct {
	intent Intent
	rank   int
}

type resolver struct {
	world    *manifest.Set
	attached map[manifest.ID][]attachment
	claims   map[place]claim
	order    []place
	findings finding.List
}

func (r *resolver) plan() *Plan {
	plan := &Plan{World: r.world, Intents: make([]Intent, 0, len(r.order))}
	for _, at := range r.order {
		plan.Intents = append(plan.Intents, r.claims[at].intent)
	}
	return plan
}

// claim keeps the more specific of two intents for a place.
func (r *resolver) claim(i Intent, rank int) {
	at := place{id: i.ID(), rule: i.Rule}
	if i.Rule < 0 {
		at.section = i.Target().SectionName
	}
	held, taken := r.claims[at]
	switch {
	case !taken:
		r.order = append(r.order, at)
	case held.rank > rank || held.intent.Policy == i.Policy && held.rank == rank:
		return
	case held.rank == rank:
		f := About(i.Policy, finding.SameRule, fmt.Sprintf("spec.targetRefs[%d]", i.Ref),
			fmt.Sprintf("%s is claimed by %s too, with an equally specific target", i.Place(), PolicyID(held.intent.Policy)))
		f.Hint = "leave the rule to one policy, or target it by sectionName in the one that should win"
		r.findings.Add(f)
		return
	}
	r.claims[at] = claim{i, rank}
}

// The ranks of targets, the most specific last.
const (
	rankGateway = iota
	rankSection // a listener, or a Service as the parent of routes
	rankObject
	rankRule
)

func (r *resolver) target(p *schema.RetryPolicy, ref int, want behavior.Behavior) {
	t := p.Spec.TargetRefs[ref]
	object := r.world.Get(targetID(p, t))
	intent := Intent{Policy: p, Ref: ref, Object: object, Rule: -1, Methods: behavior.AllMethods, Want: want}
	field := fmt.Sprintf("spec.targetRefs[%d]", ref)
	if object == nil {
		f := About(p, finding.NoTarget, field, fmt.Sprintf("%s is not in the input", targetID(p, t)))
		f.Hint = "give the manifest that holds it with -f as well"
		r.findings.Add(f)
	}
	switch t.Kind {
	case "Gateway":
		r.gateway(intent)
	case "Service":
		r.service(intent)
	default:
		r.rules(intent, rankObject)
		if t.SectionName != "" && object != nil && !r.has(object, t.SectionName) {
			f := About(p, finding.NoSuchRule, field+".sectionName", fmt.Sprintf("%s has no rule named %s", object.ID(), t.SectionName))
			f.Hint = "give the rule a name: " + ruleNames(object)
			r.findings.Add(f)
		}
	}
}

// rules claims the rules of an object, or the object where it has none to tell
// apart.
func (r *resolver) rules(i Intent, rank int) {
	if i.Object == nil {
		r.claim(i, rank)
		return
	}
	section := ""
	if rank == rankObject {
		section = i.Target().SectionName
	}
	rules := RulesOf(i.Object)
	if len(rules) == 0 {
		r.claim(i, rank)
	}
	for n, rule := range rules {
		if section != "" && rule.Name != section {
			continue
		}
		one := i
		one.Rule, one.Name, one.Methods = n, rule.Name, rule.Methods
		if section != "" {
			r.claim(one, rankRule)
		} else {
			r.claim(one, rank)
		}
	}
}

func (r *resolver) has(o *manifest.Object, section string) bool {
	for _, rule := range RulesOf(o) {
		if rule.Name == section {
			return true
		}
	}
	return false
}

func ruleNames(o *manifest.Object) string {
	names := "it has none with a name"
	for _, rule := range RulesOf(o) {
		if rule.Name == "" {
			continue
		}
		if names == "it has none with a name" {
			names = "it has " + rule.Name
		} else {
			names += ", " + rule.Name
		}
	}
	return names
}

// A NamedRule is a rule as targets see it.
type NamedRule struct {
	Name    string
	Methods behavior.Methods
}

// RulesOf gives the rules of an object that policies can hold for one by one:
// those of routes, the HTTP routes of a VirtualService, the routes of an
// IngressRoute. It is empty for other kinds.
func RulesOf(o *manifest.Object) []NamedRule {
	var rules []NamedRule
	switch {
	case o.Is(route.Group, "HTTPRoute"), o.Is(route.Group, "GRPCRoute"):
		list := route.Rules(o)
		for i, rule := range list {
			rules = append(rules, NamedRule{rule.Name, route.Reach(list, i)})
		}
	case o.Is("networking.istio.io", "VirtualService"):
		for _, v := range o.At("spec", "http").Items() {
			rules = append(rules, NamedRule{v.At("name").Text(), behavior.AllMethods})
		}
	case o.Is("traefik.io", "IngressRoute"):
		for range o.At("spec", "routes").Items() {
			rules = append(rules, NamedRule{"", behavior.AllMethods})
		}
	}
	return rules
}
