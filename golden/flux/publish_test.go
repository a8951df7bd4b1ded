package flux

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"sigs.k8s.io/yaml"
)

func TestTheFolderIsPublished(t *testing.T) {
	repo, url := checkout(t, ""), start(t)+"/shop:main"
	output, err := publish(t, repo, "oci://"+url, "deploy")
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	folder, meta, err := pull(t, url)
	if err != nil {
		t.Fatal(err)
	}
	if want := "main@sha1:" + git(t, repo, "rev-parse", "HEAD"); meta.Revision != want || meta.Source != "https://git.example.com/shop.git" {
		t.Errorf("the artifact is of %s in %s, and %s is expected", meta.Revision, meta.Source, want)
	}
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 1 {
		t.Fatalf("%v: the artifact has %v", err, files)
	}
	got, err := os.ReadFile(filepath.Join(folder, "manifests.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("published.yaml")
	if err != nil && !*update {
		t.Fatal(err)
	}
	if string(got) == string(want) {
		return
	}
	t.Errorf("published.yaml holds\n%s\nand now it is\n%s", want, got)
	if *update {
		if err := os.WriteFile("published.yaml", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatDoesNotComeToWhatWasAskedIsNotPublished(t *testing.T) {
	host := start(t)
	empty := checkout(t, "")
	if err := os.Mkdir(filepath.Join(empty, "nothing"), 0o755); err != nil {
		t.Fatal(err)
	}
	only := checkout(t, "")
	if err := os.Mkdir(filepath.Join(only, "policies"), 0o755); err != nil {
		t.Fatal(err)
	}
	const config = "apiVersion: retryctl.dev/v1alpha1\nkind: Config\nmetadata: {name: a}\nspec: {}\n"
	if err := os.WriteFile(filepath.Join(only, "policies", "config.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	const policy = "policies/checkout.yaml"
	for _, c := range []struct{ about, repo, folder, says, code string }{
		{"a warning", checkout(t, policy, "maxRetries: 2", "maxRetries: 2\n  backoff: {baseInterval: 50ms, jitter: None}"), "deploy", "error RT2005 [envoy-gateway] spec.backoff.jitter", "RT2005"},
		{"an error", checkout(t, policy, "maxRetries: 2", "maxRetries: -2"), "deploy", "error RT1004 spec.maxRetries", "RT1004"},
		{"no policy", checkout(t, policy, "kind: RetryPolicy", "kind: Secret", "retryctl.dev/v1alpha1", "v1"), "deploy", "no RetryPolicy in the input", "RT1012"},
		{"no policy, and nothing else", only, "policies", "no RetryPolicy in the input", "RT1012"},
		{"no file", empty, "nothing", "no .yaml, .yml or .json file in the folder", ""},
		{"no folder", empty, "nowhere", "no such file or directory", ""},
	} {
		output, err := publish(t, c.repo, "oci://"+host+"/shop:main", c.folder)
		if err == nil || !strings.Contains(output, c.says) {
			t.Errorf("%s: %v, and it says %s", c.about, err, output)
		}
		if _, _, err := pull(t, host+"/shop:main"); err == nil || !strings.Contains(err.Error(), "NAME_UNKNOWN") {
			t.Errorf("%s: it is published (%v)", c.about, err)
		}
		if c.code == "" {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(c.repo, "findings.json"))
		if err != nil {
			t.Fatal(err)
		}
		var findings []struct{ Code string }
		if err := json.Unmarshal(raw, &findings); err != nil || len(findings) != 1 || findings[0].Code != c.code {
			t.Errorf("%s: %v, and findings.json is %s", c.about, err, raw)
		}
	}
}

func TestAMissingProgramFailsTheScript(t *testing.T) {
	repo, host := checkout(t, ""), start(t)
	t.Setenv("PATH", without(t, "retryctl"))
	if output, err := publish(t, repo, "oci://"+host+"/shop:main", "deploy"); err == nil || !strings.Contains(output, "retryctl: ") {
		t.Errorf("%v, and it says %s", err, output)
	}
}

// without gives a PATH that has everything but one program.
func without(t *testing.T, program string) string {
	t.Helper()
	var kept []string
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(folder, program)); err != nil {
			kept = append(kept, folder)
		}
	}
	return strings.Join(kept, string(filepath.ListSeparator))
}

func TestTheArtifactSaysWhatBranchOfAPipelineItIsOf(t *testing.T) {
	repo, url := checkout(t, ""), start(t)+"/shop:main"
	git(t, repo, "checkout", "-q", "--detach")
	t.Setenv("GITHUB_REF_NAME", "release-1")
	if output, err := publish(t, repo, "oci://"+url, "deploy"); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	if _, meta, err := pull(t, url); err != nil || !strings.HasPrefix(meta.Revision, "release-1@sha1:") {
		t.Errorf("%v: the revision is %v", err, meta)
	}
}

func TestFindingsAreAnnotationsWhereThePipelineWantsThem(t *testing.T) {
	repo := checkout(t, "policies/checkout.yaml", "maxRetries: 2", "maxRetries: -2")
	t.Setenv("FINDINGS", "github")
	output, err := publish(t, repo, "oci://"+start(t)+"/shop:main", "deploy")
	if err == nil || !strings.Contains(output, "::error file=deploy/policies/checkout.yaml,line=11,") {
		t.Errorf("%v, and it says %s", err, output)
	}
}

// TestTheClusterTakesTheFiles reads them into Flux's own types.
func TestTheClusterTakesTheFiles(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(example, "cluster.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	docs := strings.Split(string(text), "\n---\n")
	if len(docs) != 2 {
		t.Fatalf("%d documents", len(docs))
	}
	var source sourcev1.OCIRepository
	if err := yaml.UnmarshalStrict([]byte(docs[0]), &source); err != nil || source.APIVersion != sourcev1.GroupVersion.String() || source.Kind != sourcev1.OCIRepositoryKind {
		t.Errorf("%v: this is a %s %s", err, source.APIVersion, source.Kind)
	}
	var apply kustomizev1.Kustomization
	if err := yaml.UnmarshalStrict([]byte(docs[1]), &apply); err != nil || apply.APIVersion != kustomizev1.GroupVersion.String() || apply.Kind != kustomizev1.KustomizationKind {
		t.Errorf("%v: this is a %s %s", err, apply.APIVersion, apply.Kind)
	}
	if from := apply.Spec.SourceRef; from.Kind != source.Kind || from.Name != source.Name {
		t.Errorf("the Kustomization is of %v, and the source is %s", from, source.Name)
	}
	script, err := os.ReadFile(filepath.Join(example, "publish.sh"))
	if err != nil || !strings.Contains(string(script), "publish.sh "+source.Spec.URL+":"+source.Spec.Reference.Tag+" ") {
		t.Errorf("%v: the script shows another artifact than %s:%s", err, source.Spec.URL, source.Spec.Reference.Tag)
	}
}
