package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
	"retryctl.dev/schema/difference"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/normal"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/impact"
	"retryctl.dev/translators/rivals"
)

// A comparison is everything that differs between two sides.
type comparison struct {
	// from and to are what the sides are called.
	from, to string
	objects  []objectDiff
	effects  []effectDiff
	// unseen are objects that differ and that no rule shows the effect of.
	unseen   []manifest.ID
	findings finding.List
}

// An objectDiff is an object that differs; gateway is the target that the object
// is for, where there are several.
type objectDiff struct {
	difference.Difference
	gateway string
}

// An effectDiff is what changes for requests with one target.
type effectDiff struct {
	gateway, version string
	impacts          []impact.Impact
}

// translation compares what policies translate to with what is there.
func (d *diff) translation(cmd *cobra.Command, s Streams) (comparison, error) {
	flags, err := d.run.settings.spec(cmd)
	if err != nil {
		return comparison{}, err
	}
	if _, err := translators.ParseTargets(d.run.to); err != nil {
		return comparison{}, err
	}
	given, existing, passed, err := d.read(cmd, s)
	if err != nil {
		return comparison{}, err
	}
	p := decode(slices.Concat(given, contextOf(given, existing)))
	p.findings = append(p.findings, passed...)
	if p.given == 0 {
		return comparison{}, d.run.nothing(s.Err, p.findings)
	}
	assignments, err := d.run.shown(p)
	if err != nil {
		return comparison{}, d.run.report.also(s.Err, p.findings, err)
	}
	p.takeBack(assignments)
	if d.run.strict {
		p.findings = p.findings.Strict()
	}
	c := comparison{from: "existing", to: "wanted", findings: p.findings}
	written := manifest.NewSet(nil)
	for _, t := range assignments {
		if err := cmd.Context().Err(); err != nil {
			return comparison{}, err
		}
		plan, found := p.planFor(t, d.run.strict)
		c.findings = append(c.findings, found...)
		with := settings(t.Target, p.configs, flags)
		result := translators.Run(t.Gateway, plan, with, d.run.strict)
		written = written.With(result.Objects...)
		c.findings = append(c.findings, result.Findings...)
		before := manifest.NewSet(surroundings(given)).With(existing...)
		after := before.With(manifests(given)...).With(result.Objects...)
		list := append(rivals.Find(result.Objects, existing, after, with), left(existing, result.Objects, after, []string{result.Gateway.Name})...)
		for n := range list {
			list[n].Gateway = result.Gateway.Name
		}
		if d.run.strict {
			list = list.Strict()
		}
		c.findings = append(c.findings, list...)
		name := ""
		if len(assignments) > 1 {
			name = result.Gateway.Name
		}
		c.add(name, counterparts(result.Objects, existing), result.Objects, normal.Options{StanzaDefaults: stanzaDefaults(result.Gateway.Name, with)})
		if !d.looksAtBehavior() {
			continue
		}
		c.effects = append(c.effects, effectDiff{result.Gateway.Name, with.Version.String(), impact.Of(t.Gateway, before, after, with)})
	}
	var rest []*manifest.Object // given, and there, and no target edits them
	there := manifest.NewSet(existing)
	for _, o := range manifests(given) {
		if written.Get(o.ID()) == nil && there.Get(o.ID()) != nil {
			rest = append(rest, o)
		}
	}
	c.add("", counterparts(rest, existing), rest, normal.Options{})
	c.findings = c.findings.Sorted()
	return c, nil
}

func stanzaDefaults(name string, s gateway.Settings) bool {
	return name == "gateway-api" && s.Version.AtLeast(1, 7)
}

func (c *comparison) add(gateway string, from, to []*manifest.Object, opts normal.Options) {
	for _, one := range difference.Of(from, to, opts) {
		c.objects = append(c.objects, objectDiff{one, gateway})
	}
}

// counterparts gives those of existing objects that have the names of others.
func counterparts(objects, existing []*manifest.Object) []*manifest.Object {
	there := manifest.NewSet(existing)
	var list []*manifest.Object
	for _, o := range objects {
		if other := there.Get(o.ID()); other != nil {
			list = append(list, other)
		}
	}
	return list
}

// manifests leaves out retryctl's own kinds.
func manifests(objects []*manifest.Object) []*manifest.Object {
	var list []*manifest.Object
	for _, o := range objects {
		if !schema.Ours(o) {
			list = append(list, o)
		}
	}
	return list
}

// sides compares the objects of two files or folders.
func (d *diff) sides(cmd *cobra.Command, s Streams, from, to string) (comparison, error) {
	flags, err := d.run.settings.spec(cmd)
	if err != nil {
		return comparison{}, err
	}
	targets, err := translators.ParseTargets(d.run.to)
	if err != nil {
		return comparison{}, err
	}
	var both [2][]*manifest.Object
	for n, name := range []string{from, to} {
		r := reading{ctx: cmd.Context(), recursive: d.run.input.recursive, whole: true, selection: &selection{}, left: manifest.MaxBytes}
		if err := r.side(name); err != nil {
			return comparison{}, d.run.report.unreadable(s.Err, fmt.Errorf("%w", err))
		}
		both[n] = r.objects
	}
	before, after := manifest.NewSet(both[0]), manifest.NewSet(both[1])
	var opts normal.Options
	if len(targets) == 1 {
		opts.StanzaDefaults = stanzaDefaults(targets[0].Gateway.Profile().Name, gateway.Settings{Version: targets[0].Version})
	}
	c := comparison{from: from, to: to}
	c.add("", both[0], both[1], opts)
	if !d.looksAtBehavior() {
		return c, nil
	}
	if len(targets) == 0 {
		targets = concerned(c.objects, before.With(after.All()...))
	}
	for _, t := range targets {
		with := settings(t, nil, flags)
		c.effects = append(c.effects, effectDiff{t.Gateway.Profile().Name, with.Version.String(), impact.Of(t.Gateway, before, after, with)})
	}
	inBefore, inAfter := mentionsIn(before.All()), mentionsIn(after.All())
	for _, o := range c.objects {
		if hidden(o.ID, before, inBefore) || hidden(o.ID, after, inAfter) {
			c.unseen = append(c.unseen, o.ID)
		}
	}
	return c, nil
}
