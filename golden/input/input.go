// Package input makes of the texts of tests what the command makes of its input.
package input

import (
	"strings"
	"testing"

	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
	"retryctl.dev/translators/pipeline"
)

// Decode decodes documents whose policies have to be valid.
func Decode(t testing.TB, documents ...string) pipeline.Input {
	t.Helper()
	objects, err := pipeline.Read(pipeline.Source{Name: "in.yaml", Text: []byte(strings.Join(documents, "\n---\n"))})
	if err != nil {
		t.Fatal(err)
	}
	in := pipeline.Decode(translators.All(), objects)
	if len(in.Broken) > 0 {
		t.Fatalf("a policy is not valid: %+v", in.Findings)
	}
	return in
}

// Plan decodes documents and resolves their policies.
func Plan(t testing.TB, documents ...string) *resolve.Plan {
	t.Helper()
	in := Decode(t, documents...)
	plan, _ := resolve.Resolve(in.Policies, in.World)
	return plan
}
