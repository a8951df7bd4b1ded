package istio

import (
	"regexp"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
)

// A key is what a match of a VirtualService asks of a request beside its method:
// the path as "exact /a", "prefix /a/", "regex …" or nothing, and the rest.
type key struct{ uri, rest string }

// A matcher is one entry of an http route's match.
type matcher struct {
	key
	methods behavior.Methods
}

// everything reports whether each request matches.
func (m matcher) everything() bool {
	return (m.uri == "" || m.uri == "prefix /" || m.uri == "regex .*") && m.rest == "" && m.methods == behavior.AllMethods
}

// matchers reads the match of an http route; without one every request matches.
func matchers(http manifest.Value) []matcher {
	var list []matcher
	for _, m := range http.At("match").Items() {
		list = append(list, matcherOf(m))
	}
	if len(list) == 0 {
		list = []matcher{{methods: behavior.AllMethods}}
	}
	return list
}

func matcherOf(m manifest.Value) matcher {
	out := matcher{methods: behavior.AllMethods}
	var rest []string
	for name, v := range m.Fields() {
		if !v.Exists() {
			continue
		}
		switch name.Text() {
		case "uri":
			kind, value := stringMatch(v)
			out.uri = kind + " " + value
		case "method":
			out.methods = methodsOf(stringMatch(v))
		case "name":
		default:
			rest = append(rest, flat(name.Text(), v)...)
		}
	}
	slices.Sort(rest)
	out.rest = strings.Join(rest, "\x00")
	return out
}

// flat writes conditions in one form, so that equal ones are equal texts.
func flat(path string, v manifest.Value) []string {
	if !v.IsMap() && !v.IsList() {
		return []string{path + "=" + v.Text()}
	}
	list := []string{path}
	for name, kid := range v.Fields() {
		if !kid.Exists() {
			continue
		}
		list = append(list, flat(path+"."+strings.ToLower(name.Text()), kid)...)
	}
	for _, kid := range v.Items() {
		list = append(list, flat(path+"[]", kid)...)
	}
	return list
}

func stringMatch(v manifest.Value) (kind, value string) {
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
