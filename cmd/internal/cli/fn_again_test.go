package cli_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"retryctl.dev/cmd/internal/cli"
	"retryctl.dev/golden/random"
	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
)

// TestAFunctionOnItsOwnOutputIsStillAndFollowsItsPolicies runs the function on golden
// cases and random worlds, on what it gave, and on that without one of the policies,
// which has to be what it gives where that policy never was.
func TestAFunctionOnItsOwnOutputIsStillAndFollowsItsPolicies(t *testing.T) {
	t.Parallel()
	texts := map[string][]byte{}
	paths, err := filepath.Glob("../../../golden/cases/*/in.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden cases: %v", err)
	}
	for _, path := range paths {
		if texts[path], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	for seed := range uint64(4) {
		texts[fmt.Sprint("input ", seed)] = random.Input(seed)
		texts[fmt.Sprint("wild ", seed)] = random.Wild(seed, random.Classes[seed])
	}
	for name, text := range texts {
		for _, gateway := range []string{"envoy-gateway", "istio", "kong", "traefik", "gateway-api"} {
			if problem := again(text, gateway); problem != "" {
				t.Fatalf("%s: %s: %s", name, gateway, problem)
			}
		}
	}
}

func again(text []byte, gateway string) string {
	given, err := manifest.Read(bytes.NewReader(text), "in")
	if err != nil {
		return ""
	}
	function := func(objects []*manifest.Object) ([]*manifest.Object, bool) {
		o, _ := run([]byte(listOf(objects)), "fn", "--to", gateway, "--split", "always")
		list, err := manifest.Read(bytes.NewReader(o.out), "out")
		return list, err == nil && o.status == cli.Done
	}
	first, ok := function(given)
	if !ok {
		return ""
	}
	second, ok := function(first)
	if a, b := plainly(first), plainly(second); !ok || a != b {
		return "a second run is not still:\n" + cmp.Diff(a, b)
	}
	for n, o := range first {
		if !schema.Ours(o) || o.ID().Kind != schema.Kind {
			continue
		}
		want, ok := function(without(given, o.ID()))
		if !ok {
			continue
		}
		got, ok := function(append(append([]*manifest.Object{}, first[:n]...), first[n+1:]...))
		if a, b := plainly(want), plainly(got); !ok || a != b {
			return fmt.Sprintf("without %s it is not as from scratch:\n%s", o.ID(), cmp.Diff(a, b))
		}
	}
	return ""
}

func without(objects []*manifest.Object, id manifest.ID) (rest []*manifest.Object) {
	for _, o := range objects {
		if o.ID() != id {
			rest = append(rest, o)
		}
	}
	return rest
}

// listOf writes a ResourceList.
func listOf(objects []*manifest.Object) string {
	var list strings.Builder
	list.WriteString(`{"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": [`)
	for n, o := range objects {
		if n > 0 {
			list.WriteString(", ")
		}
		list.Write(o.JSON())
	}
	list.WriteString("]}\n")
	return list.String()
}

// plainly prints objects by their names, each with its keys in order.
func plainly(objects []*manifest.Object) string {
	lines := map[string]string{}
	for _, o := range objects {
		lines[o.ID().String()] = string(o.JSON())
	}
	var out strings.Builder
	for _, id := range slices.Sorted(maps.Keys(lines)) {
		out.WriteString(id + "\n\t" + lines[id] + "\n")
	}
	return out.String()
}
