package kpt

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/runfn"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"
)

// A kptfile is of the fields of kpt.dev/v1 those that the example uses.
type kptfile struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name        string            `json:"name"`
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata"`
	Info     struct{ Description string } `json:"info"`
	Pipeline struct {
		Mutators []struct {
			Exec       string `json:"exec"`
			ConfigPath string `json:"configPath"`
		} `json:"mutators"`
	} `json:"pipeline"`
}

// render does with a package what its Kptfile asks for: each function is started
// with the files of the package as items, which are written back.
func render(t *testing.T, folder, results string) error {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "Kptfile"))
	if err != nil {
		t.Fatal(err)
	}
	var k kptfile
	if err := yaml.UnmarshalStrict(text, &k); err != nil {
		t.Fatal(err)
	}
	if k.APIVersion != "kpt.dev/v1" || k.Kind != "Kptfile" || k.Metadata.Name == "" || len(k.Pipeline.Mutators) == 0 {
		t.Fatalf("this is no Kptfile with a pipeline:\n%s", text)
	}
	var functions []*kyaml.RNode
	for _, mutator := range k.Pipeline.Mutators {
		config, err := kyaml.ReadFile(filepath.Join(folder, mutator.ConfigPath))
		if err != nil {
			t.Fatal(err)
		}
		words := strings.Fields(mutator.Exec) // as kpt splits them, if none is quoted
		path, err := filepath.Abs(filepath.Join(bin, words[0]))
		if err != nil {
			t.Fatal(err)
		}
		start := "exec: {path: " + path + ", args: [" + strings.Join(words[1:], ", ") + "]}"
		if err := config.PipeE(kyaml.SetAnnotation("config.kubernetes.io/function", start)); err != nil {
			t.Fatal(err)
		}
		functions = append(functions, config)
	}
	return runfn.RunFns{Path: folder, Functions: functions, EnableExec: true, ResultsDir: results, WorkingDir: folder}.Execute()
}

func TestTheFunctionDoesTheSameToFilesOfAPackageWithoutKpt(t *testing.T) {
	folder := copied(t, "")
	for range 2 {
		if err := render(t, folder, ""); err != nil {
			t.Fatal(err)
		}
		becomes(t, folder, true)
	}
}

func TestResultsAreKeptWithoutKpt(t *testing.T) {
	results := t.TempDir()
	if err := render(t, copied(t, "policy.yaml", inexact...), results); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(results, "results-0.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, "results-0.yaml", string(kept), "severity: warning", "path: spec.backoff.jitter", "path: policy.yaml", "code: RT2005")
}

func TestAnErrorLeavesThePackageAloneWithoutKpt(t *testing.T) {
	folder := copied(t, "policy.yaml", "maxRetries: 2", "maxRetries: -2")
	before := t.TempDir()
	if err := os.CopyFS(before, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	if err := render(t, folder, ""); err == nil {
		t.Error("it succeeds")
	}
	same(t, folder, before)
}
