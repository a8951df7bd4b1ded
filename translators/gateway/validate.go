package gateway

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"retryctl.dev/schema"
)

var targetName = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

// Validate gives what a profile lacks, or says twice, so that something of the gateway
// would be left out in silence. Without any it is nil.
func (p Profile) Validate() error {
	v := validator{name: p.Name}
	v.hold(targetName.MatchString(p.Name), "its name is no name of a target")
	v.hold(p.Title != "", "it has no title")
	v.hold(p.Newest != Version{} && !p.Newest.Before(p.Oldest), "it knows no versions: Newest is before Oldest")
	v.hold(len(p.Reasons) > 0, "it has no reasons")
	for topic, reason := range p.Reasons {
		v.hold(strings.TrimSpace(reason) != "", "the reason of %s is empty", topic)
	}
	v.hold(p.OtherMethods != "", "it does not say what becomes of methods that are not modelled")
	v.signs(p)
	v.kinds(p)
	v.options(p)
	v.uses(p)
	v.faults(p)
	return errors.Join(v.list...)
}

type validator struct {
	name string
	list []error
}

func (v *validator) hold(well bool, format string, args ...any) {
	if !well {
		v.list = append(v.list, fmt.Errorf("profile of %s: "+format, append([]any{v.name}, args...)...))
	}
}

func (v *validator) signs(p Profile) {
	s := p.Signs
	v.hold(len(s.GatewayControllers)+len(s.IngressControllers) > 0, "no controller of a class shows that it is meant")
	for n, sign := range s.All() {
		v.hold(!slices.Contains(s.All()[:n], sign), "it has the %s twice", sign)
	}
	for _, annotation := range s.Annotations {
		domain, _, _ := strings.Cut(annotation, "/")
		within := func(d string) bool { return domain == d || strings.HasSuffix(domain, "."+d) }
		v.hold(slices.ContainsFunc(p.Domains, within), "annotations begin with %s, and no domain is that", annotation)
	}
}

func (v *validator) kinds(p Profile) {
	attached := false
	for n, k := range p.Kinds {
		v.hold(k.Group != "" && k.Name != "", "a kind has no group or no name")
		v.hold(!slices.ContainsFunc(p.Kinds[:n], func(other Kind) bool { return other.Group == k.Group && other.Name == k.Name }), "the kind %s stands there twice", k.Name)
		v.hold(slices.Contains(p.Signs.Groups, k.Group), "the group of %s is no sign of the gateway", k.Name)
		v.hold(k.Plain || p.Forms.Has(k.Group, k.Name), "%s has no forms, and is not said to be plain", k.Name)
		v.hold(!k.Plain || !p.Forms.Has(k.Group, k.Name), "%s has forms, and is said to be plain", k.Name)
		attached = attached || k.Role == Attached
	}
	for _, group := range p.Signs.Groups {
		v.hold(slices.ContainsFunc(p.Kinds, func(k Kind) bool { return k.Group == group }), "nothing is said of the kinds of %s", group)
	}
	v.hold(!attached || p.Rivals != nil, "objects of its kinds name what they are for, and nothing tells which of two holds")
}

func (v *validator) options(p Profile) {
	v.hold((p.About == "") == (len(p.Options) == 0), "its part of a Config is described without options, or has options without a description")
	for n, o := range p.Options {
		v.hold(o.Section() == p.Options[0].Section() && o.Section() != "" && o.Name() != "", "the option %q is in another part of a Config than the first", o.Field)
		v.hold(!slices.ContainsFunc(p.Options[:n], func(other schema.Option) bool { return other.Field == o.Field || other.Flag == o.Flag }), "the option %s or its flag stands there twice", o.Field)
		v.hold(strings.HasSuffix(o.About, "."), "the option %s is not described in a sentence", o.Field)
		v.hold(o.Flag != "" && o.Usage != "", "the option %s has no flag, or one that does not say what it is", o.Field)
		v.hold(o.Switch() || o.Maps() || len(o.Words) > 1, "the option %s has one word", o.Field)
		v.hold(o.Default == "" || slices.Contains(o.Words, o.Default), "the default of %s is none of its words", o.Field)
		for word, meant := range o.Elsewhere {
			v.hold(slices.Contains(o.Words, meant) && !slices.Contains(o.Words, word), "the option %s has %s mean %s", o.Field, word, meant)
		}
		v.hold(!o.Maps() || o.To.Name != "" && o.From.About != "" && o.To.About != "", "the option %s does not say what it maps", o.Field)
	}
}

func (v *validator) uses(p Profile) {
	for _, use := range p.Uses {
		v.hold(use.Name != "", "a use has no name")
		for _, s := range use.Settings {
			at := slices.IndexFunc(p.Options, func(o schema.Option) bool { return o.Field == s.Option })
			v.hold(at >= 0 && slices.Contains(p.Options[at].Words, s.Value), "the use %s sets %s to %s, which it cannot be", use.Name, s.Option, s.Value)
		}
	}
}

func (v *validator) faults(p Profile) {
	for _, f := range p.Faults {
		_, first := f.First.Patch()
		_, fixed := f.Fixed.Patch()
		v.hold(f.Of != "" && f.Does != "" && f.Source != "", "a fault of versions does not say of what it is, what it does or where that is seen")
		v.hold(first && fixed && f.First.Compare(f.Fixed) < 0, "the fault of %s has no first version, or none without it", f.Of)
	}
}
