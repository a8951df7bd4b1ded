// Package translators holds the ordered list of gateways and Run, the one place
// that translates: it has a gateway translate, has it read the result back, and
// makes a finding of every difference.
package translators

import (
	"fmt"
	"strings"

	"retryctl.dev/translators/envoygateway"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/gatewayapi"
	"retryctl.dev/translators/istio"
	"retryctl.dev/translators/kong"
	"retryctl.dev/translators/traefik"
)

// All gives every gateway in the order in which they are printed.
func All() []gateway.Target {
	return []gateway.Target{
		envoygateway.Gateway{},
		istio.Gateway{},
		kong.Gateway{},
		traefik.Gateway{},
		gatewayapi.Gateway{Implementers: []gateway.Implementer{envoygateway.Gateway{}, istio.Gateway{}}},
	}
}

// Names gives the names of All.
func Names() []string {
	var names []string
	for _, g := range All() {
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
// that of All.
func ParseTargets(texts []string) ([]Target, error) {
	versions := map[string]gateway.Version{}
	for _, text := range texts {
		for _, one := range strings.Split(text, ",") {
			if err := addTarget(versions, strings.TrimSpace(one)); err != nil {
				return nil, err
			}
		}
	}
	var targets []Target
	for _, g := range All() {
		if v, ok := versions[g.Profile().Name]; ok {
			targets = append(targets, Target{g, v})
		}
	}
	return targets, nil
}

func addTarget(versions map[string]gateway.Version, text string) error {
	name, version, versioned := strings.Cut(text, "@")
	known := false
	for _, g := range All() {
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
		return fmt.Errorf("read target %q: one of all, %s is wanted, with a version such as @1.9 if need be", text, strings.Join(Names(), ", "))
	}
	return nil
}
