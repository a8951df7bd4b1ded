package controller

import (
	"regexp"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
)

// A Key is what a match of a VirtualService asks of a request beside its method:
// the path as "exact /a", "prefix /a/", "regex …" or nothing, and the rest.
type Key struct{ URI, Rest string }

// A Matcher is one entry of an http route's match.
type Matcher struct {
	Key
	Methods behavior.Methods
}

// Everything reports whether each request matches.
func (m Matcher) Everything() bool {
	return (m.URI == "" || m.URI == "prefix /" || m.URI == "regex .*") && m.Rest == "" && m.Methods == behavior.AllMethods
}

// Matchers reads the match of an http route; without one every request matches.
func Matchers(http manifest.Value) []Matcher {
	var list []Matcher
	for _, m := range http.At("match").Items() {
		list = append(list, MatcherOf(m))
	}
	if len(list) == 0 {
		list = []Matcher{{Methods: behavior.AllMethods}}
	}
	return list
}

// MatcherOf reads one entry of an http route's match.
func MatcherOf(m manifest.Value) Matcher {
	out := Matcher{Methods: behavior.AllMethods}
	var rest []string
	for name, v := range m.Fields() {
		if !v.Exists() {
			continue
		}
		switch name.Text() {
		case "uri":
			kind, value := StringMatch(v)
			out.URI = kind + " " + value
		case "method":
			out.Methods = methodsOf(StringMatch(v))
		case "name":
		default:
			rest = append(rest, Flat(name.Text(), v)...)
		}
	}
	slices.Sort(rest)
	out.Rest = strings.Join(rest, "\x00")
	return out
}

// Flat writes conditions in one form, so that equal ones are equal texts.
func Flat(path string, v manifest.Value) []string {
	if !v.IsMap() && !v.IsList() {
		return []string{path + "=" + v.Text()}
	}
	list := []string{path}
	for name, kid := range v.Fields() {
		if !kid.Exists() {
			continue
		}
		list = append(list, Flat(path+"."+strings.ToLower(name.Text()), kid)...)
	}
	for _, kid := range v.Items() {
		list = append(list, Flat(path+"[]", kid)...)
	}
	return list
}

// StringMatch gives the form of a match of a text, "exact", "prefix" or "regex", and the text.
func StringMatch(v manifest.Value) (kind, value string) {
	for name, text := range v.Fields() {
		if text.Exists() {
			return name.Text(), text.Text()
		}
	}
	return "", ""
}

const upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// methodsOf gives the methods that a match lets through; of an expression that
// cannot be read every method may match.
func methodsOf(kind, value string) behavior.Methods {
	fits := func(name string) bool { return name == value }
	switch kind {
	case "prefix":
		fits = func(name string) bool { return strings.HasPrefix(name, value) }
	case "regex":
		if strings.Trim(value, upper+"|") == "" { // a list of names, as most are
			return behavior.ParseMethods(strings.Split(value, "|"))
		}
		re, err := regexp.Compile("^(?:" + value + ")$")
		if err != nil {
			return behavior.AllMethods
		}
		fits = re.MatchString
	}
	var set behavior.Methods
	for _, name := range behavior.AllMethods.Each() {
		if fits(name) {
			set |= behavior.ParseMethod(name)
		}
	}
	return set
}
