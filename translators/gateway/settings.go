package gateway

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"retryctl.dev/schema"
)

// A Version is the major and minor version of a gateway, with its patch where one is
// meant. The zero value of the patch is any.
type Version struct {
	Major, Minor int

	patch int // one more than the patch; 0 is any
}

// ParseVersion reads "1.9", "v1.9" or "1.9.1".
func ParseVersion(s string) (Version, error) {
	parts := strings.Split(strings.TrimPrefix(s, "v"), ".")
	if len(parts) < 2 || len(parts) > 3 {
		return Version{}, fmt.Errorf("parse version %q: a major and a minor number are wanted, such as 1.9", s)
	}
	var numbers [3]int
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return Version{}, fmt.Errorf("parse version %q: a major and a minor number are wanted, such as 1.9", s)
		}
		numbers[i] = n
	}
	v := Version{Major: numbers[0], Minor: numbers[1]}
	if len(parts) == 3 {
		v = v.WithPatch(numbers[2])
	}
	return v, nil
}

// Patch gives the patch that is meant; known is false where any is.
func (v Version) Patch() (n int, known bool) { return v.patch - 1, v.patch > 0 }

// WithPatch gives a patch of the version.
func (v Version) WithPatch(n int) Version {
	v.patch = n + 1
	return v
}

// Release gives the version without its patch.
func (v Version) Release() Version { return Version{Major: v.Major, Minor: v.Minor} }

// AtLeast reports whether the version is the given one or a newer one, whatever its patch.
func (v Version) AtLeast(major, minor int) bool {
	return v.Major > major || v.Major == major && v.Minor >= minor
}

// Before reports whether the version is older than another, whatever their patches.
func (v Version) Before(other Version) bool { return !v.AtLeast(other.Major, other.Minor) }

// String gives "1.9", or "1.9.1" where a patch is meant.
func (v Version) String() string {
	if n, known := v.Patch(); known {
		return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, n)
	}
	return fmt.Sprintf("%d.%d", v.Major, v.Minor)
}

// Settings are what the input's objects do not say about a target.
type Settings struct {
	// Version is the gateway's.
	Version Version
	// ClusterDomain is the domain of Service names, "cluster.local".
	ClusterDomain string
	// Split says which rules are split by method: SplitNever, SplitKnown or
	// SplitAlways.
	Split string
	// Standard is the Gateway API's version where its stanza is what is written, and a
	// gateway reads what it makes of it. Zero is that which a gateway brings along, and then
	// its own policies are what is written.
	Standard Version

	// options are the values of options that are not as usual, by the option's field, for
	// those that map objects with what is mapped.
	options map[[2]string]string
}

// Which rules are split by method where a policy is limited to some methods.
const (
	// SplitNever is none.
	SplitNever = "never"
	// SplitKnown is those without a name, since nothing can refer to them by name,
	// and those with one where the input shows what refers to rules by their names.
	SplitKnown = "known"
	// SplitAlways is all: the user knows what refers to them.
	SplitAlways = "always"
)

// Defaults gives the settings of a target of which nothing is said.
func Defaults(p Profile) Settings {
	return Settings{Version: p.Newest, ClusterDomain: "cluster.local", Split: SplitKnown}
}

// Apply puts what a Config says in place of the defaults.
func (s *Settings) Apply(c schema.ConfigSpec) {
	if c.ClusterDomain != "" {
		s.ClusterDomain = c.ClusterDomain
	}
	if c.Split != "" {
		s.Split = c.Split
	}
	s.Set(c.Settings...)
}

// Set puts the values of options in place of what they are.
func (s *Settings) Set(list ...schema.Setting) {
	options := maps.Clone(s.options) // which copies of the settings have too
	if options == nil {
		options = map[[2]string]string{}
	}
	for _, one := range list {
		if one.Value != "" {
			options[[2]string{one.Option, one.From}] = one.Value
		}
	}
	s.options = options
}

// Word gives the word that an option is set to, or its default.
func (s Settings) Word(o schema.Option) string {
	if value, said := s.options[[2]string{o.Field}]; said {
		return value
	}
	return o.Default
}

// On reports whether a switch is on.
func (s Settings) On(o schema.Option) bool { return s.Word(o) == "true" }

// Mapped gives what an option maps an object to, which is named as namespace/name.
func (s Settings) Mapped(o schema.Option, from string) (to string, mapped bool) {
	to, mapped = s.options[[2]string{o.Field, from}]
	return to, mapped
}

// Duration writes a duration as configuration has it: whole numbers with units,
// "1s500ms", which every gateway reads.
func Duration(d time.Duration) string { return schema.Duration(d).String() }
