// Package argocd does with docs/examples/argocd what Argo CD's plugin server does, as
// far as that can be done without it: the whole of it takes about six minutes of CPU
// to build, so it is in the module server below, which is not run with this one.
package argocd

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"retryctl.dev/golden/built"
)

var update = flag.Bool("update", false, "write anew what the application comes to, and fail")

const example = "../../docs/examples/argocd"

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(built.Run(m, nil, built.Retryctl("../..")))
}

// A command is what Argo CD takes for one (cmpserver/plugin/config.go of v3.5.7).
type command struct {
	Command []string `json:"command"`
	Args    []string `json:"args"`
}

// A plugin is of the fields of a ConfigManagementPlugin those that are used.
type plugin struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Spec struct {
		Discover struct {
			Find command `json:"find"`
		} `json:"discover"`
		Generate   command `json:"generate"`
		Parameters struct {
			Static []struct {
				Name    string `json:"name"`
				Title   string `json:"title"`
				Tooltip string `json:"tooltip"`
				String  string `json:"string"`
			} `json:"static"`
		} `json:"parameters"`
	} `json:"spec"`
}

func read(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(example, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// call runs a command as Argo CD does: in the folder of the application, without
// standard input. Standard error is shown to people only if it fails.
func (c command) call(t *testing.T, folder string, env ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := exec.Command(c.Command[0], append(c.Command[1:], c.Args...)...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), env...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err = cmd.Run()
	return strings.TrimSuffix(out.String(), "\n"), complaints.String(), err
}

// copied gives a copy of the application in which texts of one file are others.
func copied(t *testing.T, name string, changes ...string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("app")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(changes); n += 2 {
		if !strings.Contains(string(text), changes[n]) {
			t.Fatalf("%s does not hold %q", name, changes[n])
		}
	}
	write(t, folder, name, strings.NewReplacer(changes...).Replace(string(text)))
	return folder
}

func write(t *testing.T, folder, name, text string) {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestTheApplicationIsGenerated(t *testing.T) {
	var p plugin
	read(t, "plugin.yaml", &p)
	if p.APIVersion != "argoproj.io/v1alpha1" || p.Kind != "ConfigManagementPlugin" || p.Metadata.Name == "" {
		t.Errorf("this is a %s %s named %q", p.APIVersion, p.Kind, p.Metadata.Name)
	}
	for _, env := range [][]string{nil, {"PARAM_TO=envoy-gateway"}} {
		out, complaints, err := p.Spec.Generate.call(t, "app", env...)
		if err != nil || complaints != "" {
			t.Fatalf("%v: %s", err, complaints)
		}
		want, err := os.ReadFile("generated.yaml")
		if err != nil && !*update {
			t.Fatal(err)
		}
		if out+"\n" == string(want) {
			continue
		}
		t.Errorf("generated.yaml holds\n%s\nand now it is\n%s", want, out)
		if *update {
			write(t, ".", "generated.yaml", out+"\n")
		}
	}
}

func TestWhatDoesNotComeToWhatWasAskedFails(t *testing.T) {
	var p plugin
	read(t, "plugin.yaml", &p)
	for _, c := range []struct {
		about, folder, says string
		env                 []string
	}{
		{"a warning", copied(t, "policy.yaml", "maxRetries: 2", "maxRetries: 2\n  backoff: {baseInterval: 50ms, jitter: None}"), "error RT2005 [envoy-gateway] spec.backoff.jitter", nil},
		{"an error", copied(t, "policy.yaml", "maxRetries: 2", "maxRetries: -2"), "error RT1004 spec.maxRetries", nil},
		{"a policy for nothing", copied(t, "route.yaml", "name: checkout\n  namespace", "name: other\n  namespace"), "error RT3001", nil},
		{"no policy", copied(t, "policy.yaml", "kind: RetryPolicy", "kind: ConfigMap", "retryctl.dev/v1alpha1", "v1"), "no RetryPolicy in the input", nil},
		{"a strange gateway", "app", "one of all, envoy-gateway, istio, ", []string{"PARAM_TO=nginx"}},
		{"words of an application that are for a shell", "app", "one of all, envoy-gateway, istio, ", []string{"PARAM_TO=$(touch pwned); kong --strict=false"}},
	} {
		_, complaints, err := p.Spec.Generate.call(t, c.folder, c.env...)
		if err == nil || !strings.Contains(complaints, c.says) {
			t.Errorf("%s: %v, and it says %s", c.about, err, complaints)
		}
	}
	if _, err := os.Stat("app/pwned"); err == nil {
		t.Error("an application has a shell")
	}
}

func TestOnlyFoldersWithPoliciesAreForThePlugin(t *testing.T) {
	var p plugin
	read(t, "plugin.yaml", &p)
	for about, c := range map[string]struct {
		files map[string]string
		yes   bool
	}{
		"the application": {map[string]string{"a/policy.yml": "apiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\n"}, true},
		"flow style":      {map[string]string{"it is.yaml": "{apiVersion: retryctl.dev/v1alpha1, kind: 'RetryPolicy'}"}, true},
		"JSON":            {map[string]string{"x.json": `{"apiVersion":"retryctl.dev/v1alpha1","kind":"RetryPolicy"}`}, true},
		"a list":          {map[string]string{"x.yaml": "kind: List\nitems:\n- kind: RetryPolicy\n"}, true},
		"one of many":     {map[string]string{"a.yaml": "kind: A\n", "b.yaml": "kind: RetryPolicy\n", "c.yaml": "kind: C\n"}, true},
		"a route":         {map[string]string{"route.yaml": "kind: HTTPRoute\n"}, false},
		"a comment":       {map[string]string{"route.yaml": "# kind: RetryPolicy\nkind: HTTPRoute\n"}, false},
		"prose":           {map[string]string{"README.md": "kind: RetryPolicy\n"}, false},
		"hidden files":    {map[string]string{".github/x.yaml": "kind: RetryPolicy\n", "a/.x.yaml": "kind: RetryPolicy\n"}, false},
		"kustomize":       {map[string]string{"kustomization.yaml": "resources: [policy.yaml]", "policy.yaml": "kind: RetryPolicy\n"}, false},
		"Helm":            {map[string]string{"Chart.yaml": "name: shop", "templates/policy.yaml": "kind: RetryPolicy\n"}, false},
	} {
		folder := t.TempDir()
		for name, text := range c.files {
			write(t, folder, name, text)
		}
		out, complaints, err := p.Spec.Discover.Find.call(t, folder)
		if err != nil || complaints != "" || (out != "") != c.yes {
			t.Errorf("%s: %v, prints %q and says %q", about, err, out, complaints)
		}
	}
}

// TestTheParameterIsWhatIsTaken compares what the user interface shows with what is
// done, and with what the Application sets.
func TestTheParameterIsWhatIsTaken(t *testing.T) {
	var p plugin
	read(t, "plugin.yaml", &p)
	if static := p.Spec.Parameters.Static; len(static) != 1 || static[0].Name != "to" ||
		!strings.Contains(p.Spec.Generate.Args[0], `"${PARAM_TO:-`+static[0].String+`}"`) {
		t.Errorf("%v is announced, and generate is %q", p.Spec.Parameters, p.Spec.Generate.Args)
	}
	var application struct {
		Spec struct {
			Source struct {
				Plugin struct {
					Name       string
					Parameters []struct{ Name, String string }
				}
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(example, "application.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &application); err != nil {
		t.Fatal(err)
	}
	if used := application.Spec.Source.Plugin; used.Name != p.Metadata.Name || len(used.Parameters) != 1 || used.Parameters[0].Name != "to" {
		t.Errorf("the Application is for the plugin %v, and it is %s", used, p.Metadata.Name)
	}
}
