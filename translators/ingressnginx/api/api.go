// Package api has the words of the objects that carry ingress-nginx' retries, and its
// defaults.
package api

import "slices"

// What shows that an Ingress is for ingress-nginx.
const (
	Controller = "k8s.io/ingress-nginx"
	Class      = "nginx"
	Prefix     = "nginx.ingress.kubernetes.io/"
)

// The keys of settings: those of a ConfigMap, and with Prefix those of annotations.
const (
	NextUpstream        = "proxy-next-upstream"
	NextUpstreamTries   = "proxy-next-upstream-tries"
	NextUpstreamTimeout = "proxy-next-upstream-timeout"
	ConnectTimeout      = "proxy-connect-timeout"
	SendTimeout         = "proxy-send-timeout"
	ReadTimeout         = "proxy-read-timeout"
	RequestBuffering    = "proxy-request-buffering"
	BodySize            = "proxy-body-size"
	ServiceUpstream     = "service-upstream"
	LoadBalance         = "load-balance"
	// NonIdempotent is a ConfigMap's alone.
	NonIdempotent = "retry-non-idempotent"
)

// The keys of annotations that a ConfigMap has not.
const (
	BackendProtocol   = "backend-protocol"
	Affinity          = "affinity"
	ChangeOnFailure   = "session-cookie-change-on-failure"
	HashBy            = "upstream-hash-by"
	Canary            = "canary"
	UseRegex          = "use-regex"
	PermanentRedirect = "permanent-redirect"
	RedirectCode      = "permanent-redirect-code"
	TemporalRedirect  = "temporal-redirect"
)

// Defaults are the values of settings that neither an annotation nor a ConfigMap has
// (internal/ingress/controller/config/config.go).
var Defaults = map[string]string{
	NextUpstream: "error timeout", NextUpstreamTries: "3", NextUpstreamTimeout: "0",
	ConnectTimeout: "5", SendTimeout: "60", ReadTimeout: "60",
	RequestBuffering: "on", BodySize: "1m", ServiceUpstream: "false", LoadBalance: "round_robin", NonIdempotent: "false",
}

// Snippets are the keys of annotations and ConfigMaps whose text goes into nginx'
// configuration as it is.
var Snippets = []string{"configuration-snippet", "server-snippet", "location-snippet", "http-snippet", "main-snippet"}

// LabelName is the label by which the objects of an installation are known.
const LabelName = "app.kubernetes.io/name"

// ByKeyAlone reports whether a key shows by itself that a ConfigMap is ingress-nginx'.
func ByKeyAlone(key string) bool {
	return slices.Contains([]string{NextUpstream, NextUpstreamTries, NextUpstreamTimeout, NonIdempotent}, key)
}
