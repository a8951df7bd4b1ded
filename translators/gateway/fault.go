package gateway

import (
	"cmp"

	"retryctl.dev/schema"
)

// A Fault is something that some versions of a gateway do to requests of rules that
// retry, and that others do not: data. Effects name the parts of a rule that faults are
// about (Touches), and readers read the rule as the version has it, or the newest patch
// where none is meant.
type Fault struct {
	// Of is what of a rule it is about, as an effect names it.
	Of string
	// By is who has it, where that is not the gateway itself; with Option, whose value has the
	// version of that. By without Option is what no setting tells the version of.
	By     string
	Option schema.Option
	// First is the first version with it, and Fixed the first without; both have a patch.
	First, Fixed Version
	// Does says what it does, behind a name and a version.
	Does string
	// Source is where that is to be seen.
	Source string
}

// Compare orders versions that have a patch; one without comes before all of its patches.
func (v Version) Compare(other Version) int {
	return cmp.Or(cmp.Compare(v.Major, other.Major), cmp.Compare(v.Minor, other.Minor), cmp.Compare(v.patch, other.patch))
}

// In tells whether a version has the fault: for sure, or in some of its patches, where
// none is meant.
func (f Fault) In(v Version) (has, perhaps bool) {
	if _, known := v.Patch(); known {
		return v.Compare(f.First) >= 0 && v.Compare(f.Fixed) < 0, false
	}
	first, fixed := v.WithPatch(0), Version{Major: v.Major, Minor: v.Minor + 1}.WithPatch(0)
	switch {
	case f.Fixed.Compare(first) <= 0, f.First.Compare(fixed) >= 0:
		return false, false
	case f.First.Compare(first) <= 0 && f.Fixed.Compare(fixed) >= 0:
		return true, false
	}
	return false, true
}
