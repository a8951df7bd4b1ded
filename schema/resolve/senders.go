package resolve

import (
	"slices"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// Senders gives, by the index of an intent for a Service, an intent with the same
// wish for each rule that sends requests to the Service and that no policy is for:
// what stands at the rule may change what the Service says. A rule that sends to
// several Services of one policy is there once, with all of them in To. Rules that
// have a policy of their own follow that one, and are left out.
func (p *Plan) Senders() map[int][]Intent {
	targets := map[manifest.ID][]int{}
	for n, i := range p.Intents {
		if id := i.ID(); id.Kind == "Service" && id.Group == "" {
			targets[id] = append(targets[id], n)
		}
	}
	if len(targets) == 0 {
		return nil
	}
	senders := map[int][]Intent{}
	for _, by := range p.Bystanders() {
		first := map[*schema.RetryPolicy]int{} // of the policies, the intent that has the rule
		for _, id := range route.Backends(by.Object, by.Rule) {
			for _, n := range targets[id] {
				policy := p.Intents[n].Policy
				at, again := first[policy]
				if again {
					last := &senders[at][len(senders[at])-1]
					last.To = append(last.To, id)
					continue
				}
				i := by
				i.Policy, i.Ref, i.Want, i.To = policy, p.Intents[n].Ref, p.Intents[n].Want, []manifest.ID{id}
				first[policy] = n
				senders[n] = append(senders[n], i)
			}
		}
	}
	return senders
}

// SendsTo reports whether an intent is about requests to a Service.
func (i Intent) SendsTo(id manifest.ID) bool { return i.To == nil || slices.Contains(i.To, id) }
