package schema

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// Validate checks every field of a policy that Decode gave without findings:
// ranges, words and names, and wishes that contradict each other. Wishes that
// can have no effect are warnings.
func Validate(p *RetryPolicy) finding.List {
	v := validator{policy: p}
	v.metadata()
	v.targets()
	v.retries()
	v.retryOn()
	v.times()
	v.budget()
	v.breaker()
	v.key()
	v.accept()
	return v.findings
}

type validator struct {
	policy   *RetryPolicy
	findings finding.List
}

func (v *validator) add(code finding.Code, field, hint, format string, args ...any) {
	line, column := v.policy.Source.Position(field)
	namespace := v.policy.Metadata.Namespace
	if namespace == "" {
		namespace = manifest.DefaultNamespace
	}
	v.findings.Add(finding.Finding{
		Code: code, Object: manifest.ID{Kind: Kind, Namespace: namespace, Name: v.policy.Metadata.Name}.String(),
		Field: field, Message: fmt.Sprintf(format, args...), Hint: hint,
		File: v.policy.Source.File, Line: line, Column: column,
	})
}

func (v *validator) bad(field, hint, format string, args ...any) {
	v.add(finding.BadValue, field, hint, format, args...)
}

func (v *validator) contradiction(field, hint, format string, args ...any) {
	v.add(finding.Contradiction, field, hint, format, args...)
}

func (v *validator) inert(field, hint, format string, args ...any) {
	v.add(finding.InertWish, field, hint, format, args...)
}

// within reports a number that is out of its range.
func (v *validator) within(field string, n, least, most int64) bool {
	if n < least || n > most {
		v.bad(field, "", "%d is not between %d and %d", n, least, most)
		return false
	}
	return true
}

// word reports a text that is none of the allowed words.
func (v *validator) word(field, got string, allowed []string, elsewhere map[string]string) bool {
	if slices.Contains(allowed, got) {
		return true
	}
	hint := "one of " + strings.Join(allowed, ", ")
	if meant, ok := elsewhere[got]; ok {
		hint = "did you mean " + meant + "?"
	} else if best := nearest(got, allowed); best != "" {
		hint = "did you mean " + best + "?"
	}
	v.bad(field, hint, "%q is not known here", got)
	return false
}

// repeated reports an item of a list that stands there twice.
func repeated[T comparable](v *validator, field string, items []T) {
	for i, item := range items {
		if slices.Contains(items[:i], item) {
			v.bad(fmt.Sprintf("%s[%d]", field, i), "", "%v stands there twice", item)
		}
	}
}

func (v *validator) metadata() {
	if !isSubdomain(v.policy.Metadata.Name) {
		v.bad("metadata.name", "lower-case letters, digits, - and .", "%q is no name of a Kubernetes object", v.policy.Metadata.Name)
	}
	if namespace := v.policy.Metadata.Namespace; namespace != "" && !isLabel(namespace) {
		v.bad("metadata.namespace", "lower-case letters, digits and -", "%q is no name of a namespace", namespace)
	}
}

// kindGroups are the kinds that a policy can target, with their group, and
// whether a part of them can be named by sectionName.
var kindGroups = []struct {
	kind, group string
	sections    bool
}{
	{"HTTPRoute", "gateway.networking.k8s.io", true},
	{"GRPCRoute", "gateway.networking.k8s.io", true},
	{"Gateway", "gateway.networking.k8s.io", true},
	{"Service", "", false},
	{"Ingress", "networking.k8s.io", false},
	{"IngressRoute", "traefik.io", false},
	{"VirtualService", "networking.istio.io", true},
}

// MaxTargets is the most targets that a policy has.
const MaxTargets = 16

func (v *validator) targets() {
	refs := v.policy.Spec.TargetRefs
	if len(refs) < 1 || len(refs) > MaxTargets {
		v.bad("spec.targetRefs", "", "%d targets, and 1 to %d are wanted", len(refs), MaxTargets)
	}
	repeated(v, "spec.targetRefs", refs)
	for i, ref := range refs {
		v.target(fmt.Sprintf("spec.targetRefs[%d]", i), ref)
	}
}

func (v *validator) target(field string, ref TargetRef) {
	var kinds []string
	for _, known := range kindGroups {
		kinds = append(kinds, known.kind)
		if known.kind != ref.Kind {
			continue
		}
		if known.group != ref.Group {
			v.bad(field+".group", fmt.Sprintf("write group: %q", known.group), "%s is no kind of group %q", ref.Kind, ref.Group)
		}
		if ref.SectionName != "" && !known.sections {
			v.bad(field+".sectionName", "leave it out", "a %s has no parts with a name", ref.Kind)
		}
	}
	v.word(field+".kind", ref.Kind, kinds, nil)
	if !isSubdomain(ref.Name) {
		v.bad(field+".name", "lower-case letters, digits, - and .", "%q is no name of a Kubernetes object", ref.Name)
	}
	if ref.SectionName != "" && !isSubdomain(ref.SectionName) {
		v.bad(field+".sectionName", "lower-case letters, digits, - and .", "%q is no name of a rule or listener", ref.SectionName)
	}
}

// MaxRetries is the most retries that a policy asks for.
const MaxRetries = 100

func (v *validator) retries() {
	s := v.policy.Spec
	if s.MaxRetries == nil {
		v.bad("spec.maxRetries", "the number of tries after the first; 0 is never", "maxRetries is missing")
		return
	}
	v.within("spec.maxRetries", int64(*s.MaxRetries), 0, MaxRetries)
	nothing := s.RetryOn == nil || len(s.RetryOn.StatusCodes)+len(s.RetryOn.Conditions)+len(s.RetryOn.GRPCStatuses) == 0
	switch {
	case *s.MaxRetries > 0 && nothing:
		v.contradiction("spec.maxRetries", "say in retryOn what to retry, or write maxRetries: 0",
			"%d retries, and nothing to retry on", *s.MaxRetries)
	case *s.MaxRetries == 0 && !nothing:
		v.inert("spec.retryOn", "leave it out, or raise maxRetries", "maxRetries is 0, so nothing is retried")
	}
	if *s.MaxRetries == 0 && s.Backoff != nil {
		v.inert("spec.backoff", "leave it out, or raise maxRetries", "maxRetries is 0, so there is no wait")
	}
	if *s.MaxRetries == 0 && s.Budget != nil {
		v.inert("spec.budget", "leave it out, or raise maxRetries", "maxRetries is 0, so there is nothing to bound")
	}
}

func (v *validator) retryOn() {
	on := v.policy.Spec.RetryOn
	if on == nil {
		return
	}
	for i, codes := range on.StatusCodes {
		field := fmt.Sprintf("spec.retryOn.statusCodes[%d]", i)
		if v.within(field, int64(codes.First), 400, 599) && v.within(field, int64(codes.Last), 400, 599) && codes.First > codes.Last {
			v.bad(field, fmt.Sprintf("write %d-%d", codes.Last, codes.First), "the range %s goes down", codes)
		}
	}
	repeated(v, "spec.retryOn.statusCodes", on.StatusCodes)
	known := texts(Conditions)
	for i, condition := range on.Conditions {
		v.word(fmt.Sprintf("spec.retryOn.conditions[%d]", i), string(condition), known, words)
	}
	repeated(v, "spec.retryOn.conditions", on.Conditions)
	if slices.Contains(on.Conditions, AttemptTimeout) && v.policy.Spec.AttemptTimeout == nil {
		v.contradiction("spec.retryOn.conditions", "set attemptTimeout", "AttemptTimeout is to be retried, and there is no attemptTimeout")
	}
	known = texts(GRPCStatuses)
	for i, status := range on.GRPCStatuses {
		v.word(fmt.Sprintf("spec.retryOn.grpcStatuses[%d]", i), string(status), known, map[string]string{"CANCELED": "CANCELLED", "cancelled": "CANCELLED", "OK": "a status of a failure"})
	}
	repeated(v, "spec.retryOn.grpcStatuses", on.GRPCStatuses)
	v.methods(on)
}

func (v *validator) methods(on *RetryOn) {
	if on.Methods != nil && len(on.Methods) == 0 {
		v.bad("spec.retryOn.methods", `leave it out for the idempotent methods; write ["*"] for every method`, "an empty list of methods")
	}
	for i, method := range on.Methods {
		field := fmt.Sprintf("spec.retryOn.methods[%d]", i)
		switch {
		case method == "*" && len(on.Methods) > 1:
			v.contradiction(field, "", "* is every method, so the others are too many")
		case method != "*":
			v.word(field, method, Methods, map[string]string{strings.ToLower(method): strings.ToUpper(method)})
		}
	}
	repeated(v, "spec.retryOn.methods", on.Methods)
	if len(on.GRPCStatuses) > 0 && !slices.Contains(on.MethodNames(), "POST") {
		v.inert("spec.retryOn.grpcStatuses", `add POST to methods if the calls may run twice`,
			"gRPC requests are POSTs, and POST is not among the methods that are retried")
	}
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, item := range list {
		out[i] = string(item)
	}
	return out
}
