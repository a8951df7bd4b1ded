package pipeline

import (
	"slices"

	"retryctl.dev/schema/fields"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
)

// Check gives what is found in objects and with the policies among them for each target,
// without translating anything, and how many policies, Configs and objects that say something of
// retries there are. With each,
// the objects of every file are checked by themselves.
func Check(all translators.Gateways, objects []*manifest.Object, each, strict bool) (list finding.List, checked int, err error) {
	for _, group := range groups(objects, each) {
		in := Decode(all, group)
		found, err := in.check(strict)
		if err != nil {
			return nil, checked, err
		}
		if in.Alone || each { // policies alone say nothing about targets
			found = slices.DeleteFunc(found, func(f finding.Finding) bool { return f.Code == finding.NoTarget })
		}
		checked += in.Given + len(in.Configs)
		for _, o := range group {
			if fields.Says(o) {
				checked++
			}
		}
		list = append(list, found...)
	}
	return list, checked, nil
}

// groups gives the objects that are checked together.
func groups(objects []*manifest.Object, each bool) (groups [][]*manifest.Object) {
	for n, o := range objects {
		if n == 0 || each && o.File != objects[n-1].File {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], o)
	}
	return groups
}

func (in Input) check(strict bool) (finding.List, error) {
	assignments, _, err := in.Assign(nil, "all")
	in, _ = in.takeBack(assignments)
	if strict {
		in.Findings = in.Findings.Strict()
	}
	list := in.Findings
	for _, a := range slices.CompactFunc(assignments, func(a, b Assignment) bool { return slices.Equal(a.Policies, b.Policies) }) {
		_, found := in.Plan(a, strict)
		list = slices.Concat(list, found)
	}
	return list.Sorted(), err
}
