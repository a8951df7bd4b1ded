package fn

import (
	"fmt"

	"retryctl.dev/schema/manifest"
)

// arguments takes a ConfigMap for the functionConfig that it is to kpt: what is given
// to a function on the command line or as configMap in a Kptfile, and an empty one if
// nothing is (kpt v1.0.0-beta.56). "to" is the flag of that name.
func (l *List) arguments(o *manifest.Object) error {
	for key, value := range o.At("data").Fields() {
		if key.Text() != "to" || !value.IsScalar() {
			return fmt.Errorf("the functionConfig is a ConfigMap with %q: to, as in to: envoy-gateway, is all that it may have", key.Text())
		}
		l.To = []string{value.Text()}
	}
	return nil
}
