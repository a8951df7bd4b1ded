package capability_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/translators"
	"retryctl.dev/translators/capability"
)

func TestEveryGatewayIsProbedForEveryFeature(t *testing.T) {
	table, err := capability.Of(translators.All())
	if err != nil {
		t.Fatal(err)
	}
	probed := map[string]bool{}
	for _, c := range table.Columns {
		probed[c.Gateway.Profile().Name] = true
		answers := map[capability.Answer]bool{}
		for _, r := range table.Rows {
			cell, ok := r.Cells[c.Name]
			if !ok || cell.Answer == "" {
				t.Errorf("%s has no answer for %s", c.Name, r.Feature)
			}
			answers[cell.Answer] = true
		}
		if !answers[capability.Yes] || len(answers) < 2 {
			t.Errorf("%s answers %v to everything", c.Name, answers)
		}
	}
	for _, name := range translators.All().Names() {
		if !probed[name] {
			t.Errorf("%s has no column", name)
		}
	}
}

// TestTheTableKnowsWhatIsWellKnown holds the probes to answers that need no
// translator to be given.
func TestTheTableKnowsWhatIsWellKnown(t *testing.T) {
	table, err := capability.Of(translators.All())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		column, feature string
		want            capability.Answer
	}{
		{"envoy-gateway", "status 503", capability.Yes},
		{"envoy-gateway", "jitter: None", capability.Differs},
		{"envoy-gateway", "IngressRoute", capability.No},
		{"kong", "status 503", capability.No},
		{"kong", "maxRetries", capability.Yes},
		{"istio", "VirtualService", capability.Yes},
		{"gateway-api", "idempotencyKey", capability.No},
		{"traefik", "IngressRoute", capability.Yes},
	} {
		n := slices.IndexFunc(table.Rows, func(r capability.Row) bool { return r.Feature == c.feature })
		if n < 0 || table.Rows[n].Cells[c.column].Answer != c.want {
			t.Errorf("%s of %s is not %q: %+v", c.feature, c.column, c.want, table.Rows[max(n, 0)].Cells[c.column])
		}
	}
}

func TestTheTableIsPrintedWhole(t *testing.T) {
	table, err := capability.Of(translators.All())
	if err != nil {
		t.Fatal(err)
	}
	var plain, page, machine strings.Builder
	for _, err := range []error{table.WriteText(&plain), table.WriteMarkdown(&page), table.WriteJSON(&machine)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range table.Rows {
		if !strings.Contains(plain.String(), r.Feature) || !strings.Contains(page.String(), "| "+r.Feature+" |") {
			t.Errorf("%s is not in the table", r.Feature)
		}
	}
	var back []capability.Row
	if err := json.Unmarshal([]byte(machine.String()), &back); err != nil || len(back) != len(table.Rows) {
		t.Errorf("%d table.Rows are read back: %v", len(back), err)
	}
}
