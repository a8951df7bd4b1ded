package kong_test

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
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong"
	"retryctl.dev/translators/kong/controller"
	"retryctl.dev/translators/nginx"
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
				c.compare(t, controller.Request{Host: q.Host, Path: q.Path, Method: behavior.ParseMethod(name), Headers: q.Headers}, q.Gets)
			}
		}
	}
}

// A reader is a configuration that has been read.
type reader struct {
	file    string
	world   *manifest.Set
	router  *controller.Router
	table   *precedence.Table
	effects map[controller.ServedRule][]behavior.Effect
}

func reads(t *testing.T, file, text string) reader {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(text), file)
	if err != nil {
		t.Fatal(err)
	}
	world, s := manifest.NewSet(objects), gateway.Defaults(kong.Gateway{}.Profile())
	c := reader{filepath.Base(file), world, controller.NewRouter(world, s), kong.Gateway{}.Order(world, s), map[controller.ServedRule][]behavior.Effect{}}
	intents := (&resolve.Plan{World: world}).Bystanders()
	for n, effects := range gateway.Read(kong.Gateway{}, intents, world, s) {
		at := controller.ServedRule{ID: intents[n].ID(), Rule: intents[n].Rule}
		c.effects[at] = effects
	}
	return c
}

func (reader) methods(names []string) []string {
	if slices.Equal(names, []string{"*"}) {
		return (behavior.AllMethods &^ nginx.Unreachable).Each()
	}
	return names
}

// compare holds what Read says about a request against what was recorded.
func (c reader) compare(t *testing.T, q controller.Request, raw json.RawMessage) {
	t.Helper()
	headers := map[string]string{}
	for name, value := range q.Headers {
		headers[strings.ToLower(name)] = strings.ToLower(value)
	}
	q.Headers = headers
	what := fmt.Sprintf("%s: %s %s%s %v", c.file, q.Method, q.Host, q.Path, q.Headers)
	c.agree(t, what, q)
	top := c.router.Serving(q, false)
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
	place := fmt.Sprintf("%s %s", by.ID.Kind, by.ID.Name)
	if by.Rule >= 0 {
		place += fmt.Sprintf(" rules[%d]", by.Rule)
	}
	if place != want.ServedBy && c.labelled(*want, by, q.Method) {
		t.Errorf("%s: served by %s, recorded is %s", what, place, raw)
		return
	}
	found, name := 0, c.nameOf(by)
	for _, e := range c.effects[controller.ServedRule{ID: by.ID, Rule: by.Rule}] {
		if e.Methods&q.Method == 0 || e.Object != by.ID.String() || e.Rule != name {
			continue
		}
		found++
		if !want.fits(e, q.Method) {
			t.Errorf("%s: Read says %+v for %v and %s, recorded is %s", what, e.MaxRetries, e.Causes.List(q.Method), e.AttemptTimeout.Value, raw)
		}
	}
	if found != 1 {
		t.Errorf("%s: %d effects of %s are about it: %+v", what, found, place, c.effects[controller.ServedRule{ID: by.ID, Rule: by.Rule}])
	}
}

// agree holds the router of effects against the table of the order: they have to name
// the same rules.
func (c reader) agree(t *testing.T, what string, q controller.Request) {
	t.Helper()
	var lines, places []string
	for _, l := range c.router.Serving(q, true) {
		lines = append(lines, fmt.Sprint(l.ID, l.Rule))
	}
	for _, p := range c.table.Serving("", precedence.Request{Host: q.Host, Path: q.Path, Headers: q.Headers}, q.Method) {
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
func (c reader) labelled(want got, by controller.ServedRule, method behavior.Methods) bool {
	for at, effects := range c.effects {
		if fmt.Sprintf("%s %s rules[%d]", at.ID.Kind, at.ID.Name, at.Rule) != want.ServedBy || c.router.Together(at, by) {
			continue
		}
		for _, e := range effects {
			if e.Methods&method != 0 && e.Rule == c.nameOf(at) && want.fits(e, method) {
				return true
			}
		}
	}
	return false
}

// nameOf names a rule as effects do.
func (c reader) nameOf(at controller.ServedRule) string {
	o := c.world.Get(at.ID)
	if at.Rule < 0 {
		if len(route.Backends(o, -1)) > 1 {
			return "to " + at.To.Name
		}
		return ""
	}
	if name := o.At("spec", "rules").Index(at.Rule).At("name").Text(); name != "" {
		return name
	}
	return fmt.Sprint(at.Rule)
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
