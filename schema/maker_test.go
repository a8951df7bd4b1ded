package schema

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
)

// A maker makes policies most of which are valid.
type maker struct{ *rand.Rand }

// one gives one of the values, and now and then something else.
func (m maker) one(values ...any) any {
	if m.IntN(60) == 0 {
		values = []any{"", "x", "0s", -1, 0, 1 << 40, 1.5, true, []any{}, map[string]any{}, "2001ms", 7}
	}
	return values[m.IntN(len(values))]
}

// some gives a list of different values.
func (m maker) some(values ...any) []any {
	list := []any{}
	for _, i := range m.Perm(len(values))[:m.IntN(len(values)+1)] {
		list = append(list, m.one(values[i]))
	}
	return list
}

// mapping gives most of the fields.
func (m maker) mapping(required string, fields map[string]any) map[string]any {
	made := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if slices.Contains(strings.Fields(required), name) && m.IntN(100) > 0 || m.IntN(3) > 0 {
			made[name] = fields[name]
		}
	}
	return made
}

func (m maker) policy() map[string]any {
	name := func() any { return m.one("a", "a.b-c", "x0") }
	limit := func() any { return m.one(1, 1024, int64(1<<32-1)) }
	targets := []any{}
	for range 1 + m.IntN(2) {
		kind := kinds[m.IntN(len(kinds))]
		targets = append(targets, m.mapping("group kind name", map[string]any{"group": kind.group, "kind": kind.kind, "name": name()}))
	}
	budget := map[string]any{"percent": m.one(0, 20, 100), "minConcurrentRetries": m.one(0, 3)}
	if m.IntN(2) == 0 {
		budget = map[string]any{"percent": m.one(1, 100), "interval": m.one("1s", "1h"), "minRetriesPerSecond": m.one(1, 9)}
	}
	return map[string]any{
		"apiVersion": APIVersion, "kind": Kind,
		"metadata": m.mapping("name", map[string]any{"name": name(), "namespace": m.one("shop"), "labels": map[string]any{"a": m.one("b", "on", "")}, "uid": m.one("u")}),
		"spec": m.mapping("targetRefs maxRetries retryOn attemptTimeout", map[string]any{
			"targetRefs": targets, "maxRetries": m.one(0, 1, 3, 100), "attemptTimeout": m.one("1ms", "2s", "1h1m"), "totalTimeout": m.one("2h", "24h"),
			"retryOn": m.mapping("statusCodes", map[string]any{
				"statusCodes": m.some(400, 503, "599", "500-510"), "conditions": m.some("ConnectFailure", "Reset", "AttemptTimeout"),
				"grpcStatuses": m.some("UNAVAILABLE", "INTERNAL"), "methods": m.some("GET", "POST", "PATCH"),
			}),
			"backoff":        m.mapping("baseInterval", map[string]any{"baseInterval": m.one("1ms", "1s"), "maxInterval": m.one("1s", "1m"), "jitter": m.one("None", "Half", "Full")}),
			"budget":         m.mapping("percent minConcurrentRetries interval minRetriesPerSecond", budget),
			"circuitBreaker": m.mapping("", map[string]any{"maxConnections": limit(), "maxPendingRequests": limit(), "maxParallelRequests": limit(), "maxParallelRetries": limit()}),
			"idempotencyKey": map[string]any{"header": m.one("Idempotency-Key", "X!#$")},
			"accept":         []any{m.mapping("gateway finding reason", map[string]any{"gateway": m.one("kong", "istio"), "finding": m.one("RT2004"), "field": m.one("spec.backoff"), "reason": m.one("r")})},
		}),
	}
}

// spoil gives one mapping a field that is not known, or one value another type.
func (m maker) spoil(policy map[string]any) {
	within := policy["spec"].(map[string]any)
	for {
		names := slices.Sorted(maps.Keys(within))
		if len(names) == 0 || m.IntN(3) == 0 {
			within["unknown"] = m.one(1, "x")
			return
		}
		name := names[m.IntN(len(names))]
		next, isMap := within[name].(map[string]any)
		if isMap && m.IntN(3) > 0 {
			within = next
			continue
		}
		if reflect.TypeOf(within[name]).Kind() == reflect.String {
			within[name] = []any{within[name]}
		} else {
			within[name] = "another"
		}
		return
	}
}
