package traefik

import (
	"fmt"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

// notByStatus are the methods that are not retried by status unless a middleware
// says retryNonIdempotentMethod.
const notByStatus = behavior.POST | behavior.PATCH

// parts gives the rules that carry an intent. Traefik can retry by status for
// every method, or for all but POST and PATCH, so that only other wishes need a
// rule to be split. A CONNECT does not reach a rule that looks at a path. timeouts
// is as for configure.
func (t *translation) parts(i resolve.Intent, timeouts bool) []gateway.Part {
	whole := []gateway.Part{{Rule: i.Rule, Want: i.Want}}
	if status, _ := statuses(i.Want.Causes, timeouts); status == "" || !t.is37 {
		return []gateway.Part{{Rule: i.Rule, Want: gateway.SafeOnly(i.Want)}}
	}
	methods, limited := gateway.Limit(i.Want)
	reach := i.Methods
	if i.Object != nil && i.Object.Is(group, "IngressRoute") && i.Rule >= 0 {
		m, _ := readMatch(ruleOf(i.Object, i.Rule).At("match").Text())
		reach = m.methods
	}
	if !limited || reach&^methods == 0 {
		return whole
	}
	here := reach &^ behavior.CONNECT
	if here&methods != 0 && here&methods == here&^notByStatus {
		want := i.Want // without POST and PATCH, which do not get here, or are not asked for
		for c := range want.Causes {
			if !behavior.Cause(c).Safe() {
				want.Causes[c] &= behavior.IdempotentMethods
			}
		}
		return []gateway.Part{{Rule: i.Rule, Want: want}}
	}
	rest := []gateway.Part{{Rule: i.Rule, Want: gateway.SafeOnly(i.Want), Limited: true}}
	if here&methods == 0 {
		return rest
	}
	switch {
	case i.Object == nil || i.Rule < 0 && i.Object.ID().Kind != "Ingress":
	case i.Object.Is(group, "IngressRoute"):
		return t.splitRoute(i, methods)
	case i.Object.ID().Kind == "Ingress":
		t.out.Say(i, finding.CannotSplit, i.ID().String()+" cannot be split by method: an Ingress knows no methods", "",
			"use an IngressRoute or an HTTPRoute, or name every method in retryOn.methods if all of them may run twice")
		return rest
	default:
		if taken := t.outranked(i); taken != "" {
			t.out.Say(i, finding.CannotSplit, fmt.Sprintf("%s cannot be split by method: %s", i.Place(), taken),
				"Traefik ranks a condition on the method like ten characters of a path (v3.7.13 pkg/provider/kubernetes/gateway/httproute.go:742)",
				"give the methods a rule of their own, or name every method in retryOn.methods if all of them may run twice")
			return rest
		}
	}
	return t.edits.Parts(i, &t.out)
}

// splitRoute divides a route of an IngressRoute in two that exclude each other
// and have the priority that it had, so that no other route's requests move.
func (t *translation) splitRoute(i resolve.Intent, methods behavior.Methods) []gateway.Part {
	edited := t.edits.Of(i.Object)
	routes := edited.At("spec", "routes")
	rest := routes.Index(i.Rule)
	m, ok := readMatch(rest.At("match").Text())
	if !ok {
		t.out.Say(i, finding.CannotSplit, i.Place()+" cannot be split by method: its match cannot be read", "", "write the match anew")
		return []gateway.Part{{Rule: i.Rule, Want: gateway.SafeOnly(i.Want), Limited: true}}
	}
	priority, moved, kept := priorityOf(rest), m.methods&methods, m.methods&^methods
	fresh := rest.Copy()
	fresh.Put("match", m.with(oneOf(moved)))
	fresh.Put("priority", priority)
	if m.methods == behavior.AllMethods {
		rest.Put("match", m.with(noneOf(moved)))
	} else {
		rest.Put("match", m.with(oneOf(kept)))
	}
	rest.Put("priority", priority)
	routes.Append(fresh)
	return []gateway.Part{{Rule: i.Rule, Want: gateway.SafeOnly(i.Want), Limited: true}, {Rule: routes.Len() - 1, Want: i.Want}}
}
