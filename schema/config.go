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
	// Policies are files with RetryPolicies, relative to this one.
	Policies []string `json:"policies,omitempty"`
	// Manifests are files with the objects that the policies are for.
	Manifests []string `json:"manifests,omitempty"`

	// Settings are the values of the gateways' options.
	Settings []Setting `json:"-"`
}
