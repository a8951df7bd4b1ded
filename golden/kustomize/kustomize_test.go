// Package kustomize runs retryctl as a function of the real kustomize, which is a
// tool of this module, in every layout that docs/kustomize.md shows.
package kustomize

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"retryctl.dev/golden/built"
)

var update = flag.Bool("update", false, "write what layouts come to anew, and fail")

// layouts are folders below this one. Each holds expected.yaml, and findings.txt
// if there is something to say.
var layouts = []string{
	"generator", "generator-files", "transformer", "overlays/staging", "overlays/prod", "prefix", "prefix-overlay", "references",
}

// bin holds kustomize and retryctl.
var bin string

func TestMain(m *testing.M) {
	flag.Parse()
	ready := func(folder string) error {
		bin = folder
		return nil
	}
	os.Exit(built.Run(m, ready, built.Program{Dir: ".", Name: "kustomize", Package: "sigs.k8s.io/kustomize/kustomize/v5"}, built.Retryctl("../..")))
}

// build runs kustomize build over a folder with retryctl in the path.
func build(t *testing.T, folder string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := exec.Command(filepath.Join(bin, "kustomize"), append(append([]string{"build"}, args...), folder)...)
	cmd.Env = append(os.Environ(), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err = cmd.Run()
	return out.String(), complaints.String(), err
}

var both = []string{"--enable-alpha-plugins", "--enable-exec"}

func TestEveryLayoutComesToWhatIsRecorded(t *testing.T) {
	for _, layout := range layouts {
		t.Run(layout, func(t *testing.T) {
			out, findings, err := build(t, layout, both...)
			if err != nil {
				t.Fatalf("%v: %s", err, findings)
			}
			compare(t, filepath.Join(layout, "expected.yaml"), out)
			compare(t, filepath.Join(layout, "findings.txt"), findings)
		})
	}
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	want, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if string(want) == got {
		return
	}
	t.Errorf("%s holds\n%s\nand now it is\n%s", name, want, got)
	if !*update {
		return
	}
	if got == "" {
		err = os.Remove(name)
	} else {
		err = os.WriteFile(name, []byte(got), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// copied gives a copy of a layout in which a text of one file is another.
func copied(t *testing.T, layout, name, from, to string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(layout)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), from) {
		t.Fatalf("%s of %s does not hold %q", name, layout, from)
	}
	if err := os.WriteFile(filepath.Join(folder, name), []byte(strings.ReplaceAll(string(text), from, to)), 0o644); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestAPolicyWithAnErrorFailsTheBuildAndPrintsNothing(t *testing.T) {
	for _, layout := range []string{"generator", "generator-files", "transformer"} {
		out, complaints, err := build(t, copied(t, layout, "policy.yaml", "maxRetries: 2", "maxRetries: many"), both...)
		if err == nil || out != "" || !strings.Contains(complaints, "error RT1003 spec.maxRetries") {
			t.Errorf("%s: %v, prints %q and says %q", layout, err, out, complaints)
		}
	}
}

func TestAnEditThatAGeneratorCannotMakeFailsTheBuild(t *testing.T) {
	folder := copied(t, "generator-files", "policy.yaml", "conditions: [ConnectFailure, RefusedStream]", "statusCodes: [503]")
	out, complaints, err := build(t, folder, both...)
	if err == nil || out != "" || !strings.Contains(complaints, "HTTPRoute shop/checkout: error RT3010") {
		t.Errorf("%v, prints %q and says %q", err, out, complaints)
	}
}

func TestAValidatorFailsTheBuild(t *testing.T) {
	folder := copied(t, "transformer", "kustomization.yaml", "transformers:\n- retries.yaml\n", "")
	if out, complaints, err := build(t, folder, both...); err != nil || !strings.Contains(out, "kind: HTTPRoute") {
		t.Errorf("with a good policy: %v, prints %q and says %q", err, out, complaints)
	}
	folder = copied(t, folder, "policy.yaml", "maxRetries: 2", "maxRetries: -1")
	if out, complaints, err := build(t, folder, both...); err == nil || out != "" || !strings.Contains(complaints, "error RT1004 spec.maxRetries") {
		t.Errorf("with a bad one: %v, prints %q and says %q", err, out, complaints)
	}
}

func TestWithoutBothFlagsNothingIsTranslated(t *testing.T) {
	if out, complaints, err := build(t, "generator"); err == nil || out != "" || !strings.Contains(complaints, "external plugins disabled") {
		t.Errorf("without flags: %v, prints %q and says %q", err, out, complaints)
	}
	out, complaints, err := build(t, "generator", "--enable-alpha-plugins")
	if err != nil || strings.Contains(out, "BackendTrafficPolicy") || complaints != "" {
		t.Errorf("without --enable-exec: %v, prints %q and says %q", err, out, complaints)
	}
}

func TestAFlagOrTheEnvironmentNamesTheReport(t *testing.T) {
	folder := copied(t, "generator", "policy.yaml", "args: [fn]", "args: [fn, --report, findings.json]")
	byEnvironment := filepath.Join(t.TempDir(), "report.json")
	if _, complaints, err := build(t, folder, both...); err != nil {
		t.Fatalf("%v: %s", err, complaints)
	}
	t.Setenv("RETRYCTL_REPORT", byEnvironment)
	if _, complaints, err := build(t, "generator", both...); err != nil {
		t.Fatalf("%v: %s", err, complaints)
	}
	for _, report := range []string{filepath.Join(folder, "findings.json"), byEnvironment} {
		raw, err := os.ReadFile(report)
		if err != nil {
			t.Fatal(err)
		}
		var findings []struct{ Code, Object string }
		if err := json.Unmarshal(raw, &findings); err != nil || len(findings) != 1 || findings[0].Code != "RT3001" {
			t.Errorf("%v: %s", err, raw)
		}
	}
}

// TestTheImageIsAFunction has a stand-in for docker run what the Dockerfile says
// that the image runs.
func TestTheImageIsAFunction(t *testing.T) {
	dockerfile, err := os.ReadFile("../../cmd/retryctl/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, found := range regexp.MustCompile(`(?m)^(?:ENTRYPOINT|CMD) (\[.*\])$`).FindAllStringSubmatch(string(dockerfile), -1) {
		var some []string
		if err := json.Unmarshal([]byte(found[1]), &some); err != nil {
			t.Fatal(err)
		}
		words = append(words, some...)
	}
	if len(words) < 2 || words[0] != "/retryctl" {
		t.Fatalf("the image runs %q", words)
	}
	docker := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\necho \"$@\" > %q\nexec %q %s\n",
		filepath.Join(docker, "args"), filepath.Join(bin, "retryctl"), strings.Join(words[1:], " "))
	if err := os.WriteFile(filepath.Join(docker, "docker"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", docker+string(filepath.ListSeparator)+os.Getenv("PATH"))
	folder := copied(t, "generator", "policy.yaml", "exec: {path: retryctl, args: [fn]}", "container: {image: example.com/retryctl:1}")
	out, complaints, err := build(t, folder, "--enable-alpha-plugins")
	if err != nil {
		t.Fatalf("%v: %s", err, complaints)
	}
	compare(t, "generator/expected.yaml", out)
	args, err := os.ReadFile(filepath.Join(docker, "args"))
	if err != nil || !strings.HasSuffix(strings.TrimSpace(string(args)), "example.com/retryctl:1") {
		t.Errorf("%v: docker was given %q, and an image without arguments is expected", err, args)
	}
}

// TestTheDocsNameEveryLayout, and no folder that is not there.
func TestTheDocsNameEveryLayout(t *testing.T) {
	docs, err := os.ReadFile("../../docs/kustomize.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, layout := range layouts {
		top, _, _ := strings.Cut(layout, "/")
		if !strings.Contains(string(docs), "(../golden/kustomize/"+top) {
			t.Errorf("docs/kustomize.md does not show %s", layout)
		}
	}
	for _, found := range regexp.MustCompile(`\(\.\./golden/kustomize/([^)]*)\)`).FindAllStringSubmatch(string(docs), -1) {
		if _, err := os.Stat(found[1]); err != nil {
			t.Error(err)
		}
	}
}

// TestAPrefixReachesEveryReference has resources whose names all begin with old-,
// and their references too. Every layout with a prefix has the same list of fields.
func TestAPrefixReachesEveryReference(t *testing.T) {
	out, complaints, err := build(t, "references")
	if err != nil {
		t.Fatalf("%v: %s", err, complaints)
	}
	references := 0
	for n, line := range strings.Split(out, "\n") {
		references += strings.Count(line, "blue-old-")
		if strings.Contains(strings.ReplaceAll(line, "blue-old-", ""), "old-") {
			t.Errorf("line %d has an old name: %s", n+1, line)
		}
	}
	if references < 80 {
		t.Errorf("there are %d names: more are expected", references)
	}
	list, err := os.ReadFile("references/references.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, layout := range []string{"prefix", "prefix-overlay"} {
		if other, err := os.ReadFile(filepath.Join(layout, "references.yaml")); err != nil || !bytes.Equal(list, other) {
			t.Errorf("%v: references.yaml of %s is not that of references", err, layout)
		}
	}
}

// TestAComponentKeepsTheAnnotationsThatABaseAdds has kustomize lay a Component over a
// base that adds annotations to objects which retryctl has read without them.
func TestAComponentKeepsTheAnnotationsThatABaseAdds(t *testing.T) {
	const route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: pay, namespace: shop, annotations: %s}\nspec: {parentRefs: [{name: edge}], rules: [{backendRefs: [{name: pay, port: 80}]}]}\n"
	const policy = "---\napiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\nmetadata: {name: pay, namespace: shop}\nspec: {targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: pay}], maxRetries: 2, retryOn: {statusCodes: [503]}}\n"
	const older = `{own: "1", konghq.com/plugins: old, retryctl.dev/undo-kong: '{"metadata":{"annotations":{"konghq.com/plugins":{"+":"old"}}}}'}`
	for about, c := range map[string]struct {
		annotations, policy, to string
		has, lacks              []string
	}{
		"none of its own":       {"{}", policy, "envoy-gateway", []string{"team: blue", "retryctl.dev/undo-envoy-gateway: '", "name: rule-0-retryable"}, nil},
		"an older run's to go":  {older, "", "kong", []string{"team: blue", `own: "1"`}, []string{"konghq.com", "retryctl.dev", "null"}},
		"some of its own stays": {`{own: "1"}`, policy, "envoy-gateway", []string{"team: blue", `own: "1"`, "retryctl.dev/undo-envoy-gateway: '"}, nil},
	} {
		folder := t.TempDir()
		for name, text := range map[string]string{
			"base/route.yaml":         fmt.Sprintf(route, c.annotations),
			"base/kustomization.yaml": "resources: [route.yaml]\ncommonAnnotations: {team: blue}\n",
			"app/kustomization.yaml":  "resources: [../base]\ncomponents: [../retries]\n",
			"policy.yaml":             c.policy,
		} {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		translate := exec.Command(filepath.Join(bin, "retryctl"), "translate", "-f", "base/route.yaml", "-f", "policy.yaml", "--allow-empty", "--to", c.to, "-o", "kustomize", "--output-dir", "retries")
		translate.Dir = folder
		if text, err := translate.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", about, err, text)
		}
		out, complaints, err := build(t, filepath.Join(folder, "app"))
		if err != nil {
			t.Fatalf("%s: %v: %s", about, err, complaints)
		}
		_, out, _ = strings.Cut(out, "kind: HTTPRoute\n")
		for _, text := range c.has {
			if !strings.Contains(out, text) {
				t.Errorf("%s: %s is missing in\n%s", about, text, out)
			}
		}
		for _, text := range c.lacks {
			if strings.Contains(out, text) {
				t.Errorf("%s: %s is in\n%s", about, text, out)
			}
		}
	}
}

// TestAValidatorThatEchoesItsItemsIsRefused holds the reason for --validate: of the
// function that prints what it was given kustomize says that it changes it.
func TestAValidatorThatEchoesItsItemsIsRefused(t *testing.T) {
	folder := copied(t, "transformer", "kustomization.yaml", "transformers:\n- retries.yaml\n", "")
	folder = copied(t, folder, "check.yaml", "exec: {path: retryctl, args: [fn, --validate, --split, always]}", "exec: {path: cat}")
	out, complaints, err := build(t, folder, both...)
	if err == nil || out != "" || !strings.Contains(complaints, "validator shouldn't modify the resource map") {
		t.Errorf("cat as a validator: %v, prints %q and says %q", err, out, complaints)
	}
}
