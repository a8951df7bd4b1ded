package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
)

// TestWhatAnAPIServerGaveBackIsNoDifference compares golden cases with what a real
// API server made of their output (golden/cluster has recorded it), and with the
// same in which one number of retries is another.
func TestWhatAnAPIServerGaveBackIsNoDifference(t *testing.T) {
	files, err := filepath.Glob("../../../golden/live/*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	number := regexp.MustCompile(`(?m)^( +(?:- )?(?:numRetries|attempts|konghq\.com/retries): "?)([0-9]+)`)
	changed := map[string]int{}
	for _, file := range files {
		name, gateway, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".yaml"), ".")
		in := filepath.Join("../../../golden/cases", name, "in.yaml")
		text, err := os.ReadFile(in)
		if err != nil {
			t.Fatal(err)
		}
		live, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(live), "managedFields:") || !strings.Contains(string(live), "kind: List") {
			t.Errorf("%s is not what kubectl prints", file)
		}
		given := []string{in}
		if !strings.HasPrefix(name, "existing-") { // of those what carries retries is given
			policies := slices.DeleteFunc(objectsOf(t, string(text)), func(o *manifest.Object) bool { return !schema.Ours(o) })
			given = append(given, write(t, "policies.yaml", yamlOf(t, policies)))
		}
		for _, view := range [][]string{{"-o", "text"}, {"-o", "fields"}, {"-o", "behavior", "--by", "behavior"}} {
			for _, given := range given {
				out, complaints, status := runIn(t, append([]string{"diff", "-f", given, "--against", file, "--to", gateway}, view...)...)
				if status != Done || out != "" {
					t.Errorf("%s, %s, %v: status %d\n%s%s", file, given, view, status, out, complaints)
				}
			}
			other := number.ReplaceAllString(string(live), "${1}7$2")
			if other == string(live) {
				continue
			}
			changed[gateway]++
			out, complaints, status := runIn(t, append([]string{"diff", "-f", in, "--against", write(t, "other.yaml", other), "--to", gateway}, view...)...)
			if status != Findings || out == "" {
				t.Errorf("%s with other numbers, %v: status %d\n%s%s", file, view, status, out, complaints)
			}
		}
	}
	if len(changed) != 5 {
		t.Errorf("numbers were changed for %v: all five gateways are expected", changed)
	}
}
