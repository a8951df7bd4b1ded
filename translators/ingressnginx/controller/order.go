package controller

import (
	"regexp"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/ingressnginx/api"
	"retryctl.dev/translators/precedence"
)

// Order gives the locations of a world as nginx tries them: an exact hostname comes
// before one with a wildcard, and of a host an exact path, then regular expressions, then
// the longest path. A canary has none of its own.
func Order(world *manifest.Set) *precedence.Table {
	var list []precedence.Match
	for _, o := range world.Kind("networking.k8s.io", "Ingress") {
		if IsCanary(o) {
			continue
		}
		age := o.At("metadata", "creationTimestamp").Text()
		if age != "" {
			age += " " + o.ID().Namespace + "/" + o.ID().Name
		}
		for _, l := range locationsOf(o) {
			m := l.match(o)
			m.RuleID, m.Entry, m.Age = resolve.RuleID{ID: o.ID(), Rule: -1}, l.class, age
			list = append(list, m)
		}
	}
	return precedence.New(list)
}

func (l Location) match(o *manifest.Object) precedence.Match {
	m := precedence.Match{Host: l.host, Methods: behavior.AllMethods}
	under := strings.TrimSuffix(l.path, "/")
	example := precedence.Request{Host: strings.Replace(l.host, "*", precedence.Fresh, 1), Path: under + "/" + precedence.Fresh}.Least()
	regex, _ := o.Annotation(api.Prefix + api.UseRegex)
	rank := 0
	var takes func(path string) bool
	switch {
	case l.kind == "Exact":
		rank, m.Under, example.Path = 2, under, l.path
		takes = func(path string) bool { return path == l.path }
	case regex == "true":
		rank, example.Path = 1, precedence.Example(l.path)
		re, err := regexp.Compile("(?i)^" + l.path)
		takes = func(path string) bool { return err != nil || re.MatchString(path) }
	case l.kind == "Prefix":
		m.Under = under
		takes = func(path string) bool { return path == under || strings.HasPrefix(path, under+"/") }
	default: // a prefix that need not end with an element
		m.Under = l.path[:strings.LastIndexByte(l.path, '/')]
		takes = func(path string) bool { return strings.HasPrefix(path, l.path) }
	}
	host := 0
	if l.host != "" {
		host = len(l.host)
		if !strings.HasPrefix(l.host, "*") {
			host += 1000 // names have 253 characters at most
		}
	}
	m.Rank = []int{host, rank, len(l.path)}
	m.Holds = func(q precedence.Request) precedence.Answer {
		if (l.host == "" || route.Covers(l.host, q.Host)) && takes(q.Path) {
			return precedence.Yes
		}
		return precedence.No
	}
	if m.Holds(example) == precedence.Yes {
		m.Example = &example
	}
	return m
}
