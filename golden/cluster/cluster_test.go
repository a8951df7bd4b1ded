package cluster

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var (
	every  = flag.Bool("every", false, "apply each output in both ways, not by turns")
	record = flag.String("record", "", "keep what the API server gives back in this `folder`")
)

// gateways are the targets of retryctl.
var gateways = []string{"envoy-gateway", "istio", "kong", "traefik", "gateway-api"}

// A stage is a cluster with the programs that are tried on it.
type stage struct {
	*cluster
	*testing.T
	retryctl string
}

// TestADiffAgainstAClusterIsTrue applies the output of every golden case for every
// gateway, by kubectl apply as clients do it and as servers do it, and reads it back
// with managedFields, status, defaults and all. A diff in each view and each
// direction is then empty; with one number changed it is not.
func TestADiffAgainstAClusterIsTrue(t *testing.T) {
	folder := t.TempDir()
	program := filepath.Join(folder, "retryctl")
	cmd := exec.Command("go", "build", "-o", program, "./cmd/retryctl")
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c, err := start(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	if err := c.install(); err != nil {
		t.Fatal(err)
	}
	cases, err := filepath.Glob("../cases/*/in.yaml")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no golden cases: %v", err)
	}
	if testing.Short() {
		cases = cases[:8]
	}
	held, planted := map[string]int{}, map[string]int{}
	for n, in := range cases {
		for _, gateway := range gateways {
			t.Run(filepath.Base(filepath.Dir(in))+"/"+gateway, func(t *testing.T) {
				ways := [][]string{{"apply"}, {"apply", "--server-side", "--field-manager=ci"}}
				if !*every {
					ways = ways[n%2 : n%2+1]
				}
				for _, way := range ways {
					s := stage{c, t, program}
					did, changed := s.round(in, gateway, way)
					if did {
						held[gateway]++
					}
					if changed {
						planted[gateway]++
					}
				}
			})
		}
	}
	for _, gateway := range gateways {
		t.Logf("%s: %d outputs were applied and compared, %d of them with a number changed", gateway, held[gateway], planted[gateway])
		if want := len(cases) / 3; held[gateway] < want || planted[gateway] < want {
			t.Errorf("%s: that is less than %d", gateway, want)
		}
	}
}

// retry runs retryctl and gives its status.
func (s stage) retry(args ...string) (stdout, stderr string, status int) {
	s.Helper()
	cmd := exec.Command(s.retryctl, args...)
	var out, complaints strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		s.Fatal(err)
	}
	return out.String(), complaints.String(), cmd.ProcessState.ExitCode()
}

// flags are those that a golden case is translated with, its targets aside.
func flags(text string) []string {
	line, _, _ := strings.Cut(text, "\n")
	more, ok := strings.CutPrefix(line, "# args:")
	if !ok {
		return nil
	}
	words := strings.Fields(more)
	for n := 0; n+1 < len(words); n++ {
		if words[n] == "--to" {
			words = slices.Delete(words, n, n+2)
			n--
		}
	}
	return words
}

// round applies one output and compares. It does nothing where there is no output,
// or the API server refuses a manifest of the case.
func (s stage) round(in, gateway string, way []string) (compared, changed bool) {
	s.Helper()
	text, err := os.ReadFile(in)
	if err != nil {
		s.Fatal(err)
	}
	more := append([]string{"--to", gateway}, flags(string(text))...)
	out, _, status := s.retry(append([]string{"translate", "-f", in}, more...)...)
	if status != 0 || out == "" {
		return false, false
	}
	folder := s.TempDir()
	given := read(s.T, string(text))
	manifests := slices.DeleteFunc(slices.Clone(given), object.ours)
	policies := write(s.T, filepath.Join(folder, "policies.yaml"), slices.DeleteFunc(slices.Clone(given), func(o object) bool { return !o.ours() }))
	written := read(s.T, out)
	world := write(s.T, filepath.Join(folder, "world.yaml"), over(manifests, written))
	s.namespaces(over(manifests, written))
	defer s.cluster.kubectl(nil, "delete", "-f", world, "--ignore-not-found", "--wait=false")
	if _, complaints, err := s.cluster.kubectl(nil, append(way, "-f", world)...); err != nil {
		s.Logf("not applied: %s", complaints)
		return false, false
	}
	live, complaints, err := s.cluster.kubectl(nil, "get", "-f", world, "-o", "yaml", "--show-managed-fields")
	if err != nil || !strings.Contains(live, "managedFields") {
		s.Fatalf("%v: %s%s", err, complaints, live)
	}
	there := filepath.Join(folder, "live.yaml")
	if err := os.WriteFile(there, []byte(live), 0o600); err != nil {
		s.Fatal(err)
	}
	if *record != "" {
		name := filepath.Join(*record, filepath.Base(filepath.Dir(in))+"."+gateway+".yaml")
		if err := os.WriteFile(name, []byte(live), 0o644); err != nil {
			s.Fatal(err)
		}
	}
	s.same(way, append([]string{"-f", in, "--against", there}, more...)...)
	if !strings.Contains(in, "/existing-") { // there, what carries retries is given
		s.same(way, append([]string{"-f", policies, "--against", there}, more...)...)
	}
	s.same(way, append([]string{world, there}, more...)...)
	s.same(way, append([]string{there, world}, more...)...)
	s.external(world, 0, "")

	other := clone(s.T, read(s.T, live))
	at := ""
	for _, o := range written {
		for n := range other {
			if at == "" && other[n].id() == o.id() && slices.Contains(carriers[gateway].kinds, o.text("kind")) {
				at = plant(carriers[gateway].field, o.id(), map[string]any(other[n]))
			}
		}
	}
	if at == "" || slices.Contains(answered, filepath.Base(filepath.Dir(in))+"/"+gateway) {
		return true, false
	}
	different := write(s.T, filepath.Join(folder, "different.yaml"), other)
	s.found(at, append([]string{"-f", in, "--against", different}, more...)...)
	s.found(at, append([]string{there, different}, more...)...)
	s.found(at, append([]string{different, world}, more...)...)
	for _, o := range other { // which an apply may not have
		delete(o["metadata"].(map[string]any), "managedFields")
	}
	s.external(write(s.T, different, other), 1, at)
	return true, true
}

func (s stage) namespaces(objects []object) {
	s.Helper()
	var list []object
	for _, o := range objects {
		if name := o.text("metadata", "namespace"); name != "" {
			list = over(list, []object{{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name}}})
		}
	}
	if len(list) > 0 {
		s.cluster.kubectl(nil, "apply", "--server-side", "-f", write(s.T, filepath.Join(s.TempDir(), "namespaces.yaml"), list)) //nolint:errcheck // what is in it tells
	}
}

// views are the forms of a diff, with what counts as a difference in each.
var views = [][2]string{{"text", "text"}, {"fields", "text"}, {"behavior", "behavior"}, {"json", "behavior"}}

// same expects no difference in any view.
func (s stage) same(way []string, args ...string) {
	s.Helper()
	for _, view := range views {
		out, complaints, status := s.retry(append([]string{"diff", "-o", view[0], "--by", view[1]}, args...)...)
		nothing := out == "" || view[0] == "json" && !strings.Contains(out, `"object"`)
		if status != 0 || !nothing {
			s.Errorf("%v, diff %v, -o %s: status %d\n%s%s", way, args, view[0], status, out, complaints)
			return
		}
	}
}

// found expects a difference in every view.
func (s stage) found(at string, args ...string) {
	s.Helper()
	for _, view := range views {
		out, complaints, status := s.retry(append([]string{"diff", "-o", view[0], "--by", view[1]}, args...)...)
		if status != 1 || out == "" || view[0] == "json" && !strings.Contains(out, `"object"`) {
			s.Errorf("with another %s, diff %v, -o %s: status %d\n%s%s", at, args, view[0], status, out, complaints)
			return
		}
	}
}

// external has kubectl diff run retryctl, for both ways of applying.
func (s stage) external(file string, want int, at string) {
	s.Helper()
	for _, way := range [][]string{nil, {"--server-side", "--force-conflicts"}} {
		env := []string{fmt.Sprintf("KUBECTL_EXTERNAL_DIFF=%s diff -o fields", s.retryctl)}
		out, complaints, err := s.cluster.kubectl(env, append([]string{"diff", "-f", file}, way...)...)
		status := 0
		if exit, ok := err.(*exec.ExitError); ok {
			status = exit.ExitCode()
		}
		if status != want || (out == "") != (want == 0) {
			s.Errorf("kubectl diff %v of another %s: status %d\n%s%s", way, at, status, out, complaints)
		}
	}
}
