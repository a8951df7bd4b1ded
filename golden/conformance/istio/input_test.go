package istio

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/pipeline"
)

// An input is a text with policies and the objects that they are for, translated
// to Istio.
type input struct {
	plan     *resolve.Plan
	settings gateway.Settings
	result   translators.Result
}

// load reads a text as the command does, with the flags of its first lines.
func load(t *testing.T, text []byte) input {
	t.Helper()
	objects, err := pipeline.Read(pipeline.Source{Name: "in.yaml", Text: text})
	if err != nil {
		t.Fatal(err)
	}
	decoded := pipeline.Decode(translators.All(), objects)
	target, strict := flags(t, text)
	in := input{settings: decoded.Settings(target.Source(), schema.ConfigSpec{Split: gateway.SplitAlways})} // nothing but the input refers to its rules
	in.plan, _ = decoded.Plan(pipeline.Assignment{Target: target, Policies: decoded.Policies}, false)
	in.result = translators.Run(target.Gateway, in.plan, in.settings, strict)
	return in
}

// refused are the policies with an error, for which nothing is written.
func (in input) refused() map[manifest.ID]bool {
	refused := map[manifest.ID]bool{}
	for _, f := range in.result.Findings {
		if f.Severity == finding.Error {
			refused[f.Object] = true
		}
	}
	return refused
}

// intents are those about objects that the input holds.
func (in input) intents() (list []resolve.Intent) {
	for _, i := range in.plan.Intents {
		if i.Object != nil {
			list = append(list, i)
		}
	}
	return list
}

// flags reads the lines "# args:" at the head of a text; those for other gateways
// do not matter here.
func flags(t *testing.T, text []byte) (target translators.Target, strict bool) {
	var words []string
	for line := range strings.Lines(string(text)) {
		args, ok := strings.CutPrefix(line, "# args:")
		if !ok && !strings.HasPrefix(line, "#") {
			break
		}
		if ok {
			words = append(words, strings.Fields(args)...)
		}
	}
	to := "istio"
	for n := 0; n < len(words); n++ {
		switch words[n] {
		case "--strict":
			strict = true
		case "--to":
			if n++; strings.HasPrefix(words[n], "istio@") {
				to = words[n]
			}
		case "--kong-untrusted-lua":
			n++ // another gateway's
		case "--traefik-safe-naming", "--split=always": // the latter holds for every case here
		default:
			t.Fatalf("the flag %s is not known here: a case would be read otherwise than by the command", words[n])
		}
	}
	targets, err := translators.All().ParseTargets([]string{to})
	if err != nil {
		t.Fatal(err)
	}
	return targets[0], strict
}

// cases gives the golden inputs by name.
func cases(t *testing.T) (names []string, texts map[string][]byte) {
	t.Helper()
	files, err := filepath.Glob("../../cases/*/in.yaml")
	if err != nil || len(files) < 30 {
		t.Fatalf("found %d golden cases (%v): more are expected", len(files), err)
	}
	texts = map[string][]byte{}
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		if texts[name], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names, texts
}
