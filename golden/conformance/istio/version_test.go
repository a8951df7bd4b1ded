package istio

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"retryctl.dev/golden/random"
)

// lacking are fields by the version that brought them (Istio's release notes).
var lacking = []struct {
	field string
	since int // of Istio 1
}{
	{"backoff:", 26}, {"retryBudget:", 27}, {"budgetInterval:", 31}, {"prefixRewrite:", 31},
}

func TestFieldsThatAVersionLacksAreNotWritten(t *testing.T) {
	found := map[string]int{}
	for seed := range uint64(200) {
		input := random.InputFor(seed, random.Classes[4])
		for minor := 24; minor <= 31; minor++ {
			in := load(t, fmt.Appendf(nil, "# args: --to istio@1.%d\n%s", minor, input))
			for _, o := range in.result.Objects {
				text := &bytes.Buffer{}
				if err := o.WriteYAML(text); err != nil {
					t.Fatal(err)
				}
				for _, l := range lacking {
					if !strings.Contains(text.String(), l.field) {
						continue
					}
					found[l.field]++
					if minor < l.since {
						t.Errorf("seed %d: %s for Istio 1.%d has %s, which came with 1.%d", seed, o.ID(), minor, l.field, l.since)
					}
				}
			}
		}
	}
	if found["backoff:"] == 0 || found["retryBudget:"] == 0 {
		t.Errorf("no input has the fields at all: %v", found)
	}
}
