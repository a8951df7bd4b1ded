package schema

// ConfigKind is the kind of retryctl's settings.
const ConfigKind = "Config"

// Config holds what the input's objects do not say: the targets, their versions
// and how they are set up. Flags of the command line win over it.
type Config struct {
	// APIVersion is retryctl.dev/v1alpha1.
	APIVersion string `json:"apiVersion"`
	// Kind is Config.
	Kind string `json:"kind"`
	// Metadata may be left out.
	Metadata *Metadata `json:"metadata,omitempty"`
	// Spec is the settings.
	Spec ConfigSpec `json:"spec"`

	// Source finds fields in the text that the Config was decoded from.
	Source Source `json:"-"`
}

// ConfigSpec is the settings.
type ConfigSpec struct {
	// Targets are gateways, each with a version if it is not the newest that is
	// known: "envoy-gateway@1.9".
	Targets []string `json:"targets,omitempty"`
	// ClusterDomain is the domain of Service names; cluster.local if left out.
	ClusterDomain string `json:"clusterDomain,omitempty"`
	// Split says which rules of routes are split where a policy is limited to some
	// methods: never, known or always; known if left out.
	Split string `json:"split,omitempty"`
	// Istio is how Istio is set up.
	Istio *IstioConfig `json:"istio,omitempty"`
	// GatewayAPI is which Gateway API is installed and who implements it.
	GatewayAPI *GatewayAPIConfig `json:"gatewayAPI,omitempty"`
	// Traefik is how Traefik is set up.
	Traefik *TraefikConfig `json:"traefik,omitempty"`
	// Kong is how Kong is set up.
	Kong *KongConfig `json:"kong,omitempty"`
	// Policies are files with RetryPolicies, relative to this one.
	Policies []string `json:"policies,omitempty"`
	// Manifests are files with the objects that the policies are for.
	Manifests []string `json:"manifests,omitempty"`
}

// IstioConfig is how Istio is set up.
type IstioConfig struct {
	// API is what retries are written in: virtualservice, gateway-api or auto.
	API string `json:"api,omitempty"`
	// Gateways names the classic Istio Gateways that stand in for Gateway API
	// Gateways.
	Gateways []IstioGateway `json:"gateways,omitempty"`
}

// An IstioGateway maps one parent of routes to a classic Istio Gateway.
type IstioGateway struct {
	// Parent is the Gateway API Gateway as namespace/name.
	Parent string `json:"parent"`
	// Gateway is the classic Istio Gateway as namespace/name.
	Gateway string `json:"gateway"`
}

// GatewayAPIConfig is which Gateway API is installed and who implements it.
type GatewayAPIConfig struct {
	// Channel is standard or experimental.
	Channel string `json:"channel,omitempty"`
	// Implementation is envoy-gateway, istio, kgateway, cilium, agentgateway or
	// none, which is that nothing is known.
	Implementation string `json:"implementation,omitempty"`
}

// TraefikConfig is how Traefik is set up.
type TraefikConfig struct {
	// SafeNaming is providers.kubernetesCRD.safeNaming.
	SafeNaming bool `json:"safeNaming,omitempty"`
}

// KongConfig is how Kong is set up.
type KongConfig struct {
	// UntrustedLua is Kong's untrusted_lua: Strict, Lax, Sandbox, Open (on) or
	// Disabled (off).
	UntrustedLua string `json:"untrustedLua,omitempty"`
	// Router is Kong's router_flavor: TraditionalCompatible, which is Kong's default,
	// or Expressions.
	Router string `json:"router,omitempty"`
}
