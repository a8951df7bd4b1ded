package traefik

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/precedence"
	"retryctl.dev/translators/traefik/api"
	"retryctl.dev/translators/traefik/controller"
)

// recordings are configurations with what each request gets by Traefik's own
// providers and router. They are kept beside the repository.
const recordings = "../../../shared/data/traefik"

// A recording is what one configuration came to.
type recording struct {
	Requests []struct {
		EntryPoint, Host, Path string
		Methods                []string
		Headers                map[string]string
		Gets                   *struct {
			Middlewares []string
			ServedBy    string
		}
	}
}

func TestReadSaysWhatTraefikMakesOfConfiguration(t *testing.T) {
	files, err := filepath.Glob(recordings + "/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no recordings in " + recordings + ": they are not part of the repository")
	}
	compareRecordings(t, files)
}

// TestReadSaysWhatWasRecordedHere is the same for a few configurations of the
// repository, whose recordings were written by hand from Traefik's source.
func TestReadSaysWhatWasRecordedHere(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	compareRecordings(t, files)
}

func compareRecordings(t *testing.T, files []string) {
	requests, ties := 0, 0
	for _, file := range files {
		var rec recording
		text, err := os.ReadFile(strings.TrimSuffix(file, "yaml") + "json")
		if err == nil {
			err = json.Unmarshal(text, &rec)
		}
		if err != nil {
			t.Fatal(err)
		}
		r := readerOf(t, file)
		for _, q := range rec.Requests {
			names := q.Methods
			if slices.Equal(names, []string{"*"}) {
				names = []string{"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH"}
			}
			for _, name := range names {
				requests++
				what := fmt.Sprintf("%s: %s %s %s%s %v", file, q.EntryPoint, name, q.Host, q.Path, q.Headers)
				places := r.serving(q.EntryPoint, precedence.Request{Host: q.Host, Path: q.Path, Headers: q.Headers}, behavior.ParseMethod(name))
				if q.Gets == nil {
					if len(places) > 0 {
						t.Errorf("%s is served by %v, and nothing serves it", what, places)
					}
					continue
				}
				n := slices.IndexFunc(places, func(p resolve.RuleID) bool { return r.recordedAs(p) == q.Gets.ServedBy })
				if n < 0 {
					t.Errorf("%s is served by %v, and not by %s", what, places, q.Gets.ServedBy)
					continue
				}
				if len(places) > 1 {
					ties++
				}
				r.compare(t, what, places[n], behavior.ParseMethod(name), q.Gets.Middlewares)
			}
		}
	}
	t.Logf("%d requests, of which %d are served by one of several", requests, ties)
}

// recordedAs is how recordings name a rule: of routes of an IngressRoute that share
// a match, and so a router, by the first, whichever is left.
func (r reader) recordedAs(p resolve.RuleID) string {
	if p.ID.Kind != "IngressRoute" {
		return fmt.Sprintf("%s %s rules[%d]", p.ID.Kind, p.ID.Name, p.Rule)
	}
	routes := r.World.Get(p.ID).At("spec", "routes")
	first := 0
	for routes.Index(first).At("match").Text() != routes.Index(p.Rule).At("match").Text() {
		first++
	}
	return fmt.Sprintf("%s %s routes[%d]", p.ID.Kind, p.ID.Name, first)
}

type reader struct {
	controller.Cluster
	table   *precedence.Table
	effects map[resolve.RuleID][]behavior.Effect
}

func readerOf(t *testing.T, file string) reader {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	objects, err := manifest.Read(f, file)
	if err != nil {
		t.Fatal(err)
	}
	world := manifest.NewSet(objects)
	s := gateway.Defaults(Gateway{}.Profile())
	r := reader{controller.NewCluster(world, s), Gateway{}.Order(world, s), map[resolve.RuleID][]behavior.Effect{}}
	intents := (&resolve.Plan{World: world}).Bystanders()
	for n, effects := range gateway.Read(Gateway{}, intents, world, s) {
		at := resolve.RuleID{ID: intents[n].ID(), Rule: intents[n].Rule}
		r.effects[at] = effects
	}
	return r
}

// serving asks for the entry point in both of its forms: recordings have 80 for web
// and 8081 for alt.
func (r reader) serving(entryPoint string, q precedence.Request, method behavior.Methods) []resolve.RuleID {
	port := map[string]string{"web": "port 80 HTTP", "alt": "port 8081 HTTP"}[entryPoint]
	return append(r.table.Serving(port, q, method), r.table.Serving("entry point "+entryPoint, q, method)...)
}

// compare compares the middlewares in their order, and what the last of them that is
// called own retries. Of an IngressRoute recordings have their kinds.
func (r reader) compare(t *testing.T, what string, p resolve.RuleID, method behavior.Methods, wanted []string) {
	o := r.World.Get(p.ID)
	refs, _ := r.RouterRefs(o, controller.RuleOf(o, p.Rule))
	var names []string
	for _, ref := range refs {
		name := ref.Text[strings.LastIndexByte(ref.Text, '/')+1:]
		if p.ID.Kind == "IngressRoute" {
			name = controller.KindsOf(r.Middlewares[ref.ID][0])[0]
		}
		names = append(names, name)
	}
	wanted = slices.DeleteFunc(slices.Clone(wanted), func(name string) bool { return name == "requestHeaderModifier" })
	if !slices.Equal(names, wanted) {
		t.Errorf("%s has the middlewares %v, and not %v", what, names, wanted)
	}
	own := r.World.Get(manifest.ID{Group: api.Group, Kind: api.Kind, Namespace: p.ID.Namespace, Name: "own"}).At("spec", "retry")
	attempts, _ := own.At("attempts").Int()
	if !slices.Contains(wanted, "own") && !slices.Contains(wanted, "retry") {
		attempts = 1
	}
	found := false
	for _, e := range r.effects[p] {
		if e.Methods&method == 0 || e.Object != p.ID.String() || e.Rule != nameOf(o, p.Rule) {
			continue
		}
		found = true
		byStatus := attempts > 1 && own.At("status").Len() > 0 && (method&api.NotByStatus == 0 || own.At("retryNonIdempotentMethod").Text() == "true")
		code := behavior.Codes(503, 503)[0]
		if e.MaxRetries != behavior.Is(int(attempts)-1) || e.Causes[behavior.ConnectFailure]&method != 0 != (attempts > 1) || e.Causes[code]&method != 0 != byStatus {
			t.Errorf("%s: %v retries, of a refused connection for %s, of a 503 for %s", what, e.MaxRetries, e.Causes[behavior.ConnectFailure], e.Causes[code])
		}
	}
	if !found {
		t.Errorf("%s is served by %s, whose effects do not say so: %v", what, r.recordedAs(p), r.effects[p])
	}
}

// nameOf names a rule as effects do.
func nameOf(o *manifest.Object, rule int) string {
	return controller.OrElse(controller.RuleOf(o, rule).At("name").Text(), strconv.Itoa(rule))
}
