package write

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/envoygateway/api"
	"retryctl.dev/translators/envoygateway/controller"
)

// attach writes one wish of a list into the policy that is on the target already,
// or into the new one of its name.
func (t *translation) attach(c policyTarget, list []policyTarget) {
	name := c.name
	target := c.intent.Object // of the section, or the target itself
	if c.ref.Kind == "Gateway" {
		target = t.world.Get(c.intent.TargetID())
	}
	namespace, rawNamespace := c.intent.TargetID().Namespace, c.intent.Policy.Metadata.Namespace
	if target != nil {
		namespace, rawNamespace = target.ID().Namespace, target.RawNamespace()
	}
	if existing := t.attached.On(namespace, c.ref); existing != nil {
		if !ours(existing, c, list) {
			t.out.Say(c.intent, finding.Conflicts, fmt.Sprintf("%s is on %s already, and on other objects as well, or by their labels", existing.ID(), c.ref),
				"two policies on one target do not merge: the older one wins (v1.9.1 internal/gatewayapi/backendtrafficpolicy.go:1199)",
				finding.Do("give the target a policy of its own, or take it out of that one"))
			return
		}
		t.write(t.edits.Of(existing), c)
		return
	}
	if note := t.attached.Perhaps(manifest.ID{Group: route.Group, Kind: c.ref.Kind, Namespace: namespace, Name: c.ref.Name}); note != "" && c.ref.Section == "" {
		t.out.Say(c.intent, finding.Assumed, note+"; it is taken not to be",
			"two policies on one target do not merge: the older one wins (v1.9.1 internal/gatewayapi/backendtrafficpolicy.go:1199)",
			finding.Give("the namespace", ""))
	}
	base := t.base(c)
	if own := t.attached.At(c.intent.ID(), c.intent.Name); own != nil && own == base && c.intent.Name != "" {
		name = base.ID().Name + route.PartSuffix
	}
	key := freshKey{namespace, name, base}
	o := t.fresh[key]
	if o == nil {
		o = manifest.New(api.APIVersion, api.Kind, rawNamespace, t.freeName(namespace, name, c.intent.Policy.Metadata.Name))
		o.Root().Put("spec", manifest.Map("targetRefs", manifest.List()))
		t.like(o, base)
		t.fresh[key] = o
		t.out.Objects = append(t.out.Objects, o)
		t.write(o, c)
	}
	o.At("spec", "targetRefs").Append(c.ref.Value())
}

// base gives the policy that holds for a target so far, in whose place a new one is to
// say what it says besides retries; nil where there is none, or where another one holds
// behind each listener. What is hidden then is said.
func (t *translation) base(c policyTarget) *manifest.Object {
	wider := t.attached.Wider(c.intent, c.ref, t.world)
	for _, p := range wider {
		switch {
		case len(wider) == 1 || p == nil:
			continue
		case guards(p):
			t.out.Fail(c.intent, finding.Shadows, fmt.Sprintf("the new policy on %s would hide all of %s there", c.ref, p.ID()),
				"the most specific policy holds as a whole (v1.9.1 internal/gatewayapi/backendtrafficpolicy.go:1402), and what it would have to repeat differs by listener",
				finding.Do("make a route for each listener"))
		default:
			t.out.Say(c.intent, finding.Shadows, fmt.Sprintf("the new policy on %s hides all of %s there", c.ref, p.ID()),
				"the most specific policy holds as a whole (v1.9.1 internal/gatewayapi/backendtrafficpolicy.go:1402), and what it would have to repeat differs by listener",
				finding.Do("repeat in it what the wider policy sets, or set mergeType on it"))
		}
	}
	switch {
	case len(wider) != 1 || wider[0] == nil:
		return nil
	case c.ref.Section == "" || c.intent.Name == "" || t.attached.At(c.intent.ID(), c.intent.Name) != wider[0]:
		t.out.Say(c.intent, finding.Shadows, fmt.Sprintf("the new policy on %s takes the place of %s there, and says what that says besides retries", c.ref, wider[0].ID()),
			"the most specific policy holds as a whole, without a merge (v1.9.1 internal/gatewayapi/backendtrafficpolicy.go:1402)",
			finding.Do("translate again when the wider policy changes, or set mergeType on the new one"))
	}
	return wider[0]
}

// guards reports whether a policy says anything but what retries, timeouts and limits
// of connections are about.
func guards(p *manifest.Object) bool {
	for key := range p.At("spec").Fields() {
		if !slices.Contains([]string{"targetRef", "targetRefs", "targetSelectors", "mergeType", "retry", "timeout", "circuitBreaker"}, key.Text()) {
			return true
		}
	}
	return false
}

// like has a new policy say all that the one in whose place it stands says, but for its
// targets and its retries.
func (t *translation) like(o, base *manifest.Object) {
	if base == nil {
		return
	}
	for key, v := range base.At("spec").Fields() {
		switch key.Text() {
		case "targetRef", "targetRefs", "targetSelectors", "retry":
		default:
			o.At("spec").Put(key.Text(), v.Copy())
		}
	}
}

// freeName gives a name, or another one with a number behind it where a policy has
// the name already.
func (t *translation) freeName(namespace, name, other string) string {
	taken := func() bool {
		id := manifest.ID{Group: api.Group, Kind: api.Kind, Namespace: namespace, Name: name}
		return t.world.Get(id) != nil || slices.ContainsFunc(t.out.Objects, func(o *manifest.Object) bool { return o.ID() == id })
	}
	for n := 2; taken(); n++ {
		name = fmt.Sprintf("%s-%d", other, n)
	}
	return name
}

// freshKey tells new policies apart.
type freshKey struct {
	namespace, name string
	base            *manifest.Object
}

// ours reports whether everything that an existing policy is on gets the same wish:
// then it may be edited, for it is what an earlier translation has written.
func ours(existing *manifest.Object, c policyTarget, list []policyTarget) bool {
	for _, v := range controller.RefsOf(existing).Items() {
		at := controller.RefOf(v)
		if !slices.ContainsFunc(list, func(other policyTarget) bool { return other.ref == at && other.want == c.want }) {
			return false
		}
	}
	return existing.At("spec", "targetSelectors").Len() == 0
}

// reaches says that a policy on a target holds for a rule whose own policy has an
// error. Only of what is not in the input is it said here: of the rest it is seen.
func (t *translation) reaches(c policyTarget) {
	for _, h := range t.plan.Failed {
		id, target := h.ID(), c.intent.TargetID()
		below := c.ref.Kind == "Gateway" && (id.Kind == "HTTPRoute" || id.Kind == "GRPCRoute") && h.Object == nil
		part := id == target && h.Rule < 0 && h.Target().SectionName != "" && c.ref.Section == ""
		if below || part {
			t.out.Say(c.intent, finding.OwnPolicyFails, fmt.Sprintf("the policy on %s may hold for %s too, whose own, %s, has an error", c.ref, h.RuleName(), resolve.PolicyID(h.Policy)),
				"the most specific policy holds as a whole, and that one is missing (v1.9.1 internal/gatewayapi/backendtrafficpolicy.go:1402)",
				finding.Do("mend the more specific policy, or take it out if its rules are meant to get this one"))
		}
	}
}
