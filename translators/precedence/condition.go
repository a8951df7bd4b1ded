package precedence

import (
	"regexp"
	"strings"

	"retryctl.dev/schema/route"
)

// A condition is one on a header or a query parameter.
type condition struct {
	query       bool
	name, value string
	pattern     *regexp.Regexp // nil for an exact value
	broken      bool           // it is a regular expression that Go does not take
}

// conditionsOf reads the conditions of a route's match.
func conditionsOf(m route.Match) []condition {
	var list []condition
	if m.Conditions == "" {
		return nil
	}
	for _, text := range strings.Split(m.Conditions, "\x00") {
		part := strings.SplitN(text, " ", 4)
		if len(part) < 4 {
			continue
		}
		c := condition{query: part[0] == "q", name: part[1], value: part[3]}
		if part[2] == "RegularExpression" {
			var err error
			c.pattern, err = regexp.Compile(c.value)
			c.broken = err != nil
		}
		list = append(list, c)
	}
	return list
}

func (c condition) holds(r Request) Answer {
	values := r.Headers
	if c.query {
		values = r.Queries
	}
	value, there := values[c.name]
	switch {
	case c.broken:
		return Maybe
	case there && (c.pattern == nil && value == c.value || c.pattern != nil && c.pattern.MatchString(value)):
		return Yes
	}
	return No
}

// put gives a request what the condition asks for.
func (c condition) put(r Request) {
	value := c.value
	if c.pattern != nil {
		value = Example(c.value)
	}
	if c.query {
		r.Queries[c.name] = value
	} else {
		r.Headers[c.name] = value
	}
}

// A path is a condition on the path.
type path struct {
	holds          func(string) Answer
	under, example string
}

// pathOf reads the path of a route's match.
func pathOf(asked route.Path) path {
	value := asked.Value
	switch asked.Kind {
	case route.Exact:
		return path{func(p string) Answer { return yes(p == value) }, strings.TrimRight(value, "/"), value}
	case route.Prefix:
		prefix := strings.TrimSuffix(value, "/")
		return path{func(p string) Answer { return yes(p == prefix || strings.HasPrefix(p, prefix+"/")) }, prefix, prefix + "/" + Fresh}
	}
	if service, method, is := asked.GRPC(); is {
		return grpcPath(service, method, asked.Kind == route.GRPCExact)
	}
	return patternPath(value)
}

// grpcPath is that of a service and a method, or of regular expressions for both.
func grpcPath(service, method string, exact bool) path {
	part := func(s string) string {
		switch {
		case s == "":
			return "[^/]+"
		case exact:
			return regexp.QuoteMeta(s)
		}
		return s
	}
	if service == "" && method == "" {
		return pathOf(route.AnyPath())
	}
	return patternPath("^/" + part(service) + "/" + part(method) + "$")
}

// patternPath is a condition by a regular expression, in Go's form.
func patternPath(text string) path {
	re, err := regexp.Compile(text)
	if err != nil {
		return path{func(string) Answer { return Maybe }, "", ""}
	}
	at := Example(text)
	if !strings.HasPrefix(at, "/") {
		at = "/" + at
	}
	return path{func(p string) Answer { return yes(re.MatchString(p)) }, "", at}
}

func yes(is bool) Answer {
	if is {
		return Yes
	}
	return No
}
