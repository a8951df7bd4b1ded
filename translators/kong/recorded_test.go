package kong

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/precedence"
)

// recordings are configurations with what each request gets by the controller's own
// translator and Kong's router. They are kept beside the repository.
const recordings = "../../../shared/data/kong"

// A recording is what one configuration came to.
type recording struct {
	Requests []struct {
		Host, Path string
		Methods    []string
		Headers    map[string]string
		Gets       json.RawMessage
	}
}

// got is what a request gets: a tie of two routes, a refusal, nothing or this.
type got struct {
	Retries        int
	Retried        []string
	ServedBy       string
	ConnectTimeout int
	ReadTimeout    int
	Refused        []string
}

func TestReadSaysWhatTheControllerMakesOfConfiguration(t *testing.T) {
	files, err := filepath.Glob(recordings + "/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no recordings in " + recordings + ": they are not part of the repository")
	}
	for _, file := range files {
		var rec recording
		text, err := os.ReadFile(strings.TrimSuffix(file, "yaml") + "json")
		if err == nil {
			err = json.Unmarshal(text, &rec)
		}
		if err != nil {
			t.Fatal(err)
		}
		config, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := reads(t, file, string(config))
		for _, q := range rec.Requests {
			for _, name := range c.methods(q.Methods) {
				c.compare(t, request{q.Host, q.Path, behavior.ParseMethod(name), q.Headers}, q.Gets)
			}
		}
	}
}

// A reader is a configuration that has been read.
type reader struct {
	file    string
	world   *manifest.Set
	router  *router
	table   *precedence.Table
	effects map[spot][]behavior.Effect
}

func reads(t *testing.T, file, text string) reader {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(text), file)
	if err != nil {
		t.Fatal(err)
	}
	world, s := manifest.NewSet(objects), gateway.Defaults(Gateway{}.Profile())
	c := reader{filepath.Base(file), world, newRouter(world, s), Gateway{}.Order(world, s), map[spot][]behavior.Effect{}}
	intents := (&resolve.Plan{World: world}).Bystanders()
	for n, effects := range gateway.Read(Gateway{}, intents, world, s) {
		at := spot{id: intents[n].ID(), rule: intents[n].Rule}
		c.effects[at] = effects
	}
	return c
}

func (reader) methods(names []string) []string {
	if slices.Equal(names, []string{"*"}) {
		return (behavior.AllMethods &^ unreachable).Each()
	}
	return names
}

// compare holds what Read says about a request against what was recorded.
func (c reader) compare(t *testing.T, q request, raw json.RawMessage) {
	t.Helper()
	headers := map[string]string{}
	for name, value := range q.headers {
		headers[strings.ToLower(name)] = strings.ToLower(value)
	}
	q.headers = headers
	what := fmt.Sprintf("%s: %s %s%s %v", c.file, q.method, q.host, q.path, q.headers)
	c.agree(t, what, q)
	top := c.router.serving(c.router.on(q.host, pattern{exact: true, text: q.path}), q, kept)
	var want *got
	if err := json.Unmarshal(raw, &want); err != nil { // it is a text
		if !strings.Contains(string(raw), "tie") || len(top) < 2 {
			t.Errorf("%s: recorded is %s, and %d routes serve it", what, raw, len(top))
		}
		return
	}
	if want == nil || len(top) != 1 {
		if want != nil || len(top) != 0 {
			t.Errorf("%s: %d routes serve it, recorded is %s", what, len(top), raw)
		}
		return
	}
	by := top[0]
	place := fmt.Sprintf("%s %s", by.id.Kind, by.id.Name)
	if by.rule >= 0 {
		place += fmt.Sprintf(" rules[%d]", by.rule)
	}
	if place != want.ServedBy && c.labelled(*want, by, q.method) {
		t.Errorf("%s: served by %s, recorded is %s", what, place, raw)
		return
	}
	found, name := 0, reading{world: c.world}.stop(by.spot, 0).name
	for _, e := range c.effects[spot{id: by.id, rule: by.rule}] {
		if e.Methods&q.method == 0 || e.Object != by.id.String() || e.Rule != name {
			continue
		}
		found++
		if !want.fits(e, q.method) {
			t.Errorf("%s: Read says %+v for %v and %s, recorded is %s", what, e.MaxRetries, e.Causes.List(q.method), e.AttemptTimeout.Value, raw)
		}
	}
	if found != 1 {
		t.Errorf("%s: %d effects of %s are about it: %+v", what, found, place, c.effects[spot{id: by.id, rule: by.rule}])
	}
}

// agree holds the router of effects against the table of the order: they have to name
// the same rules.
func (c reader) agree(t *testing.T, what string, q request) {
	t.Helper()
	var lines, places []string
	for _, l := range c.router.serving(c.router.on(q.host, pattern{exact: true, text: q.path}), q, every) {
		lines = append(lines, fmt.Sprint(l.id, l.rule))
	}
	for _, p := range c.table.Serving("", precedence.Request{Host: q.host, Path: q.path, Headers: q.headers}, q.method) {
		places = append(places, fmt.Sprint(p.ID, p.Rule))
	}
	slices.Sort(lines)
	slices.Sort(places)
	if lines = slices.Compact(lines); !slices.Equal(lines, places) {
		t.Errorf("%s: served by %v, and by the order of %v", what, lines, places)
	}
}

// labelled reports whether the recorded rule, which is another than the one that
// serves, can be the right one. It is the first whose path and method fit: it may be
// one route of Kong with the one that serves, or what is recorded beside it is not
// what it has.
func (c reader) labelled(want got, by *line, method behavior.Methods) bool {
	for at, lines := range c.router.lines {
		if fmt.Sprintf("%s %s rules[%d]", at.id.Kind, at.id.Name, at.rule) != want.ServedBy ||
			slices.ContainsFunc(lines, func(o *line) bool { return o.route == by.route }) {
			continue
		}
		for _, e := range c.effects[spot{id: at.id, rule: at.rule}] {
			if e.Methods&method != 0 && e.Rule == (reading{world: c.world}).stop(at, 0).name && want.fits(e, method) {
				return true
			}
		}
	}
	return false
}

// fits reports whether an effect is what was recorded, for one method.
func (want got) fits(e behavior.Effect, method behavior.Methods) bool {
	if len(want.Refused) > 0 {
		return e.MaxRetries.State == behavior.Unknown
	}
	b := e.Behavior.For(method)
	var retried []string
	for _, cause := range b.Causes.List(method) {
		if cause != behavior.ResetBeforeRequest {
			retried = append(retried, cause.String())
		}
	}
	slices.Sort(retried)
	number := want.Retries
	if len(want.Retried) == 0 {
		number = 0
	}
	return b.MaxRetries == behavior.Is(number) && slices.Equal(retried, want.Retried) && e.AttemptTimeout.Value.Milliseconds() == int64(want.ReadTimeout)
}
