package translators

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/normal"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/ingressnginx"
)

// Sources are gateways whose configuration is read, in the order in which they are printed.
type Sources []gateway.Source

// OnlyRead gives the gateways of the project that are sources and no targets. Only what
// starts a run, and tests, ask for it.
func OnlyRead() Sources { return Sources{ingressnginx.Gateway{}} }

// And gives the gateways as sources, with others behind them.
func (all Gateways) And(more Sources) Sources {
	var list Sources
	for _, g := range all {
		list = append(list, g)
	}
	return append(list, more...)
}

// Validate gives what the profiles of the gateways lack, and what two of them have both.
func (all Sources) Validate() error {
	var list []error
	taken := map[string]string{}
	for _, g := range all {
		p := g.Profile()
		list = append(list, p.Validate())
		own := []string{"name " + p.Name}
		own = append(own, p.Signs.All()...)
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

// Normal gives the form in which objects of these gateways are compared.
func (all Sources) Normal() normal.Options {
	var opts normal.Options
	for _, g := range all {
		p := g.Profile()
		opts.Forms, opts.Domains = append(opts.Forms, p.Forms), append(opts.Domains, p.Domains...)
	}
	return opts
}

// Names gives the names of the gateways.
func (all Sources) Names() []string {
	var names []string
	for _, g := range all {
		names = append(names, g.Profile().Name)
	}
	return names
}

// A Source is a gateway that is read, with the version that is meant.
type Source struct {
	Gateway gateway.Source
	Version gateway.Version
}

// Source gives a target as what is read of it.
func (t Target) Source() Source { return Source{t.Gateway, t.Version} }

// ParseSources reads gateways as ParseTargets does.
func (all Sources) ParseSources(texts []string) ([]Source, error) {
	versions, err := all.versions(texts)
	if err != nil {
		return nil, err
	}
	var list []Source
	for _, g := range all {
		if v, ok := versions[g.Profile().Name]; ok {
			list = append(list, Source{g, v})
		}
	}
	return list, nil
}

// versions gives the version of each gateway that texts name.
func (all Sources) versions(texts []string) (map[string]gateway.Version, error) {
	versions := map[string]gateway.Version{}
	for _, text := range texts {
		for _, one := range strings.Split(text, ",") {
			if err := all.addVersion(versions, strings.TrimSpace(one)); err != nil {
				return nil, err
			}
		}
	}
	return versions, nil
}

func (all Sources) addVersion(versions map[string]gateway.Version, text string) error {
	name, version, versioned := strings.Cut(text, "@")
	if name == "all" && !versioned {
		for _, g := range all {
			if p := g.Profile(); versions[p.Name] == (gateway.Version{}) {
				versions[p.Name] = p.Newest
			}
		}
		return nil
	}
	at := slices.Index(all.Names(), name)
	if at < 0 {
		return fmt.Errorf("read target %q: one of all, %s is wanted, with a version such as @1.9 if need be", text, strings.Join(all.Names(), ", "))
	}
	p := all[at].Profile()
	v := p.Newest
	if versioned {
		var err error
		if v, err = gateway.ParseVersion(version); err != nil {
			return fmt.Errorf("read target %q: %w", text, err)
		}
		if v.Before(p.Oldest) || p.Newest.Before(v) {
			return fmt.Errorf("read target %q: versions %s to %s of %s are known", text, p.Oldest, p.Newest, p.Title)
		}
	}
	versions[p.Name] = v
	return nil
}
