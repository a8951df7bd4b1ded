package translators

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/envoygateway"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/gatewayapi"
	"retryctl.dev/translators/istio"
	"retryctl.dev/translators/kong"
	"retryctl.dev/translators/stanza"
	"retryctl.dev/translators/traefik"
)

// A plant is one cause of a difference, put into a world that has none: NAME and the
// like stand for random words and numbers.
type plant struct {
	about   string
	gateway gateway.Target
	world   string
	// cut is what the plant takes out of the world, and put what stands there then.
	cut, put string
	// named is what each reason has to say.
	named []string
	setup func(*gateway.Settings)
}

const httpRoute = `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: NAME, namespace: shop}
spec: {parentRefs: [{name: edge}], rules: [{name: all, RULE backendRefs: [{name: BACKEND, port: 80}]}]}
`

const trafficPolicy = `---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: own, namespace: shop, creationTimestamp: "2025-02-01T00:00:00Z"}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: NAME}], retry: {numRetries: MANY, retryOn: {triggers: [connect-failure]}, perRetry: {timeout: 1s, backOff: {baseInterval: 1s}}}, timeout: {http: {requestTimeout: 0s}}}
`

const service = `---
apiVersion: v1
kind: Service
metadata: {name: BACKEND, namespace: shop, annotations: {konghq.com/retries: "MANY"}}
spec: {ports: [{name: http, port: 80}]}
`

const virtualService = `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: NAME, namespace: shop, creationTimestamp: "2025-02-01T00:00:00Z"}
spec:
  hosts: [BACKEND.shop.svc.cluster.local]
  http: [{name: main, retries: {attempts: MANY, perTryTimeout: 2s, retryOn: "reset"}, route: [{destination: {host: BACKEND}}]}]
`

const kongPlugin = `---
apiVersion: configuration.konghq.com/v1
kind: KongPlugin
metadata: {name: code, namespace: shop}
plugin: pre-function
config: {access: ["kong.service.set_retries(MANY)"]}
`

const middleware = `---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: mine, namespace: shop}
spec: {retry: {attempts: MANY}}
`

const useMiddleware = "filters: [{type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: mine}}],"

const useKongPlugin = "filters: [{type: ExtensionRef, extensionRef: {group: configuration.konghq.com, kind: KongPlugin, name: code}}],"

// The same route with what other gateways look at.
var (
	stanzaRoute    = strings.Replace(httpRoute, "RULE", "retry: {attempts: MANY, codes: [503], backoff: 1s}, timeouts: {backendRequest: 2s},", 1)
	kgatewayPolicy = "---\napiVersion: gateway.kgateway.dev/v1alpha1\nkind: TrafficPolicy\nmetadata: {name: wide, namespace: shop}\n" +
		"spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: NAME}], retry: {attempts: MANY, retryOn: [5xx]}, timeouts: {request: 30s}}\n"
	kgatewayFilter = "filters: [{type: ExtensionRef, extensionRef: {group: gateway.kgateway.dev, kind: TrafficPolicy, name: wide}}],"
	kongRoute      = strings.Replace(httpRoute, "RULE", useKongPlugin, 1)
	traefikRoute   = strings.Replace(httpRoute, "RULE", useMiddleware, 1)
)

var plants = []plant{
	{"no policy is attached", envoygateway.Gateway{}, httpRoute + trafficPolicy, "kind: HTTPRoute, name: NAME}], retry", "kind: HTTPRoute, name: other}], retry",
		[]string{"no BackendTrafficPolicy is on it"}, nil},
	{"the policy is in another namespace", envoygateway.Gateway{}, httpRoute + trafficPolicy, "name: own, namespace: shop", "name: own, namespace: team",
		[]string{"BackendTrafficPolicy team/own", "namespace"}, nil},
	{"the policy names a rule that is not there", envoygateway.Gateway{}, httpRoute + trafficPolicy, "kind: HTTPRoute, name: NAME}], retry", "kind: HTTPRoute, name: NAME, sectionName: none}], retry",
		[]string{"BackendTrafficPolicy shop/own", "none"}, nil},
	{"an older policy wins", envoygateway.Gateway{}, httpRoute + trafficPolicy, "---\napiVersion: gateway.envoyproxy.io", strings.NewReplacer("own", "old", "2025-02", "2024-02", "numRetries: MANY", "numRetries: 1").Replace(trafficPolicy) + "---\napiVersion: gateway.envoyproxy.io",
		[]string{"BackendTrafficPolicy shop/old"}, nil},
	{"an older policy without retries wins", envoygateway.Gateway{}, httpRoute + trafficPolicy, "---\napiVersion: gateway.envoyproxy.io", strings.NewReplacer("own", "old", "2025-02", "2024-02", "retry:", "other:").Replace(trafficPolicy) + "---\napiVersion: gateway.envoyproxy.io",
		[]string{"BackendTrafficPolicy shop/old", "no retry"}, nil},
	{"a policy on the rule wins", envoygateway.Gateway{}, httpRoute + trafficPolicy, "---\napiVersion: gateway.envoyproxy.io", strings.NewReplacer("own", "near", "name: NAME}", "name: NAME, sectionName: all}", "numRetries: MANY", "numRetries: 1").Replace(trafficPolicy) + "---\napiVersion: gateway.envoyproxy.io",
		[]string{"BackendTrafficPolicy shop/near"}, nil},
	{"a stanza wins", envoygateway.Gateway{}, httpRoute + trafficPolicy, "RULE", "retry: {attempts: 1}, RULE", []string{"the retry stanza of HTTPRoute shop/NAME"}, nil},
	{"the route's timeout cuts the tries", envoygateway.Gateway{}, httpRoute + trafficPolicy, "RULE", "timeouts: {request: 3s}, RULE", []string{"3s", "HTTPRoute shop/NAME timeouts.request"}, nil},
	{"a filter is not known", envoygateway.Gateway{}, httpRoute + trafficPolicy, "RULE", useMiddleware + " RULE", []string{"Middleware of traefik.io"}, nil},

	{"a timeout cuts the tries", istio.Gateway{}, virtualService, "name: main,", "name: main, timeout: 5s,", []string{"5s", "VirtualService shop/NAME http main timeout"}, nil},
	{"a timeout is not less than the request's", istio.Gateway{}, virtualService, "name: main,", "name: main, timeout: 1s,", []string{"1s", "VirtualService shop/NAME http main timeout"}, nil},
	{"exportTo", istio.Gateway{}, virtualService, "  hosts:", "  exportTo: [team]\n  hosts:", []string{"exportTo"}, nil},
	{"attempts are left out", istio.Gateway{}, virtualService, "attempts: MANY, ", "", []string{"VirtualService shop/NAME http main", "without attempts"}, nil},
	{"there are no retries", istio.Gateway{}, virtualService, "retries: {attempts: MANY, perTryTimeout: 2s, retryOn: \"reset\"}, ", "", []string{"says nothing of retries"}, nil},

	{"a plugin sets the number of a Service that is never retried", kong.Gateway{}, httpRoute + kongPlugin + strings.ReplaceAll(service, "MANY", "0"), "RULE", useKongPlugin + " RULE", []string{"KongPlugin shop/code"}, nil},
	{"a plugin on the Service sets its number", kong.Gateway{}, httpRoute + kongPlugin + strings.ReplaceAll(service, "MANY", "0"), `retries: "0"`, `retries: "0", konghq.com/plugins: code`, []string{"KongPlugin shop/code"}, nil},
	{"a plugin of the cluster sets the number", kong.Gateway{}, httpRoute + kongPlugin + strings.ReplaceAll(service, "MANY", "0"), "kind: KongPlugin\nmetadata: {name: code, namespace: shop}", "kind: KongClusterPlugin\nmetadata: {name: code, labels: {global: \"true\"}}", []string{"KongClusterPlugin", "code"}, nil},
	{"a plugin has nothing retried", kong.Gateway{}, httpRoute + strings.ReplaceAll(kongPlugin, "MANY", "0") + service, "RULE", useKongPlugin + " RULE", []string{"KongPlugin shop/code"}, nil},
	{"a plugin sets timeouts", kong.Gateway{}, httpRoute + strings.ReplaceAll(kongPlugin, "set_retries(MANY)", "set_timeouts(1000, 1000, MANY000)") + service, "RULE", useKongPlugin + " RULE", []string{"KongPlugin shop/code"}, nil},
	{"a Service has a number where there was none", kong.Gateway{}, httpRoute + strings.ReplaceAll(service, "MANY", "0"), `retries: "0"`, `retries: "MANY"`, []string{"Service shop/BACKEND"}, nil},
	{"a route bounds the tries", kong.Gateway{}, httpRoute + service, "RULE", "timeouts: {backendRequest: MANYs}, RULE", []string{"HTTPRoute shop/NAME rule 0 timeouts.backendRequest"}, nil},
	{"a plugin is disabled", kong.Gateway{}, kongRoute + kongPlugin + strings.ReplaceAll(service, "MANY", "2"), "plugin: pre-function", "plugin: pre-function\ndisabled: true", []string{"KongPlugin shop/code is disabled"}, nil},
	{"a Service is not given", kong.Gateway{}, httpRoute + service, "kind: Service\nmetadata: {name: BACKEND", "kind: Service\nmetadata: {name: other", []string{"Service shop/BACKEND", "not in the input"}, nil},

	{"a Middleware retries where nothing was retried", traefik.Gateway{}, httpRoute + middleware, "RULE", useMiddleware + " RULE", []string{"Middleware shop/mine"}, nil},
	{"a Middleware within a chain retries", traefik.Gateway{}, httpRoute + middleware + "---\napiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {name: outer, namespace: shop}\nspec: {chain: {middlewares: [{name: mine}]}}\n",
		"RULE", strings.Replace(useMiddleware, "mine", "outer", 1) + " RULE", []string{"Middleware shop/mine"}, nil},
	{"a Middleware has other attempts", traefik.Gateway{}, traefikRoute + middleware, "attempts: MANY", "attempts: 2", []string{"Middleware shop/mine"}, nil},
	{"a Middleware has statuses", traefik.Gateway{}, traefikRoute + middleware, "attempts: MANY", `attempts: MANY, status: ["502"]`, []string{"Middleware shop/mine"}, nil},
	{"a Middleware is not given", traefik.Gateway{}, traefikRoute + middleware, "metadata: {name: mine", "metadata: {name: other", []string{"Middleware", "not in the input"}, nil},
	{"two in one Middleware", traefik.Gateway{}, traefikRoute + middleware, "spec: {retry:", "spec: {compress: {}, retry:", []string{"Middleware shop/mine has"}, nil},

	{"the request's timeout cuts the tries", gatewayapi.Gateway{}, stanzaRoute, "backendRequest: 2s", "backendRequest: 2s, request: 3s", []string{"3s", "HTTPRoute shop/NAME timeouts.request"},
		func(s *gateway.Settings) { s.Set(stanza.Implementer.Is("istio")) }},
	{"there is no stanza", gatewayapi.Gateway{}, stanzaRoute, "retry: {attempts: MANY, codes: [503], backoff: 1s},", "", []string{"the rule has no retry stanza"},
		func(s *gateway.Settings) { s.Set(stanza.Implementer.Is("kgateway")) }},
	{"a policy of kgateway's bounds the request", gatewayapi.Gateway{}, stanzaRoute + kgatewayPolicy, "request: 30s", "request: 3s", []string{"TrafficPolicy shop/wide spec.timeouts.request"},
		func(s *gateway.Settings) { s.Set(stanza.Implementer.Is("kgateway")) }},
	{"a policy of kgateway's is above the route", gatewayapi.Gateway{}, httpRoute + kgatewayPolicy, "kind: HTTPRoute, name: NAME", "kind: Gateway, name: edge", []string{"TrafficPolicy shop/wide is above the route"},
		func(s *gateway.Settings) { s.Set(stanza.Implementer.Is("kgateway")) }},
	{"a filter names a policy of kgateway's that is not given", gatewayapi.Gateway{}, strings.Replace(httpRoute, "RULE", kgatewayFilter, 1) + kgatewayPolicy, "metadata: {name: wide", "metadata: {name: other", []string{"TrafficPolicy shop/wide", "not in the input"},
		func(s *gateway.Settings) { s.Set(stanza.Implementer.Is("kgateway")) }},
	{"the channel drops the stanza", gatewayapi.Gateway{}, stanzaRoute, "retry:", "retry:", []string{"standard channel"},
		func(s *gateway.Settings) {
			s.Version = gateway.Version{Major: 1, Minor: 4}
			s.Set(stanza.Implementer.Is("kgateway"))
		}},
	{"a try's timeout is not less", gatewayapi.Gateway{}, stanzaRoute, "backendRequest: 2s", "request: 1h, backendRequest: 1h", []string{"not less", "HTTPRoute shop/NAME timeouts.request"},
		func(s *gateway.Settings) { s.Set(stanza.Implementer.Is("istio")) }},
}

// TestTheReasonIsTheCause reads each world without its plant, and takes that for what
// is wished; with the plant every difference is the plant's, and has to name it.
func TestTheReasonIsTheCause(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 12))
		for _, p := range plants {
			words := []string{"NAME", []string{"orders", "stock", "a", "pay-2"}[rng.IntN(4)], "BACKEND", []string{"b", "store", "pay"}[rng.IntN(3)], "MANY", fmt.Sprint(6 + rng.IntN(6))}
			fill := strings.NewReplacer(append(words, "RULE", "")...).Replace
			without := p.world
			with := strings.Replace(p.world, p.cut, p.put, 1)
			if with == without && p.cut != p.put {
				t.Fatalf("%s: nothing is planted", p.about)
			}
			diffs := p.differences(t, fill(without), fill(with))
			if len(diffs) == 0 {
				t.Errorf("%s: there is no difference\n%s", p.about, fill(with))
			}
			for _, d := range diffs {
				r := review{profile: p.gateway.Profile()}
				for _, word := range p.named {
					if !strings.Contains(r.reason(d), fill(word)) {
						t.Errorf("seed %d: %s: %s %s, %s, because %q", seed, p.about, d.Field, d.Want, d.Got, r.reason(d))
						break
					}
				}
			}
		}
	}
}

// differences compares what the rules of two worlds get.
func (p plant) differences(t *testing.T, without, with string) (all []behavior.Diff) {
	before, after := p.effects(t, without, false), p.effects(t, with, true)
	for _, e := range after {
		for _, b := range before {
			if b.Methods&e.Methods != 0 && b.Answer == 0 {
				always := behavior.Compare(b.Behavior, b) // as of a timeout that is not of the kind that a policy means
				all = append(all, slices.DeleteFunc(behavior.Compare(b.Behavior, e), func(d behavior.Diff) bool {
					return slices.ContainsFunc(always, func(o behavior.Diff) bool { return o.Topic == d.Topic && o.Got == d.Got })
				})...)
			}
		}
	}
	return all
}

func (p plant) effects(t *testing.T, text string, planted bool) []behavior.Effect {
	objects, err := manifest.Read(strings.NewReader(text), "world")
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	world := manifest.NewSet(objects)
	s := gateway.Defaults(p.gateway.Profile())
	if p.setup != nil {
		p.setup(&s)
	}
	if planted && p.cut == p.put {
		s.Set(stanza.Channel.Is("standard"))
	}
	var effects []behavior.Effect
	for _, list := range gateway.Read(p.gateway, (&resolve.Plan{World: world}).Bystanders(), world, s) {
		effects = append(effects, list...)
	}
	return effects
}
