package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
)

// runIn runs the command line and gives what it printed.
func runIn(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, complaints bytes.Buffer
	status = Main(t.Context(), args, Streams{In: strings.NewReader(""), Out: &out, Err: &complaints})
	return out.String(), complaints.String(), status
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// dressed gives an object as a cluster has it.
func dressed(o *manifest.Object) *manifest.Object {
	c := o.Clone()
	meta := c.Root().Make("metadata")
	meta.Put("uid", "1")
	meta.Put("generation", 7)
	meta.Put("resourceVersion", "99")
	meta.Put("creationTimestamp", "2026-01-02T03:04:05Z")
	meta.Put("managedFields", manifest.List(manifest.Map("manager", "kubectl")))
	meta.Make("annotations").Put("kubectl.kubernetes.io/last-applied-configuration", "{}")
	c.Root().Put("status", manifest.Map("observedGeneration", 7))
	for _, ref := range c.At("spec", "parentRefs").Items() {
		if !ref.At("kind").Exists() && c.ID().Kind == "HTTPRoute" {
			ref.Put("group", "gateway.networking.k8s.io")
			ref.Put("kind", "Gateway")
		}
	}
	return c
}

func objectsOf(t *testing.T, text string) []*manifest.Object {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(text), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func yamlOf(t *testing.T, objects []*manifest.Object) string {
	t.Helper()
	var out bytes.Buffer
	if err := manifest.WriteYAML(&out, objects); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestWhatWasAppliedIsNoDifference translates each golden case, takes the output
// for what a cluster has, and compares: with all that was given, and with the
// policies alone, for which the routes of the cluster are taken.
func TestWhatWasAppliedIsNoDifference(t *testing.T) {
	cases, err := filepath.Glob("../../../golden/cases/*/in.yaml")
	if err != nil || len(cases) < 20 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	same := 0
	for _, in := range cases {
		text, err := os.ReadFile(in)
		if err != nil {
			t.Fatal(err)
		}
		for _, gateway := range translators.All().Names() {
			out, _, status := runIn(t, "translate", "-f", in, "--to", gateway)
			if status != Done {
				continue
			}
			all := objectsOf(t, string(text))
			set := manifest.NewSet(slices.DeleteFunc(slices.Clone(all), schema.Ours)).With(objectsOf(t, out)...)
			var live []*manifest.Object
			for _, o := range set.All() {
				live = append(live, dressed(o))
			}
			there := write(t, "live.yaml", yamlOf(t, live))
			given := []string{in}
			if !strings.Contains(in, "/existing-") { // of those what carries retries is given
				given = append(given, write(t, "policies.yaml", yamlOf(t, slices.DeleteFunc(all, func(o *manifest.Object) bool { return !schema.Ours(o) }))))
			}
			for _, given := range given {
				for _, by := range []string{"text", "behavior"} {
					got, complaints, status := runIn(t, "diff", "-f", given, "--against", there, "--to", gateway, "--by", by, "-o", by)
					if status != Done || got != "" {
						t.Errorf("%s of %s, %s, %s: status %d\n%s%s", given, in, gateway, by, status, got, complaints)
					}
				}
			}
			same++
		}
	}
	if same < 100 {
		t.Errorf("%d outputs were compared: at least 100 are expected", same)
	}
}

func TestTheStatusOfADiffSaysHowItWent(t *testing.T) {
	const vs = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a, namespace: b}\nspec: {hosts: [x], http: [{retries: {attempts: N}, route: [{destination: {host: x}}]}]}\n"
	two, other := write(t, "a.yaml", strings.Replace(vs, "N", "2", 1)), write(t, "b.yaml", strings.Replace(vs, "N", "3", 1))
	spelled := write(t, "c.yaml", strings.Replace(vs, "retries: {attempts: N}, ", "", 1))
	broken, given := write(t, "d.yaml", "a: ["), write(t, "p.yaml", policy)
	wrong := write(t, "w.yaml", strings.Replace(policy, "maxRetries: 2", "maxRetries: -2", 1)+"---\n"+strings.Replace(policy, "name: api, namespace", "name: other, namespace", 1))
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{two, two}, Done},
		{[]string{two, other}, Findings},
		{[]string{two, other, "--by=behavior"}, Findings},
		{[]string{two, spelled}, Findings},
		{[]string{two, spelled, "--by=behavior"}, Done},
		{[]string{two, broken}, Trouble},
		{[]string{two, "nowhere"}, Trouble},
		{[]string{two}, Trouble},
		{[]string{two, other, "-o", "html"}, Trouble},
		{[]string{two, other, "-f", given}, Trouble},
		{[]string{"-f", given, "--against", two, "--to", "envoy-gateway"}, Findings},
		{[]string{"-f", wrong, "--against", two, "--to", "envoy-gateway"}, Trouble},
		{[]string{"-f", two, "--against", two}, Trouble},
	} {
		if out, complaints, status := runIn(t, append([]string{"diff"}, c.args...)...); status != c.want {
			t.Errorf("%v: status %d, and %d is expected\n%s%s", c.args, status, c.want, out, complaints)
		}
	}
}

func TestEarlierOutputIsNoReasonToWriteUnderAnotherName(t *testing.T) {
	const around = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: api, namespace: shop%s}\nspec: {parentRefs: [{name: g}], rules: [{%sbackendRefs: [{name: s, port: 80}]}]}\n"
	const middleware = "---\napiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {name: api, namespace: shop}\nspec: {retry: {attempts: 3}}\n"
	route := write(t, "route.yaml", strings.NewReplacer("%s}\nspec", "}\nspec", "%s", "").Replace(around))
	live := write(t, "live.yaml", strings.NewReplacer("%s}\nspec", "}\nspec", "%s",
		"filters: [{type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: api}}], ").Replace(around)+middleware)
	given := write(t, "p.yaml", policy)
	for _, args := range [][]string{{"-f", given, "-f", route}, {"-f", given}} {
		out, complaints, status := runIn(t, append([]string{"diff", "--against", live, "--to", "traefik", "-o", "fields"}, args...)...)
		if status != Done || out != "" {
			t.Errorf("%v: status %d\n%s%s", args, status, out, complaints)
		}
	}
}
