package schema

import (
	"fmt"
	"reflect"

	"retryctl.dev/schema/manifest"
)

// CRD gives the CustomResourceDefinition of RetryPolicy, for clusters that keep
// policies beside the routes; all are the gateways whose losses these may accept. No controller is needed: retryctl reads them.
func CRD(all Gateways) (*manifest.Object, error) {
	words, err := readComments()
	if err != nil {
		return nil, err
	}
	p := printer{comments: words, structural: true, known: all}
	root := p.value("", reflect.TypeFor[RetryPolicy](), words[Kind])
	root.At("properties").Put("metadata", manifest.Map("type", "object"))
	root.Put("required", manifest.List("spec"))
	const plural = "retrypolicies"
	crd := manifest.New("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", plural+"."+Group)
	crd.Root().Put("spec", manifest.Map(
		"group", Group,
		"names", manifest.Map("kind", Kind, "listKind", Kind+"List", "plural", plural, "singular", "retrypolicy"),
		"scope", "Namespaced",
		"versions", manifest.List(manifest.Map(
			"name", Version,
			"served", true,
			"storage", true,
			"additionalPrinterColumns", manifest.List(
				manifest.Map("name", "Retries", "type", "integer", "jsonPath", ".spec.maxRetries"),
				manifest.Map("name", "Age", "type", "date", "jsonPath", ".metadata.creationTimestamp"),
			),
			"schema", manifest.Map("openAPIV3Schema", root),
		)),
	))
	return crd, nil
}

// rules are the contradictions that the API server can see, in CEL. Each is at
// the field that holds all fields it speaks of.
var rules = map[string][][2]string{
	"spec": {
		{"!has(self.attemptTimeout) || !has(self.totalTimeout) || duration(self.attemptTimeout) < duration(self.totalTimeout)",
			"attemptTimeout must be less than totalTimeout"},
		{"self.maxRetries == 0 || (has(self.retryOn) && ((has(self.retryOn.statusCodes) && size(self.retryOn.statusCodes) > 0) ||" +
			" (has(self.retryOn.conditions) && size(self.retryOn.conditions) > 0) || (has(self.retryOn.grpcStatuses) && size(self.retryOn.grpcStatuses) > 0)))",
			"retryOn must say what to retry unless maxRetries is 0"},
		{"has(self.attemptTimeout) || !has(self.retryOn) || !has(self.retryOn.conditions) || !('AttemptTimeout' in self.retryOn.conditions)",
			"the condition AttemptTimeout needs attemptTimeout"},
	},
	"spec.backoff": {
		{"!has(self.maxInterval) || duration(self.maxInterval) >= duration(self.baseInterval)", "maxInterval must be at least baseInterval"},
	},
	"spec.budget": {
		{"has(self.minConcurrentRetries) != (has(self.interval) || has(self.minRetriesPerSecond))", "a budget is by concurrency or by rate, and not both"},
		{"has(self.interval) == has(self.minRetriesPerSecond)", "a budget by rate has an interval and minRetriesPerSecond"},
	},
	"spec.retryOn": {
		{"!has(self.methods) || !('*' in self.methods) || size(self.methods) == 1", "* is every method, so no other one stands beside it"},
	},
}

// rulesOf gives the rules of a field: its own, and the bounds of a duration or of
// a target's group, which a pattern cannot say.
func rulesOf(field string, t reflect.Type) manifest.Value {
	list := manifest.List()
	add := func(rule, message string) { list.Append(manifest.Map("rule", rule, "message", message)) }
	for _, r := range rules[field] {
		add(r[0], r[1])
	}
	if b := boundOf(field); t == reflect.TypeFor[Duration]() {
		add(fmt.Sprintf("duration(self) >= duration('%s') && duration(self) <= duration('%s')", b.short, b.long),
			fmt.Sprintf("must be between %s and %s", b.short, b.long))
	}
	if field == "spec.targetRefs[]" {
		for _, k := range kinds {
			group := fmt.Sprintf("has(self.group) && self.group == '%s'", k.group)
			if k.group == "" {
				group = "!has(self.group) || self.group == ''"
			}
			add(fmt.Sprintf("self.kind != '%s' || (%s)", k.kind, group), fmt.Sprintf("%s is of group %q", k.kind, k.group))
			if !k.sections {
				add(fmt.Sprintf("self.kind != '%s' || !has(self.sectionName)", k.kind), fmt.Sprintf("%s has no parts with a name", k.kind))
			}
		}
	}
	return list
}
