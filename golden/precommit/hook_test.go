package precommit

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const policy = `apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: api, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: api}]
  maxRetries: 2
  retryOn: {conditions: [ConnectFailure]}
`

// mixed is what a repository has beside policies, and what the hook is silent about.
var mixed = map[string]string{
	"prod/policy.yaml":            policy,
	"staging/policy.yaml":         policy, // the same policy for another environment
	"prod/service.yml":            "apiVersion: v1\nkind: Service\nmetadata: {name: api}\n---\n---\n",
	"chart/Chart.yaml":            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
	"chart/values.yaml":           "replicas: 2\nextra:\n- apiVersion: retryctl.dev/v1alpha1\n",
	"chart/templates/x.yaml":      "{{- if .Values.x }}\napiVersion: v1\nkind: Service\nmetadata: {name: {{ .Release.Name }}}\n{{- end }}\n",
	"charts/a/templates/r.yaml":   "apiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\nmetadata: {name: {{ .Release.Name }}}\n", // excluded
	"overlay/kustomization.yaml":  "resources: [../prod/policy.yaml]\npatches: [{path: more.yaml}, {path: ops.yaml}]\n",
	"overlay/more.yaml":           "apiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\nmetadata: {name: api, namespace: shop}\nspec: {maxRetries: 4}\n",
	"overlay/ops.yaml":            "- {op: replace, path: /spec/maxRetries, value: 4}\n",
	".github/workflows/test.yaml": "on: push\njobs: {a: {runs-on: x, steps: [{uses: a/retryctl.dev/b@v1}]}}\n",
	"package.json":                "{\"name\": \"x\"}\n",
	"empty.yaml":                  "",
	"text.yaml":                   "only a text\n",
	"tabs.yaml":                   "a:\n\tb: c\n",
	"twice.yaml":                  "a: 1\na: 2\n",
	"README.md":                   "# retryctl.dev/v1alpha1\n",
	"with space/ä.yaml":           policy,
}

// repository makes one that uses the hook as the example does.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	config, err := os.ReadFile("../../docs/examples/pre-commit/.pre-commit-config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	head, _ := must(t, hook, "git", "rev-parse", "HEAD")
	text := regexp.MustCompile(`repo: .*`).ReplaceAllString(string(config), "repo: "+hook)
	text = regexp.MustCompile(`rev: .*`).ReplaceAllString(text, "rev: "+strings.TrimSpace(head))
	files = maps.Clone(files)
	files[".pre-commit-config.yaml"] = text
	for name, text := range files {
		name = filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := commit(folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

// with gives mixed with one more file.
func with(name, text string) map[string]string {
	files := maps.Clone(mixed)
	files[name] = text
	return files
}

func TestARepositoryOfManyKindsPassesWithoutAWord(t *testing.T) {
	out, status := must(t, repository(t, mixed), "pre-commit", "run", "--all-files", "--verbose")
	if status != 0 || !regexp.MustCompile(`retryctl validate\.+Passed\n- hook id: retryctl-validate\n- duration: [0-9.]+s\n$`).MatchString(out) {
		t.Errorf("status %d\n%s", status, out)
	}
}

func TestWhatIsWrongWithAPolicyFailsTheHook(t *testing.T) {
	for _, c := range []struct{ about, name, text, says string }{
		{"a field that does not exist", "new/policy.yaml", strings.Replace(policy, "maxRetries", "maxRetrys", 1), "new/policy.yaml:6:3: error RT1002 spec.maxRetrys"},
		{"a policy that is no YAML", "new/policy.yaml", policy + "  - [", "new/policy.yaml:8: error RT1001 not valid YAML"},
		{"a template of a policy", "new/policy.yaml", strings.Replace(policy, "maxRetries: 2", "maxRetries: {{ .Values.retries }}", 1), "new/policy.yaml:6:16: error RT1001 "},
		{"a patch that no kustomization names", "new/patch.yaml", mixed["overlay/more.yaml"], "new/patch.yaml:4:7: error RT1004"},
		{"a policy in the second document", "new/all.yml", mixed["prod/service.yml"] + strings.Replace(policy, "maxRetries: 2", "maxRetries: -1", 1), "new/all.yml:11:15: error RT1004 spec.maxRetries"},
	} {
		out, status := must(t, repository(t, with(c.name, c.text)), "pre-commit", "run", "--all-files")
		if status != 1 || !strings.Contains(out, "Failed") || !strings.Contains(out, "\n"+c.says) || strings.Count(out, ": error RT") != 1 {
			t.Errorf("%s: status %d, %q is expected in\n%s", c.about, status, c.says, out)
		}
	}
}

// TestACommitIsRefused goes the way that a person goes: install, change, commit.
func TestACommitIsRefused(t *testing.T) {
	folder := repository(t, mixed)
	if out, status := must(t, folder, "pre-commit", "install"); status != 0 {
		t.Fatal(out)
	}
	file := filepath.Join(folder, "prod", "policy.yaml")
	if err := os.WriteFile(file, []byte(strings.Replace(policy, "maxRetries: 2", "maxRetries: many", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, status := must(t, folder, "git", "commit", "--all", "--message", "more"); status == 0 || !strings.Contains(out, "prod/policy.yaml:6:15: error RT1003 spec.maxRetries") {
		t.Errorf("status %d\n%s", status, out)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(policy, "maxRetries: 2", "maxRetries: 3", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, status := must(t, folder, "git", "commit", "--all", "--message", "more"); status != 0 || !strings.Contains(out, "Passed") {
		t.Errorf("status %d\n%s", status, out)
	}
	if err := os.WriteFile(filepath.Join(folder, "README.md"), []byte("more\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, status := must(t, folder, "git", "commit", "--all", "--message", "text"); status != 0 || !strings.Contains(out, "Skipped") {
		t.Errorf("status %d\n%s", status, out)
	}
}

func TestWarningsFailTheHookIfItIsStrict(t *testing.T) {
	warned := strings.Replace(policy, "maxRetries: 2\n  retryOn: {conditions: [ConnectFailure]}", "maxRetries: 0\n  backoff: {baseInterval: 100ms}", 1)
	folder := repository(t, with("new/policy.yaml", warned))
	if out, status := must(t, folder, "pre-commit", "run", "--all-files", "--verbose"); status != 0 || !strings.Contains(out, "new/policy.yaml:7:12: warning RT1007") {
		t.Errorf("status %d\n%s", status, out)
	}
	config := filepath.Join(folder, ".pre-commit-config.yaml")
	raw, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, append(raw, "    args: [--strict]\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	must(t, folder, "git", "add", "--all")
	if out, status := must(t, folder, "pre-commit", "run", "--all-files"); status != 1 || !strings.Contains(out, "new/policy.yaml:7:12: error RT1007") {
		t.Errorf("status %d\n%s", status, out)
	}
}

func TestTheHookCanBeTriedWithoutAConfiguration(t *testing.T) {
	out, status := must(t, repository(t, mixed), "pre-commit", "try-repo", hook, "retryctl-validate", "--all-files")
	if status != 1 || !strings.Contains(out, "charts/a/templates/r.yaml:3:19: error RT1001") { // which the example excludes
		t.Errorf("status %d\n%s", status, out)
	}
}

func TestPreCommitTakesTheFiles(t *testing.T) {
	for _, args := range [][]string{
		{"validate-manifest", ".pre-commit-hooks.yaml"},
		{"validate-config", "docs/examples/pre-commit/.pre-commit-config.yaml"},
	} {
		if out, status := must(t, "../..", "pre-commit", args...); status != 0 || out != "" {
			t.Errorf("%s: status %d\n%s", args[0], status, out)
		}
	}
}

// TestTheActionHasItsSchema holds the files for GitHub against the schemas of
// schemastore.org, which come with check-jsonschema.
func TestTheActionHasItsSchema(t *testing.T) {
	for schema, name := range map[string]string{
		"vendor.github-actions": "action.yml", "vendor.github-workflows": "workflow.yml",
	} {
		name = filepath.Join("../../docs/examples/github", name)
		if out, status := must(t, ".", "check-jsonschema", "--builtin-schema", schema, name); status != 0 {
			t.Errorf("%s: status %d\n%s", name, status, out)
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		spoiled := filepath.Join(t.TempDir(), "spoiled.yml")
		if err := os.WriteFile(spoiled, append(raw, "foreign: x\n"...), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, status := must(t, ".", "check-jsonschema", "--builtin-schema", schema, spoiled); status == 0 {
			t.Errorf("%s with a foreign key is taken\n%s", name, out)
		}
	}
}
