package schema

import (
	"regexp"
	"slices"
	"strings"
)

// A Gateway is what documents can say of one.
type Gateway struct {
	// Name is that of a target, such as "kong".
	Name string
	// About says what the part of a Config is that has the options, behind its name: "is
	// how Kong is set up."
	About string
	// Options are what a Config says of how the gateway is set up.
	Options []Option
}

// Gateways are those that exist, in the order in which they are printed.
type Gateways []Gateway

// An Option is one thing that a Config says of how a gateway is set up, and that a flag
// may say instead. Its value is one of the Words; without any, and without From, it is a
// switch.
type Option struct {
	// Field is where it stands below the spec of a Config: "kong.untrustedLua".
	Field string
	// About says what it is, behind its name.
	About string
	Words []string
	// Versioned says that a word may have a version behind it: "cilium@1.18".
	Versioned bool
	// Elsewhere are words that the gateway or other tools use, with what they are here.
	Elsewhere map[string]string
	// Default holds where nothing is said.
	Default string
	// From and To are for an option that is a list, in which each item maps one object,
	// as namespace/name, to another.
	From, To Key
	// Flag is the name of the flag, and Usage what it says of itself.
	Flag, Usage string
}

// A Key is a field of an item of an option, and what it says, behind its name.
type Key struct{ Name, About string }

// A Setting is the value of an option.
type Setting struct {
	// Option is the field of the option.
	Option string
	// Field is where the value stands in the Config; empty for one of a flag.
	Field string
	// From is what an item maps to the value; empty for options that are no list.
	From  string
	Value string
}

// Is gives the setting of an option to a value.
func (o Option) Is(value string) Setting { return Setting{Option: o.Field, Value: value} }

// Section is the field of a Config's spec in which the option stands.
func (o Option) Section() string {
	section, _, _ := strings.Cut(o.Field, ".")
	return section
}

// Name is the field of the option in its section.
func (o Option) Name() string {
	_, name, _ := strings.Cut(o.Field, ".")
	return name
}

// Maps reports whether the option maps objects to others.
func (o Option) Maps() bool { return o.From.Name != "" }

// Switch reports whether the option is true or false.
func (o Option) Switch() bool { return !o.Maps() && len(o.Words) == 0 }

// versions is what may stand behind a word that may have one.
const versions = `(@v?[0-9]{1,4}(\.[0-9]{1,4}){1,2})?`

var version = regexp.MustCompile(`^` + versions + `$`)

// Word gives the word of a value, if it has a version behind it that may be there.
func (o Option) Word(value string) string {
	if at := strings.IndexByte(value, '@'); o.Versioned && at > 0 && version.MatchString(value[at:]) {
		return value[:at]
	}
	return value
}

// pattern is that of a value.
func (o Option) pattern() string { return `^(` + strings.Join(o.Words, "|") + `)` + versions + `$` }

// Names gives the names of the gateways.
func (all Gateways) Names() []string {
	var names []string
	for _, g := range all {
		names = append(names, g.Name)
	}
	return names
}

// section is the field of a Config's spec with the options; empty without any.
func (g Gateway) section() string {
	if len(g.Options) == 0 {
		return ""
	}
	return g.Options[0].Section()
}

// sections gives the gateways of which a Config says something.
func (all Gateways) sections() Gateways {
	return slices.DeleteFunc(slices.Clone(all), func(g Gateway) bool { return len(g.Options) == 0 })
}

// option gives the option at a field.
func (all Gateways) option(field string) Option {
	for _, g := range all {
		for _, o := range g.Options {
			if o.Field == field {
				return o
			}
		}
	}
	return Option{}
}

// Fields gives the fields of a Config that say how gateways are set up: "spec.kong",
// "spec.kong.router".
func (all Gateways) Fields() []string {
	var fields []string
	for _, g := range all.sections() {
		fields = append(fields, "spec."+g.section())
		for _, o := range g.Options {
			fields = append(fields, "spec."+o.Field)
			if o.Maps() {
				fields = append(fields, "spec."+o.Field+"."+o.From.Name, "spec."+o.Field+"."+o.To.Name)
			}
		}
	}
	return fields
}
