package precedence

import (
	"fmt"
	"maps"
)

// An Answer says whether a request belongs to a match.
type Answer int8

// The answers, in the order in which they combine: conditions that all have to hold
// come to the least of their answers.
const (
	No Answer = iota
	Maybe
	Yes
)

// A Request is an example of requests, whatever their method. Names of headers are
// in lower case.
type Request struct {
	Host, Path       string
	Headers, Queries map[string]string
}

// Fresh stands in examples for a label of a hostname or an element of a path that
// nothing asks for.
const Fresh = "~"

// Least fills a request up that has what conditions ask for, with a hostname and a
// path that nothing asks for.
func (r Request) Least() Request {
	if r.Host == "" {
		r.Host = Fresh
	}
	if r.Path == "" {
		r.Path = "/" + Fresh
	}
	return r
}

// Together gives the requests that may have what two examples have: the hostname,
// the path and the values of the one or of the other.
func Together(a, b Request) []Request {
	if a.Host == b.Host && a.Path == b.Path && len(a.Headers)+len(b.Headers)+len(a.Queries)+len(b.Queries) == 0 {
		return []Request{a}
	}
	var list []Request
	add := func(r Request) {
		for _, known := range list {
			if known.Host == r.Host && known.Path == r.Path && maps.Equal(known.Headers, r.Headers) && maps.Equal(known.Queries, r.Queries) {
				return
			}
		}
		list = append(list, r)
	}
	for _, host := range []string{a.Host, b.Host} {
		for _, path := range []string{a.Path, b.Path} {
			add(Request{host, path, over(a.Headers, b.Headers), over(a.Queries, b.Queries)})
			add(Request{host, path, over(b.Headers, a.Headers), over(b.Queries, a.Queries)})
		}
	}
	return list
}

// over gives the values of both, those of the second where both have a name.
func over(a, b map[string]string) map[string]string {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// A requestKey tells requests at an entry apart.
type requestKey struct{ entry, host, path, rest string }

func (r Request) key(entry string) requestKey {
	key := requestKey{entry: entry, host: r.Host, path: r.Path}
	if len(r.Headers)+len(r.Queries) > 0 {
		key.rest = fmt.Sprintf("%q %q", r.Headers, r.Queries)
	}
	return key
}
