package controller

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/precedence"
	"retryctl.dev/translators/traefik/api"
)

// The providers, as Traefik prefers them where priorities are equal, since 3.7
// (v3.7.13 pkg/config/static/static_config.go, pkg/muxer/http/mux.go:216).
const (
	ofIngress = iota
	ofCRD
	ofGateway
)

// ranked gives what routers are ordered by: the priority, which counts over all
// providers, and the provider.
func (c Cluster) ranked(rank []int) []int {
	if c.Is37 {
		return rank
	}
	return rank[:1]
}

// ingressMatches gives the matches of an Ingress: a router for each of its paths, whose
// priority is the length of its rule where none is written, or one for its default
// backend, which comes last (v3.7.13 pkg/provider/kubernetes/ingress/kubernetes.go:738).
// The setting strictPrefixMatching is taken to be off, as it is by default.
func (c Cluster) ingressMatches(o *manifest.Object) []precedence.Match {
	var list []precedence.Match
	rule := resolve.RuleID{ID: o.ID(), Rule: -1}
	_, syntax := Annotation(o, api.RouterSyntax)
	_, text := Annotation(o, api.RouterPriority)
	written, _ := strconv.Atoi(text)
	add := func(text string, priority int) {
		r := routed{Priority: priority}
		var err error
		if r.Rule, err = readRule(text, syntax); err == nil && priority <= maxPriority {
			r.Methods, _ = r.Rule.Methods()
			list = append(list, c.at(o, rule, []int{priority, ofIngress}, r.matches(syntax))...)
		}
	}
	rules := o.At("spec", "rules").Items()
	if o.At("spec", "rules").Len() == 0 && o.At("spec", "defaultBackend", "service").Exists() {
		add(`PathPrefix("/")`, math.MinInt32)
	}
	for _, rule := range rules {
		for _, path := range rule.At("http", "paths").Items() {
			text := ingressRule(o, rule.At("host").Text(), path)
			if priority := written; path.At("backend", "service").Exists() {
				if priority == 0 {
					priority = len(text)
				}
				add(text, priority)
			}
		}
	}
	return list
}

// ingressRule is the rule that Traefik writes for a path of an Ingress.
func ingressRule(o *manifest.Object, host string, path manifest.Value) string {
	var parts []string
	if host != "" {
		parts = append(parts, fmt.Sprintf("Host(%q)", host))
	}
	if value := path.At("path").Text(); value != "" {
		matcher := "PathPrefix"
		switch kind := path.At("pathType").Text(); kind {
		case "Exact":
			matcher = "Path"
		case "", "ImplementationSpecific":
			if _, own := Annotation(o, api.RouterPathMatcher); own != "" {
				matcher = own
			}
		}
		parts = append(parts, fmt.Sprintf("%s(%q)", matcher, value))
	}
	return strings.Join(parts, " && ")
}

// IngressBackends gives the service of each path of an Ingress, each once.
func IngressBackends(o *manifest.Object) []manifest.Value {
	var list []manifest.Value
	seen := map[string]bool{}
	add := func(v manifest.Value) {
		key := v.At("name").Text() + "\x00" + v.At("port", "number").Text() + "\x00" + v.At("port", "name").Text()
		if v.Exists() && !seen[key] {
			seen[key] = true
			list = append(list, v)
		}
	}
	for _, rule := range o.At("spec", "rules").Items() {
		for _, path := range rule.At("http", "paths").Items() {
			add(path.At("backend", "service"))
		}
	}
	add(o.At("spec", "defaultBackend", "service"))
	return list
}
