package envoygateway

import (
	"fmt"
	"strconv"
	"strings"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

func effectName(at spot, e behavior.Effect) string { return fmt.Sprint(at, e.Methods, e.Behavior) }

// same reports whether two behaviors are one, as far as it makes a difference:
// without retries there are no waits.
func same(said, is behavior.Behavior) bool {
	level(&said, &is)
	return said == is
}

func level(said, is *behavior.Behavior) {
	// Of bodies the listener decides, and of the next backend more than the route: the data
	// planes are their judge.
	is.Bodies, is.NextBackend = said.Bodies, said.NextBackend
	if said.MaxRetries == behavior.Is(0) && is.MaxRetries == said.MaxRetries {
		said.Backoff, is.Backoff = behavior.Setting[behavior.Backoff]{}, behavior.Setting[behavior.Backoff]{}
	}
	limits := &said.Breaker // the largest number is no limit
	for _, limit := range []*behavior.Setting[int64]{&limits.MaxConnections, &limits.MaxPendingRequests, &limits.MaxParallelRequests, &limits.MaxParallelRetries} {
		if *limit == behavior.Is[int64](1<<32-1) {
			*limit = behavior.None[int64]()
		}
	}
	if strings.EqualFold(said.IdempotencyKey.Value, is.IdempotencyKey.Value) {
		is.IdempotencyKey.Value = said.IdempotencyKey.Value
	}
}

// compare tells each field in which what was said differs from what there is.
func (j judgement) compare(where string, said, is behavior.Behavior) {
	level(&said, &is)
	if said == is {
		return
	}
	different := func(name string, said, is any) {
		if said != is {
			j.fail("%s: %s is said to be %v, and is %v", where, name, said, is)
		}
	}
	for c := range behavior.NumCauses {
		different(behavior.Cause(c).String(), said.Causes[c], is.Causes[c])
		different(behavior.Cause(c).String()+" (unclear)", said.Unclear[c], is.Unclear[c])
		different(behavior.Cause(c).String()+" (never)", said.Never[c], is.Never[c])
	}
	different("maxRetries", said.MaxRetries, is.MaxRetries)
	different("attemptTimeout", said.AttemptTimeout, is.AttemptTimeout)
	different("totalTimeout", said.TotalTimeout, is.TotalTimeout)
	different("backoff", said.Backoff, is.Backoff)
	different("budget", said.Budget, is.Budget)
	different("circuitBreaker", said.Breaker, is.Breaker)
	different("idempotencyKey", said.IdempotencyKey, is.IdempotencyKey)
}

// A spot is a rule of a route: "HTTPRoute shop/checkout" and its index.
type spot struct {
	object string
	rule   int
}

func (s spot) String() string { return fmt.Sprintf("%s rule %d", s.object, s.rule) }

// place reads the name of a route: httproute/NAMESPACE/NAME/rule/INDEX/match/...
func place(r *routev3.Route) spot {
	parts := strings.Split(r.GetName(), "/")
	if len(parts) < 5 {
		return spot{"nothing", 0}
	}
	index, err := strconv.Atoi(parts[4])
	if err != nil {
		return spot{"nothing", 0}
	}
	kind := map[string]string{"httproute": "HTTPRoute", "grpcroute": "GRPCRoute"}[parts[0]]
	return spot{kind + " " + parts[1] + "/" + parts[2], index}
}

func find(objects []*manifest.Object, name string) *manifest.Object {
	for _, o := range objects {
		if o.ID().String() == name {
			return o
		}
	}
	return nil
}

func backends(objects []*manifest.Object, at spot) string {
	o := find(objects, at.object)
	if o == nil {
		return "none"
	}
	var out strings.Builder
	for _, ref := range o.At("spec", "rules").Index(at.rule).At("backendRefs").Items() {
		if err := ref.WriteYAML(&out); err != nil {
			return err.Error()
		}
	}
	return out.String()
}

// ruleIndex finds a rule by its name, or else takes the name for its index.
func ruleIndex(o *manifest.Object, name string) int {
	if o == nil {
		return -1
	}
	for _, r := range route.Rules(o) {
		if r.Name == name {
			return r.Index
		}
	}
	index, err := strconv.Atoi(name)
	if err != nil {
		return -1
	}
	return index
}
