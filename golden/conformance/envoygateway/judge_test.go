package envoygateway

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"retryctl.dev/golden/conformance/envoy"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
)

// egctl gives the translator. Without it the test fails, unless the environment
// says that it is to be left out: then it is skipped, and says so.
func egctl(t *testing.T) string {
	t.Helper()
	path, err := Find("../.cache")
	switch {
	case err == nil:
		return path
	case slices.Contains(strings.Split(os.Getenv("CONFORMANCE_WITHOUT"), ","), "egctl"):
		t.Skipf("left out by CONFORMANCE_WITHOUT: %v", err)
	}
	t.Fatalf("%v (CONFORMANCE_WITHOUT=egctl leaves this test out)", err)
	return ""
}

// A trial is a world as it was, as it is with what was translated, and what the
// project says about it.
type trial struct {
	name          string
	before, after []*manifest.Object
	places        []translators.RuleEffects
	// refused are the places of policies with errors: nothing is said of what
	// they get, beside the error.
	refused []translators.RuleEffects
	// ours are the objects that retryctl wrote or edited.
	ours []*manifest.Object
}

// judge has Envoy Gateway translate the worlds of trials and compares. It gives
// how many effects of rules were compared, and how many requests were followed.
func judge(t *testing.T, trials []trial) {
	t.Helper()
	tool := egctl(t)
	var worlds []World
	at := map[string]int{} // the same world is translated once
	index := func(objects []*manifest.Object) int {
		w := NewWorld(objects)
		key := string(bytes.Join(w, []byte("\n")))
		if _, ok := at[key]; !ok {
			at[key] = len(worlds)
			worlds = append(worlds, w)
		}
		return at[key]
	}
	type pair struct{ before, after int }
	var pairs []pair
	for _, c := range trials {
		pairs = append(pairs, pair{index(c.before), index(c.after)})
	}
	made, err := Translate(t.Context(), tool, worlds)
	if err != nil {
		t.Fatal(err)
	}
	effects, requests := 0, 0
	for n, c := range trials {
		j := judgement{
			T: t, trial: c, was: made[pairs[n].before], is: made[pairs[n].after],
			told: map[string]bool{}, seen: map[string]bool{}, reached: map[spot]behavior.Methods{},
		}
		if j.is.Refused != "" && j.was.Refused == "" {
			j.fail("Envoy Gateway refuses it: %s", j.is.Refused)
			continue
		}
		j.conditions()
		requests += j.requests()
		j.unseen()
		effects += len(j.seen)
	}
	t.Logf("%d inputs, %d effects compared, %d requests followed", len(trials), effects, requests)
	if effects == 0 || requests == 0 {
		t.Error("nothing was compared")
	}
}

type judgement struct {
	*testing.T
	trial
	was, is Translation
	told    map[string]bool           // failures that were told already
	seen    map[string]bool           // effects that were compared
	reached map[spot]behavior.Methods // with which requests have reached a rule
}

// fail tells a failure, once for all methods.
func (j judgement) fail(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	alike := methodNames.ReplaceAllString(text, "")
	if !j.told[alike] {
		j.told[alike] = true
		j.Errorf("%s: %s", j.name, text)
	}
}

var methodNames = regexp.MustCompile(`\b[A-Z]{3,} `)

// conditions: everything that is ours is accepted, without a warning.
func (j judgement) conditions() {
	ours := map[string]bool{}
	for _, o := range j.ours {
		ours[o.ID().String()] = true
	}
	for _, c := range j.is.Conditions {
		fine := c.Status == "True" && (c.Type == "Accepted" || c.Type == "ResolvedRefs" || c.Type == "Overridden" && j.several())
		if ours[c.Object] && !fine && !slices.ContainsFunc(j.was.Conditions, func(was Condition) bool { return was.Object == c.Object && was.Type == c.Type }) {
			j.fail("%s is %s=%s: %s: %s", c.Object, c.Type, c.Status, c.Reason, c.Message)
		}
	}
}

// several reports whether there is more than one policy: then the wider one has
// exceptions, and Envoy Gateway says so.
func (j judgement) several() bool {
	n := 0
	for _, o := range j.after {
		if o.ID().Kind == "BackendTrafficPolicy" {
			n++
		}
	}
	return n > 1
}

// requests follows requests through the configuration before and after: each
// reaches the backend that it reached before, and gets what the project says.
func (j judgement) requests() (followed int) {
	for n, config := range j.was.Routes {
		if n >= len(j.is.Routes) || j.is.Routes[n].GetName() != config.GetName() {
			j.fail("the route configuration %s is gone", config.GetName())
			return followed
		}
		for _, q := range Requests(j.before) {
			was, is := envoy.Find(config, q), envoy.Find(j.is.Routes[n], q)
			if was == nil && is == nil || strings.HasPrefix(was.GetName(), "grpcroute/") && q.Method != "POST" {
				continue // gRPC has POST only
			}
			followed++
			j.follow(q, was, is, config.GetName())
		}
	}
	return followed
}

func (j judgement) follow(q envoy.Request, was, is *routev3.Route, config string) {
	from, to := place(was), place(is)
	if from.object != to.object || backends(j.before, from) != backends(j.after, to) {
		j.fail("%s %s %v %v went to %s and goes to %s now", q.Method, q.Path, q.Headers, q.Query, from, to)
		return
	}
	got := envoy.Behavior(is, j.is.Cluster(is))
	method := behavior.ParseMethod(q.Method)
	j.reached[to] |= method
	here, told, wrong := false, false, ""
	var nearest behavior.Effect
	for _, p := range j.places {
		if p.Intent.Object == nil || p.Intent.ID().String() != from.object || p.Intent.Rule != from.rule || !comes(*p.Intent, config) {
			continue
		}
		here = true
		right := false
		for _, e := range p.Effects { // several where it depends on the listener
			if e.Methods&method == 0 || ruleIndex(find(j.after, to.object), e.Rule) != to.rule {
				continue
			}
			answered := answer(is)
			if answered == 0 {
				answered = got.Answer
			}
			if e.Answer != answered {
				wrong = fmt.Sprintf("%s %s is said to be answered %d, and is answered %d, where 0 is by a backend", q.Method, to, e.Answer, answered)
				continue
			}
			if answered != 0 {
				j.seen[effectName(to, e)], right = true, true
				continue
			}
			if same(e.For(method), got.For(method)) {
				j.seen[effectName(to, e)], right = true, true
			}
			told, nearest = true, e
		}
		if right {
			return
		}
	}
	switch {
	case wrong != "" && !told:
		j.fail("%s", wrong)
		return
	case told:
		j.compare(fmt.Sprintf("%s %s", q.Method, to), nearest.For(method), got.For(method))
		return
	case here:
		j.fail("nothing is said of %s %s, which goes from %s to %s", q.Method, q.Path, from, to)
		return
	}
	for _, p := range j.refused {
		if p.Intent.Object != nil && p.Intent.ID().String() == from.object && p.Intent.Rule == from.rule {
			return
		}
	}
	before := envoy.Behavior(was, j.was.Cluster(was))
	j.compare(fmt.Sprintf("%s %s, which has no policy,", q.Method, to), before.For(method), got.For(method))
}

// comes reports whether an intent is about the requests that come in by the listener
// whose route configuration has the name.
func comes(i resolve.Intent, config string) bool {
	return i.Listeners == nil || slices.ContainsFunc(i.Listeners, func(d resolve.Listener) bool {
		return config == d.Parent.Namespace+"/"+d.Parent.Name+"/"+d.Name
	})
}

// answer gives the status with which Envoy answers by itself, 0 where it does not.
func answer(r *routev3.Route) int {
	if to := r.GetRedirect(); to != nil {
		return map[routev3.RedirectAction_RedirectResponseCode]int{routev3.RedirectAction_MOVED_PERMANENTLY: 301, routev3.RedirectAction_FOUND: 302,
			routev3.RedirectAction_SEE_OTHER: 303, routev3.RedirectAction_TEMPORARY_REDIRECT: 307, routev3.RedirectAction_PERMANENT_REDIRECT: 308}[to.GetResponseCode()]
	}
	return int(r.GetDirectResponse().GetStatus())
}

// unseen tells effects of rules that requests reach, with none of which it
// happens.
func (j judgement) unseen() {
	for _, p := range j.places {
		for _, e := range p.Effects {
			at := spot{e.Object, ruleIndex(find(j.after, e.Object), e.Rule)}
			if p.Intent.Object != nil && p.Intent.Rule >= 0 && j.reached[at]&e.Methods != 0 && !j.seen[effectName(at, e)] {
				j.fail("what is said of %s on %s does not happen: %v", e.Methods, at, e.Notes)
			}
		}
	}
}
