package istio

import (
	"bytes"
	"fmt"
	"slices"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pkg/config/schema/collections"

	"retryctl.dev/schema/manifest"
)

// A warning is what the webhook takes and does not like.
type warning struct{ error }

// admit gives what Istio's webhook says of an object: an error or a warning.
func admit(o *manifest.Object) error {
	text := &bytes.Buffer{}
	if err := o.WriteYAML(text); err != nil {
		return err
	}
	configs, unknown, err := crd.ParseInputs(text.String())
	if err != nil {
		return fmt.Errorf("the webhook refuses %s: %w", o.ID(), err)
	}
	if len(configs) != 1 || len(unknown) > 0 {
		return fmt.Errorf("the webhook does not know %s", o.ID())
	}
	schema, ok := collections.PilotGatewayAPI().FindByGroupVersionKind(configs[0].GroupVersionKind)
	if !ok {
		return fmt.Errorf("Istio has no schema for %s", o.ID())
	}
	switch said, err := schema.ValidateConfig(configs[0]); {
	case err != nil:
		return fmt.Errorf("the webhook refuses %s: %w", o.ID(), err)
	case said != nil:
		return warning{fmt.Errorf("the webhook warns of %s: %w", o.ID(), said)}
	}
	for key := range o.Root().Fields() {
		if !slices.Contains([]string{"apiVersion", "kind", "metadata", "spec", "status"}, key.Text()) {
			return fmt.Errorf("the webhook refuses %s: it knows no field %s", o.ID(), key.Text())
		}
	}
	return nil
}

// istios reports whether an object is one that Istio reads.
func istios(o *manifest.Object) bool {
	return o.ID().Group == "networking.istio.io" || o.ID().Group == "gateway.networking.k8s.io"
}
