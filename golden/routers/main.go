// Command routers prints what retryctl says of Traefik's routers in a world, as JSON:
// the priorities of each rule, how often its requests are tried, and which rules may
// serve some requests that stand for all. golden/cluster holds real Traefik against it.
//
//	routers < world.yaml
//	routers -kind wild -seed 7    # prints a random world instead
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	"retryctl.dev/golden/random"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/precedence"
	"retryctl.dev/translators/traefik"
)

// An answer is what is printed.
type answer struct {
	Rules    []rule
	Requests []request
}

// A rule has the priorities of its routers, and for each method how many tries its own
// requests get; 0 where Traefik answers them itself, -1 is not known. Match is that of an IngressRoute's.
type rule struct {
	Place
	Match      string
	Priorities []int
	Tries      map[string]int
}

// A Place is a rule of an object; -1 is the object as a whole.
type Place struct {
	Kind, Namespace, Name string
	Rule                  int
}

// A request is one that comes in by an entry, in the terms of precedence.Match, and the
// rules of which one serves it.
type request struct {
	Entry, Method, Host, Path string
	Headers, Queries          map[string]string
	Served                    []Place
}

func main() {
	kind := flag.String("kind", "", "print a random world of a `kind`: input, wild or guarded")
	seed := flag.Uint64("seed", 1, "the `seed` of the random world")
	flag.Parse()
	if err := run(os.Stdin, os.Stdout, *kind, *seed); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer, kind string, seed uint64) error {
	class := random.Classes[slices.IndexFunc(random.Classes, func(c random.GatewayClass) bool { return c.Name == "traefik" })]
	switch kind {
	case "":
	case "input":
		_, err := out.Write(random.InputFor(seed, class))
		return err
	case "wild":
		_, err := out.Write(random.Wild(seed, class))
		return err
	case "guarded":
		_, err := out.Write(random.Guarded(seed, class))
		return err
	default:
		return fmt.Errorf("no random world is called %s", kind)
	}
	objects, err := manifest.Read(in, "world")
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(of(manifest.NewSet(objects)))
}

// of gives the answer for a world.
func of(world *manifest.Set) answer {
	var a answer
	s := gateway.Defaults(traefik.Gateway{}.Profile())
	table := traefik.Gateway{}.Order(world, s)
	var matches []*precedence.Match
	intents := (&resolve.Plan{World: world}).Bystanders()
	for n, effects := range gateway.Read(traefik.Gateway{}, intents, world, s) {
		i := intents[n]
		at := resolve.RuleID{ID: i.ID(), Rule: i.Rule}
		r := rule{Place: placeOf(at), Tries: map[string]int{}}
		name := fmt.Sprint(i.Rule)
		for n, one := range resolve.RulesOf(i.Object) {
			if n == i.Rule && one.Name != "" {
				name = one.Name
			}
		}
		if i.Rule < 0 {
			name = ""
		}
		r.Match = i.Object.At("spec", "routes").Index(i.Rule).At("match").Text()
		for _, e := range effects {
			if e.Object != i.ID().String() || e.Rule != name {
				continue
			}
			for _, method := range e.Methods.Each() {
				r.Tries[method] = tries(e, r.Tries, method)
			}
		}
		for _, m := range table.Matches(at) {
			if !slices.Contains(r.Priorities, m.Rank[0]) {
				r.Priorities = append(r.Priorities, m.Rank[0])
			}
			matches = append(matches, m)
		}
		slices.Sort(r.Priorities)
		a.Rules = append(a.Rules, r)
	}
	a.Requests = requests(table, matches)
	return a
}

// tries gives how often a request is tried; -1 where that differs from what is known
// already, as for the backends of a rule.
func tries(e behavior.Effect, known map[string]int, method string) int {
	n := 1 + e.MaxRetries.Value
	if e.Answer != 0 {
		n = 0
	}
	if before, there := known[method]; e.MaxRetries.State != behavior.Set || there && before != n {
		return -1
	}
	return n
}

func placeOf(p resolve.RuleID) Place {
	return Place{p.ID.Kind, p.ID.Namespace, p.ID.Name, p.Rule}
}

// mostRequests bounds how many are asked about.
const mostRequests = 400

// requests gives the least request of each match, and those that two matches share.
func requests(table *precedence.Table, matches []*precedence.Match) []request {
	var list []request
	seen := map[string]bool{}
	for n, m := range matches {
		for _, o := range matches[n:] {
			if m.Example == nil || o.Example == nil || m.Entry != o.Entry {
				continue
			}
			for _, r := range precedence.Together(*m.Example, *o.Example) {
				if m.Holds(r) == precedence.No || o.Holds(r) == precedence.No {
					continue
				}
				for _, method := range []behavior.Methods{behavior.GET, behavior.POST, behavior.DELETE} {
					one := request{m.Entry, method.Each()[0], r.Host, r.Path, r.Headers, r.Queries, nil}
					if key := fmt.Sprint(one); !seen[key] && len(list) < mostRequests {
						seen[key] = true
						for _, p := range table.Serving(m.Entry, r, method) {
							one.Served = append(one.Served, placeOf(p))
						}
						list = append(list, one)
					}
				}
			}
		}
	}
	return list
}
