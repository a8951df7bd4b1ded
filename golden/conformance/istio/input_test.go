package istio

import (
	"bytes"
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
	objects, err := manifest.Read(bytes.NewReader(text), "in.yaml")
	if err != nil {
		t.Fatal(err)
	}
	target, strict := flags(t, text)
	in := input{settings: gateway.Defaults(target.Gateway.Profile())}
	in.settings.Version = target.Version
	in.settings.Split = gateway.SplitAlways // nothing but the input refers to its rules
	var policies []*schema.RetryPolicy
	for _, o := range objects {
		switch {
		case o.Is(schema.Group, schema.ConfigKind):
			config, findings := schema.DecodeConfig(o)
			if findings.Count(finding.Error) > 0 {
				t.Fatalf("a Config is not valid: %v", findings)
			}
			in.settings.Apply(config.Spec)
		case o.Is(schema.Group, schema.Kind):
			policy, findings := schema.Decode(o)
			if findings.Count(finding.Error) == 0 {
				findings = append(findings, schema.Validate(policy)...)
			}
			if findings.Count(finding.Error) == 0 {
				policies = append(policies, policy)
			}
		}
	}
	in.plan, _ = resolve.Resolve(policies, manifest.NewSet(objects))
	in.result = translators.Run(target.Gateway, in.plan, in.settings, strict)
	return in
}

// refused are the policies with an error, for which nothing is written.
func (in input) refused() map[string]bool {
	refused := map[string]bool{}
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
	targets, err := translators.ParseTargets([]string{to})
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
