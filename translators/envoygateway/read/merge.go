package read

import (
	"fmt"
	"math"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/envoygateway/api"
	"retryctl.dev/translators/envoygateway/controller"
)

// merged gives the spec of the most specific policy, laid over that of the listener
// or Gateway if it has a mergeType: mappings merge, lists do not, and what the API
// server fills in counts as set. An empty list is lost in merging, on either side.
func merged(c controller.Chain) (spec manifest.Value, from string) {
	all := c.All()
	if len(all) == 0 {
		return manifest.Value{}, ""
	}
	spec, from = all[0].At("spec"), all[0].ID().String()
	if spec.At("mergeType").Text() == "" || len(c.Own) == 0 || len(c.Parents) == 0 {
		return spec, from
	}
	wider := c.Parents[0]
	base := wider.At("spec").Copy()
	withoutEmpty(base)
	top := withDefaults(spec)
	withoutEmpty(top)
	overlay(base, top)
	return base, from + " over " + wider.ID().String()
}

func withoutEmpty(v manifest.Value) {
	var empty []string
	for key, value := range v.Fields() {
		if value.IsList() && value.Len() == 0 {
			empty = append(empty, key.Text())
		}
		withoutEmpty(value)
	}
	for _, key := range empty {
		v.Remove(key)
	}
}

func overlay(base, top manifest.Value) {
	for key, value := range top.Fields() {
		if under := base.At(key.Text()); under.IsMap() && value.IsMap() {
			overlay(under, value)
		} else {
			base.Put(key.Text(), value)
		}
	}
}

func withDefaults(spec manifest.Value) manifest.Value {
	c := spec.Copy()
	if retry := c.At("retry"); retry.IsMap() && !retry.At("numRetries").Exists() {
		retry.Put("numRetries", api.DefaultRetries)
	}
	if breaker := c.At("circuitBreaker"); breaker.IsMap() {
		for _, limit := range []string{"maxConnections", "maxPendingRequests", "maxParallelRequests", "maxParallelRetries"} {
			if !breaker.At(limit).Exists() {
				breaker.Put(limit, api.DefaultLimit)
			}
		}
	}
	return c
}

// rejected tells what Envoy Gateway refuses: intervals that the CRD takes, and numbers
// that it does not (v1.9.1 internal/gatewayapi/clustersettings.go:739, 248).
func rejected(spec manifest.Value) string {
	breaker := spec.At("circuitBreaker")
	for _, limit := range []string{"maxConnections", "maxPendingRequests", "maxParallelRequests", "maxParallelRetries", "maxRequestsPerConnection"} {
		if n, ok := breaker.At(limit).Int(); ok && (n < 0 || n > math.MaxUint32) {
			return fmt.Sprintf("%s %d, which is to have 32 bits and no sign", limit, n)
		}
	}
	if n, ok := spec.At("retry", "numRetries").Int(); ok && (n < 0 || n > math.MaxInt32) {
		return fmt.Sprintf("numRetries %d, which is to be 0 to %d", n, math.MaxInt32)
	}
	backOff := spec.At("retry", "perRetry", "backOff")
	base, hasBase := span(backOff.At("baseInterval"))
	limit, hasLimit := span(backOff.At("maxInterval"))
	switch {
	case hasBase && base == 0, hasLimit && limit == 0:
		return "a back-off interval of 0"
	case hasBase && hasLimit && limit < base:
		return "maxInterval is less than baseInterval"
	}
	return ""
}

func span(v manifest.Value) (time.Duration, bool) {
	d, err := schema.ParseDuration(v.Text())
	return time.Duration(d), err == nil
}
