package translators

import (
	"retryctl.dev/schema"
	"retryctl.dev/schema/normal"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/envoygateway"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/gatewayapi"
	"retryctl.dev/translators/istio"
	"retryctl.dev/translators/kong"
	"retryctl.dev/translators/traefik"
)

// Gateways are the targets that exist, in the order in which they are printed.
type Gateways []gateway.Target

// All gives the gateways of the project. Only what starts a run, and tests, ask for it.
func All() Gateways {
	return Gateways{
		envoygateway.Gateway{},
		istio.Gateway{},
		kong.Gateway{},
		traefik.Gateway{},
		gatewayapi.Gateway{Implementers: []gateway.Implementer{envoygateway.Gateway{}, istio.Gateway{}}},
	}
}

// Documents gives what policies and Configs can say of the gateways.
func (all Gateways) Documents() schema.Gateways {
	var list schema.Gateways
	for _, g := range all {
		p := g.Profile()
		list = append(list, schema.Gateway{Name: p.Name, About: p.About, Options: p.Options})
	}
	return list
}

// Shapes gives the shapes of the gateways' own kinds.
func (all Gateways) Shapes() resolve.Shapes {
	var list resolve.Shapes
	for _, g := range all {
		for _, k := range g.Profile().Kinds {
			if len(k.Parts) > 0 {
				list = append(list, resolve.Shape{Group: k.Group, Kind: k.Name, Parts: k.Parts})
			}
		}
	}
	return list
}

// Normal gives the form in which objects of these gateways are compared.
func (all Gateways) Normal() normal.Options { return all.And(nil).Normal() }

// Names gives the names of the gateways.
func (all Gateways) Names() []string { return all.And(nil).Names() }

// A Target is a gateway with the version that is meant.
type Target struct {
	Gateway gateway.Target
	Version gateway.Version
}

// ParseTargets reads targets such as "envoy-gateway@1.9", "kong" and "all"; each
// gateway comes once, the last version given for it counts, and the order is
// that of the list.
func (all Gateways) ParseTargets(texts []string) ([]Target, error) {
	versions, err := all.And(nil).versions(texts)
	if err != nil {
		return nil, err
	}
	var targets []Target
	for _, g := range all {
		if v, ok := versions[g.Profile().Name]; ok {
			targets = append(targets, Target{g, v})
		}
	}
	return targets, nil
}
