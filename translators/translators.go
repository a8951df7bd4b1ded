package translators

import (
	"errors"
	"fmt"
	"strings"

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

// Validate gives what the profiles of the gateways lack, and what two of them have both.
func (all Gateways) Validate() error {
	var list []error
	taken := map[string]string{}
	for _, g := range all {
		p := g.Profile()
		list = append(list, p.Validate())
		own := []string{"name " + p.Name}
		for _, sign := range p.Signs.All() {
			own = append(own, sign)
		}
		for _, k := range p.Kinds {
			own = append(own, "kind "+k.Group+"/"+k.Name)
		}
		for _, o := range p.Options {
			own = append(own, "option "+o.Field, "flag "+o.Flag)
		}
		for _, one := range own {
			if by := taken[one]; by != "" {
				list = append(list, fmt.Errorf("profiles of %s and %s: both have the %s", by, p.Name, one))
			}
			taken[one] = p.Name
		}
	}
	return errors.Join(list...)
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
func (all Gateways) Normal() normal.Options {
	var opts normal.Options
	for _, g := range all {
		p := g.Profile()
		opts.Forms, opts.Domains = append(opts.Forms, p.Forms), append(opts.Domains, p.Domains...)
	}
	return opts
}

// Names gives the names of the gateways.
func (all Gateways) Names() []string {
	var names []string
	for _, g := range all {
		names = append(names, g.Profile().Name)
	}
	return names
}

// A Target is a gateway with the version that is meant.
type Target struct {
	Gateway gateway.Target
	Version gateway.Version
}

// ParseTargets reads targets such as "envoy-gateway@1.9", "kong" and "all"; each
// gateway comes once, the last version given for it counts, and the order is
// that of the list.
func (all Gateways) ParseTargets(texts []string) ([]Target, error) {
	versions := map[string]gateway.Version{}
	for _, text := range texts {
		for _, one := range strings.Split(text, ",") {
			if err := all.addTarget(versions, strings.TrimSpace(one)); err != nil {
				return nil, err
			}
		}
	}
	var targets []Target
	for _, g := range all {
		if v, ok := versions[g.Profile().Name]; ok {
			targets = append(targets, Target{g, v})
		}
	}
	return targets, nil
}

func (all Gateways) addTarget(versions map[string]gateway.Version, text string) error {
	name, version, versioned := strings.Cut(text, "@")
	known := false
	for _, g := range all {
		p := g.Profile()
		if name != p.Name && name != "all" {
			continue
		}
		known = true
		v := p.Newest
		if versioned && name != "all" {
			var err error
			if v, err = gateway.ParseVersion(version); err != nil {
				return fmt.Errorf("read target %q: %w", text, err)
			}
			if v.Before(p.Oldest) || p.Newest.Before(v) {
				return fmt.Errorf("read target %q: versions %s to %s of %s are known", text, p.Oldest, p.Newest, p.Title)
			}
		}
		if _, given := versions[p.Name]; !given || name != "all" {
			versions[p.Name] = v
		}
	}
	if !known || name == "all" && versioned {
		return fmt.Errorf("read target %q: one of all, %s is wanted, with a version such as @1.9 if need be", text, strings.Join(all.Names(), ", "))
	}
	return nil
}
