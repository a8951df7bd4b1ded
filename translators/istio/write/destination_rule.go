package write

import (
	"fmt"
	"math"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/istio/controller"
)

// destinations writes what a policy asks for the backends as a whole, budget and
// circuit breaker, into the DestinationRule of each host.
func (t *translation) destinations(i resolve.Intent, list []controller.Destination, client string) {
	if i.Want.Budget.State != behavior.Set && i.Want.Breaker == (behavior.Breaker{}) {
		return
	}
	budget := i.Want.Budget.State == behavior.Set && i.Want.Budget.Value.Interval == 0
	if budget && !t.settings.Version.AtLeast(1, 27) {
		budget = false
		t.out.Say(i, finding.NeedsVersion, "a retry budget needs Istio 1.27", "trafficPolicy.retryBudget came with 1.27; the API server drops it before",
			finding.Do("raise the version, or bound circuitBreaker.maxParallelRetries instead"))
	}
	if !budget && !writable(i.Want.Breaker) {
		return
	}
	for _, d := range list {
		if service := controller.ServiceOf(d.Host, t.settings); t.flagger(manifest.ID{Group: api.Group, Kind: "DestinationRule", Namespace: service.Namespace, Name: service.Name}, []resolve.Intent{i}) {
			continue
		}
		rule := t.ruleFor(i, d.Host, client)
		policy := rule.Root().Make("spec", "trafficPolicy")
		pools := []manifest.Value{policy}
		for _, subset := range rule.At("spec", "subsets").Items() {
			if own := subset.At("trafficPolicy"); subset.At("name").Text() == d.Subset && own.IsMap() {
				pools = append(pools, own)
			}
		}
		for _, p := range pools {
			if budget && (p == policy || p.At("retryBudget").Exists()) {
				b := i.Want.Budget.Value
				p.Put("retryBudget", manifest.Map("percent", b.Percent, "minRetryConcurrency", b.MinConcurrent))
			}
			if p == policy || p.At("connectionPool").Exists() {
				writeBreaker(p, i.Want.Breaker)
			}
			for _, port := range p.At("portLevelSettings").Items() {
				if number, _ := port.At("port", "number").Int(); d.Port != 0 && number == d.Port {
					writeBreaker(port, i.Want.Breaker)
				}
			}
		}
	}
}

func writable(b behavior.Breaker) bool {
	probe := manifest.Map()
	writeBreaker(probe, b)
	return probe.Len() > 0
}

func writeBreaker(policy manifest.Value, b behavior.Breaker) {
	for _, f := range controller.BreakerFields {
		if limit := f.Of(&b); limit.State == behavior.Set && limit.Value > 0 && limit.Value <= math.MaxInt32 {
			policy.Make("connectionPool", f.Path[0]).Put(f.Path[1], limit.Value)
		}
	}
}

// ruleFor gives the DestinationRule to write to: the one whose trafficPolicy holds
// for the host, or a new one, which takes over what a wider one says since Istio
// uses only one.
func (t *translation) ruleFor(i resolve.Intent, host, client string) *manifest.Object {
	var existing *manifest.Object
	rules, _ := t.view.Attached.DestinationRules(host, client)
	if len(rules) > 0 {
		existing, _ = controller.Top(rules)
		if controller.FullName(existing.At("spec", "host").Text(), existing.ID().Namespace, t.settings) == host {
			return t.edits.Of(existing)
		}
	}
	if rule := t.rules[host]; rule != nil {
		return rule
	}
	service := controller.ServiceOf(host, t.settings)
	raw := i.Policy.Metadata.Namespace
	if i.Object != nil {
		raw = i.Object.RawNamespace()
	}
	name := i.ID().Name
	if service.Name != "" {
		name = service.Name
		if service.Namespace != i.ID().Namespace {
			raw = service.Namespace
		}
	}
	namespace := raw
	if namespace == "" {
		namespace = manifest.DefaultNamespace
	}
	for t.plan.World.Get(manifest.ID{Group: api.Group, Kind: "DestinationRule", Namespace: namespace, Name: name}) != nil {
		name += "-retries"
	}
	rule := manifest.New(api.APIVersion, "DestinationRule", raw, name)
	if rule.Root().Put("spec", manifest.Map("host", host)); existing != nil {
		rule.Root().Put("spec", existing.At("spec").Copy())
		rule.Root().At("spec").Put("host", host)
		t.out.Say(i, finding.Shadows, fmt.Sprintf("the new DestinationRule for %s hides %s, and repeats what it says", host, existing.ID()),
			"the most specific DestinationRule holds as a whole (Istio 1.31 pilot/pkg/model/destination_rule.go:119)", finding.Do("keep the two in step"))
	}
	t.rules[host] = rule
	t.out.Objects = append(t.out.Objects, rule)
	return rule
}
