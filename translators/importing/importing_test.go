package importing_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"retryctl.dev/golden/random"
	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/impact"
	"retryctl.dev/translators/importing"
	"retryctl.dev/translators/pipeline"
	"retryctl.dev/translators/survey"
)

// TestAPolicyThatIsImportedAsksForWhatIsThere has what every golden case and random worlds
// come to on each gateway imported, as configuration that somebody wrote: translated again
// for the same gateway, the policies change nothing for a request.
func TestAPolicyThatIsImportedAsksForWhatIsThere(t *testing.T) {
	files, err := filepath.Glob("../../golden/cases/*/in.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	imported := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		imported += hold(t, filepath.Base(filepath.Dir(file)), text)
	}
	for seed := range uint64(25) {
		for _, class := range random.Classes {
			imported += hold(t, fmt.Sprintf("random %d of %s", seed, class.Controller), random.InputFor(seed, class))
			imported += hold(t, fmt.Sprintf("wild %d of %s", seed, class.Controller), random.Wild(seed, class))
		}
		imported += hold(t, fmt.Sprintf("stranger %d", seed), random.Stranger(seed))
	}
	if imported < 500 {
		t.Errorf("%d policies were imported", imported)
	}
}

// hold translates an input for each gateway, and imports what comes of it.
func hold(t *testing.T, name string, text []byte) (imported int) {
	objects, err := pipeline.Read(pipeline.Source{Name: name, Text: text})
	if err != nil {
		return 0 // the case is about that
	}
	in := pipeline.Decode(translators.All(), objects)
	assignments, _, err := in.Assign([]string{"all"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = in.Translations(t.Context(), assignments, pipeline.Options{To: []string{"all"}}, func(done pipeline.Translation) error {
		if done.Findings.Count(finding.Error) == 0 {
			imported += again(t, name, done)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return imported
}

// again imports what a translation comes to, and translates that.
func again(t *testing.T, name string, done pipeline.Translation) (imported int) {
	g := done.Target.Gateway
	var bare []*manifest.Object
	for _, o := range done.Plan.World.With(done.Objects...).All() {
		if schema.Ours(o) {
			continue
		}
		o = o.Clone()
		for key := range o.Clone().At("metadata", "annotations").Fields() {
			if strings.HasPrefix(key.Text(), "retryctl.dev/") {
				o.At("metadata", "annotations").Remove(key.Text()) // somebody wrote it
			}
		}
		o.Original = nil
		bare = append(bare, o)
	}
	world := manifest.NewSet(bare)
	settings := func(translators.Source) gateway.Settings { return done.Settings }
	rules, _ := survey.Of(world, survey.Options{Sources: translators.Sources{g}, From: []translators.Source{done.Target.Source()}, Settings: settings})
	text, lost := importing.Of(rules, world, importing.Options{})
	if len(text) == 0 {
		return 0
	}
	policies, err := pipeline.Read(pipeline.Source{Name: "imported", Text: text})
	if err != nil {
		t.Fatalf("%s, %s: %v\n%s", name, done.Gateway.Name, err, text)
	}
	in := pipeline.Decode(translators.All(), append(policies, bare...))
	if in.Findings.Count(finding.Error) > 0 {
		t.Errorf("%s, %s: %v\n%s", name, done.Gateway.Name, in.Findings, text)
	}
	plan, _ := in.Plan(pipeline.Assignment{Target: done.Target, Policies: in.Policies}, false)
	s := done.Settings
	s.Split = gateway.SplitAlways
	result := translators.Run(g, plan, s, false)
	told := map[string]bool{}
	for _, f := range lost {
		told[f.Object.String()] = true
	}
	for _, i := range impact.Of(g, world, world.With(result.Objects...), s) {
		if told[i.Object] || len(i.Changes) == 0 && !i.Served && !i.Unserved {
			continue // a finding says what a policy cannot say; or it is about notes alone
		}
		t.Errorf("%s, %s: %s %s changes for %s: %v %v %v\n%s", name, done.Gateway.Name, i.Object, i.Rule, i.Methods, i.Served, i.Unserved, i.Changes, text)
	}
	return len(in.Policies)
}
