// Package diff compares what policies translate to with what is there, and two sets of
// objects with each other: as objects, and by what changes for requests.
package diff

import (
	"context"
	"slices"

	"retryctl.dev/schema"
	"retryctl.dev/schema/difference"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/normal"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/impact"
	"retryctl.dev/translators/pipeline"
	"retryctl.dev/translators/rivals"
)

// A Comparison is everything that differs between two sides.
type Comparison struct {
	// From and To are what the sides are called.
	From, To string
	Objects  []Object
	Effects  []Effect
	// Unseen are objects that differ and that no rule shows the effect of.
	Unseen   []manifest.ID
	Findings finding.List
}

// An Object is an object that differs.
type Object struct {
	difference.Difference
	// Gateway is the target that the object is for, where there are several.
	Gateway string
}

// An Effect is what changes for requests with one target.
type Effect struct {
	Gateway, Version string
	Impacts          []impact.Impact
}

// Options are what a caller says of a comparison.
type Options struct {
	pipeline.Options
	// Behavior asks what changes for requests.
	Behavior bool
}

// A Side is one of two sets of objects.
type Side struct {
	Name    string
	Objects []*manifest.Object
}

// Differs reports whether anything does: an object, or with behavior what happens to
// requests, which what no rule shows may be.
func (c Comparison) Differs(behavior bool) bool {
	if !behavior {
		return len(c.Objects) > 0
	}
	return len(c.Unseen) > 0 || slices.ContainsFunc(c.Effects, func(e Effect) bool { return len(e.Impacts) > 0 })
}

// Decode is that of the pipeline for what is given, with what is there around it.
func Decode(all translators.Gateways, given, existing []*manifest.Object) pipeline.Input {
	return pipeline.Decode(all, slices.Concat(given, viewOf(all.And(nil)).contextOf(given, existing)))
}

// Translation compares what the policies of an input, which Decode gave, translate to
// with what is there.
func Translation(ctx context.Context, in pipeline.Input, given, existing []*manifest.Object, assignments []pipeline.Assignment, o Options) (Comparison, error) {
	c := Comparison{From: "existing", To: "wanted"}
	written, v := manifest.NewSet(nil), viewOf(in.Gateways.And(nil))
	in, err := in.Translations(ctx, assignments, o.Options, func(t pipeline.Translation) error {
		written = written.With(t.Objects...)
		c.Findings = slices.Concat(c.Findings, t.Planned, t.Findings)
		c.translation(v, t, given, existing, len(assignments) > 1, o)
		return nil
	})
	if err != nil {
		return Comparison{}, err
	}
	var rest []*manifest.Object // given, and there, and no target edits them
	there := manifest.NewSet(existing)
	for _, o := range manifests(given) {
		if written.Get(o.ID()) == nil && there.Get(o.ID()) != nil {
			rest = append(rest, o)
		}
	}
	c.add("", counterparts(rest, existing), rest, in.Gateways.Normal())
	c.Findings = append(c.Findings, in.Findings...).Sort()
	return c, nil
}

// translation adds what one target comes to; named says that there are several.
func (c *Comparison) translation(v view, t pipeline.Translation, given, existing []*manifest.Object, named bool, o Options) {
	name := t.Gateway.Name
	before := manifest.NewSet(v.surroundings(given)).With(existing...)
	after := before.With(manifests(given)...).With(t.Objects...)
	list := append(rivals.Find(v.all, gateway.Contest{Written: t.Objects, Existing: existing, World: after, Settings: t.Settings}), v.left(existing, t.Objects, after, []string{name})...)
	for n := range list {
		list[n].Gateway = name
	}
	if o.Strict {
		list = list.Strict()
	}
	c.Findings = append(c.Findings, list...)
	column := ""
	if named {
		column = name
	}
	c.add(column, counterparts(t.Objects, existing), t.Objects, v.normal(t.Gateway, t.Settings.Version))
	if o.Behavior {
		c.Effects = append(c.Effects, Effect{name, t.Settings.Version.String(), impact.Of(t.Target.Gateway, before, after, t.Settings)})
	}
}

// normal gives the form in which objects for one gateway are compared.
func (v view) normal(p gateway.Profile, version gateway.Version) normal.Options {
	opts := v.all.Normal()
	opts.StanzaDefaults = p.Standard && version.AtLeast(1, 7)
	return opts
}

func (c *Comparison) add(gateway string, from, to []*manifest.Object, opts normal.Options) {
	for _, one := range difference.Of(from, to, opts) {
		c.Objects = append(c.Objects, Object{one, gateway})
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

// Sides compares the objects of two sides. Without targets it is the gateways that the
// objects which differ are for, of all that there are.
func Sides(all translators.Sources, from, to Side, targets []translators.Source, o Options) Comparison {
	before, after := manifest.NewSet(from.Objects), manifest.NewSet(to.Objects)
	v := viewOf(all)
	opts := all.Normal()
	if len(targets) == 1 {
		opts = v.normal(targets[0].Gateway.Profile(), targets[0].Version)
	}
	c := Comparison{From: from.Name, To: to.Name}
	c.add("", from.Objects, to.Objects, opts)
	if !o.Behavior {
		return c
	}
	if len(targets) == 0 {
		targets = v.concerned(c.Objects, before.With(after.All()...))
	}
	for _, t := range targets {
		with := pipeline.Input{}.Settings(t, o.Settings)
		c.Effects = append(c.Effects, Effect{t.Gateway.Profile().Name, with.Version.String(), impact.Of(t.Gateway, before, after, with)})
	}
	inBefore, inAfter := v.mentionsIn(before.All()), v.mentionsIn(after.All())
	for _, one := range c.Objects {
		if v.hidden(one.ID, before, inBefore) || v.hidden(one.ID, after, inAfter) {
			c.Unseen = append(c.Unseen, one.ID)
		}
	}
	return c
}
