package kpt

import (
	"os"
	"path/filepath"
	"testing"
)

// inexact makes the policy ask for what Envoy Gateway does not do exactly.
var inexact = []string{"  retryOn:\n", "  backoff: {baseInterval: 50ms, maxInterval: 1s, jitter: None}\n  retryOn:\n"}

func TestAPackageIsRenderedToAnotherFolder(t *testing.T) {
	folder, results := copied(t, ""), t.TempDir()
	out := filepath.Join(t.TempDir(), "rendered")
	_, complaints, err := kpt(t, folder, "fn", "render", "--allow-exec", "-o", out, "--results-dir", results)
	if err != nil {
		t.Fatalf("%v: %s", err, complaints)
	}
	becomes(t, out, false)
	same(t, folder, example)
	contains(t, "kpt", complaints, `[PASS] "retryctl fn"`)
}

func TestAPackageIsRenderedInItsPlace(t *testing.T) {
	folder := copied(t, "")
	for range 2 { // the second time, from what the first has made
		if _, complaints, err := kpt(t, folder, "fn", "render", "--allow-exec"); err != nil {
			t.Fatalf("%v: %s", err, complaints)
		}
		becomes(t, folder, true)
	}
}

func TestAWarningIsShownAndKept(t *testing.T) {
	folder, results := copied(t, "policy.yaml", inexact...), t.TempDir()
	_, complaints, err := kpt(t, folder, "fn", "render", "--allow-exec", "--results-dir", results)
	if err != nil {
		t.Fatalf("%v: %s", err, complaints)
	}
	contains(t, "kpt", complaints,
		"[warning] retryctl.dev/v1alpha1/RetryPolicy/shop/checkout spec.backoff.jitter: RT2005 ",
		"policy.yaml: RetryPolicy shop/checkout: warning RT2005 [envoy-gateway] spec.backoff.jitter: ")
	kept, err := os.ReadFile(filepath.Join(results, "results.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, "results.yaml", string(kept), "severity: warning", "path: spec.backoff.jitter", "path: policy.yaml", "code: RT2005", "gateway: envoy-gateway")
}

// kpt cuts what a function says after four lines unless it is told not to, and in
// the results it never does.
func TestEachOfManyWarningsIsShownWhereTheReadmeSaysSo(t *testing.T) {
	folder := copied(t, "Kptfile", "exec: retryctl fn", "exec: retryctl fn --to kong")
	_, cut, err := kpt(t, copied(t, "Kptfile", "exec: retryctl fn", "exec: retryctl fn --to kong"), "fn", "render", "--allow-exec")
	if err != nil {
		t.Fatalf("%v: %s", err, cut)
	}
	contains(t, "without the flag", cut, "truncated, use '--truncate-output=false'")
	results := t.TempDir()
	_, whole, err := kpt(t, folder, "fn", "render", "--allow-exec", "--truncate-output=false", "--results-dir", results)
	if err != nil {
		t.Fatalf("%v: %s", err, whole)
	}
	kept, err := os.ReadFile(filepath.Join(results, "results.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{whole, string(kept)} {
		contains(t, "with the flag", text,
			"Kong retries AttemptTimeout for GET, which was not asked",
			"Kong does not retry ConnectFailure for HEAD",
			"Kong does not retry 502, 503")
	}
}

func TestAnErrorFailsTheRenderAndLeavesThePackageAlone(t *testing.T) {
	strict := []string{"exec: retryctl fn", "exec: retryctl fn --strict"}
	for about, folder := range map[string]string{
		"error RT1004 spec.maxRetries":                     copied(t, "policy.yaml", "maxRetries: 2", "maxRetries: -2"),
		"error RT2005 [envoy-gateway] spec.backoff.jitter": with(t, copied(t, "policy.yaml", inexact...), "Kptfile", strict...),
		"no RetryPolicy in the input":                      copied(t, "policy.yaml", "kind: RetryPolicy", "kind: ConfigMap", "retryctl.dev/v1alpha1", "v1"),
		"one of all, envoy-gateway, istio, ":               copied(t, "retries.yaml", "envoy-gateway", "nginx"),
		"error RT1002 spec.retries: ":                      copied(t, "policy.yaml", "maxRetries: 2", "maxRetries: 2\n  retries: 2"),
	} {
		before, results := t.TempDir(), t.TempDir()
		if err := os.CopyFS(before, os.DirFS(folder)); err != nil {
			t.Fatal(err)
		}
		_, complaints, err := kpt(t, folder, "fn", "render", "--allow-exec", "--results-dir", results)
		if err == nil {
			t.Errorf("%s: the render succeeds", about)
		}
		contains(t, about, complaints, about, `[FAIL] "retryctl fn`)
		same(t, folder, before)
		kept, err := os.ReadFile(filepath.Join(results, "results.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		contains(t, "results.yaml", string(kept), "exitCode: 1\nitems:", about)
	}
}

func with(t *testing.T, folder, name string, changes ...string) string {
	t.Helper()
	change(t, folder, name, changes...)
	return folder
}

// A package that is rendered in its place holds what came of the policy before it is
// changed. A render takes that out first, so that nothing of it is left.
func TestInItsPlaceNothingIsLeftOfAnOlderPolicy(t *testing.T) {
	all := []string{"methods: [GET]", `methods: ["*"]`}
	fresh, folder := copied(t, "policy.yaml", all...), copied(t, "")
	for _, one := range []string{fresh, folder} {
		if _, complaints, err := kpt(t, one, "fn", "render", "--allow-exec"); err != nil {
			t.Fatalf("%v: %s", err, complaints)
		}
	}
	const older = "shop/backendtrafficpolicy_checkout-retryable.yaml"
	if files(t, folder)[older] == "" || files(t, fresh)[older] != "" {
		t.Fatalf("%s is to come of the older policy alone", older)
	}
	change(t, folder, "policy.yaml", all...)
	_, complaints, err := kpt(t, folder, "fn", "render", "--allow-exec")
	if err != nil {
		t.Fatalf("%v: %s", err, complaints)
	}
	same(t, folder, fresh)
	contains(t, "kpt", complaints, "warning RT3014 [envoy-gateway] BackendTrafficPolicy shop/checkout-retryable was written by an earlier run")
}

func TestAFunctionIsEvaluatedWithWhatItIsGiven(t *testing.T) {
	for about, args := range map[string][]string{
		"a flag":             {"--exec", "retryctl fn --to envoy-gateway"},
		"an argument":        {"--exec", "retryctl fn", "--", "to=envoy-gateway"},
		"a Config":           {"--exec", "retryctl fn", "--fn-config", "retries.yaml"},
		"a Config, strictly": {"--exec", "retryctl fn --strict", "--fn-config", "retries.yaml"},
	} {
		folder := copied(t, "")
		if _, complaints, err := kpt(t, folder, append([]string{"fn", "eval", "."}, args...)...); err != nil {
			t.Fatalf("%s: %v: %s", about, err, complaints)
		}
		becomes(t, folder, true)
	}
}

func TestAValidatorChangesNothing(t *testing.T) {
	as := []string{"mutators:", "validators:", "exec: retryctl fn", "exec: retryctl fn --validate"}
	folder := copied(t, "Kptfile", as...)
	before := files(t, folder)
	if _, complaints, err := kpt(t, folder, "fn", "render", "--allow-exec"); err != nil {
		t.Fatalf("%v: %s", err, complaints)
	}
	for name, text := range files(t, folder) {
		if before[name] != text {
			t.Errorf("%s is changed, or new:\n%s", name, text)
		}
	}
	change(t, folder, "policy.yaml", "maxRetries: 2", "maxRetries: -2")
	_, complaints, err := kpt(t, folder, "fn", "render", "--allow-exec")
	if err == nil {
		t.Error("a validator lets a bad policy pass")
	}
	contains(t, "kpt", complaints, "error RT1004 spec.maxRetries")
}
