// Package helm runs retryctl as a post-renderer of the real helm, which is a tool of
// this module, with the plugin of docs/examples/helm.
package helm

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/golden/built"
)

var update = flag.Bool("update", false, "write expected.yaml anew, and fail")

// example holds the plugin that people install.
const example = "../../docs/examples/helm"

// bin holds helm and retryctl; home is what helm keeps, its plugins among it.
var bin, home string

func TestMain(m *testing.M) {
	flag.Parse()
	ready := func(folder string) error {
		bin, home = folder, filepath.Join(folder, "home")
		return install(folder)
	}
	os.Exit(built.Run(m, ready, built.Program{Dir: ".", Name: "helm", Package: "helm.sh/helm/v4/cmd/helm"}, built.Retryctl("../..")))
}

// install has helm install the plugin of the example, and one that changes nothing.
func install(folder string) error {
	echo := filepath.Join(folder, "echo")
	if err := os.Mkdir(echo, 0o755); err != nil {
		return err
	}
	plugin := "apiVersion: v1\nname: echo\nversion: 0.1.0\ntype: postrenderer/v1\nruntime: subprocess\nruntimeConfig:\n  platformCommand:\n  - command: cat\n"
	if err := os.WriteFile(filepath.Join(echo, "plugin.yaml"), []byte(plugin), 0o644); err != nil {
		return err
	}
	for _, path := range []string{example, echo} {
		if out, complaints, err := helm(nil, "plugin", "install", path); err != nil {
			return fmt.Errorf("install the plugin %s: %w\n%s%s", path, err, out, complaints)
		}
	}
	return nil
}

// helm runs helm with retryctl in the path, and without a cluster.
func helm(environment []string, args ...string) (stdout, stderr string, err error) {
	cmd := exec.Command(filepath.Join(bin, "helm"), args...)
	cmd.Env = append(os.Environ(), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"), "RETRYCTL_REPORT=", "HELM_PLUGINS="+filepath.Join(home, "data", "plugins"), "KUBECONFIG="+os.DevNull,
		"HELM_DATA_HOME="+filepath.Join(home, "data"), "HELM_CONFIG_HOME="+filepath.Join(home, "config"), "HELM_CACHE_HOME="+filepath.Join(home, "cache"))
	cmd.Env = append(cmd.Env, environment...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err = cmd.Run()
	return out.String(), complaints.String(), err
}

// rendering is a run of helm template with the chart.
type rendering struct {
	values []string // of --set
	by     string   // the post-renderer; none if empty
	args   []string // of the post-renderer
}

func (r rendering) run(t *testing.T) (out, complaints, report string, err error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	args := []string{"template", "release", "chart", "--namespace", "shop"}
	for _, value := range r.values {
		args = append(args, "--set", value)
	}
	if r.by != "" {
		args = append(args, "--post-renderer", r.by)
	}
	for _, arg := range r.args {
		args = append(args, "--post-renderer-args="+arg)
	}
	out, complaints, err = helm([]string{"RETRYCTL_REPORT=" + file}, args...)
	raw, missing := os.ReadFile(file)
	if missing != nil && r.by == "retryctl" {
		t.Errorf("no report: %v", missing)
	}
	return out, complaints, string(raw), err
}

func (r rendering) succeeds(t *testing.T) (out, report string) {
	t.Helper()
	out, complaints, report, err := r.run(t)
	if err != nil || complaints != "" {
		t.Fatalf("%v: %s\n%s", err, complaints, report)
	}
	return out, report
}

// documents takes the output of helm apart. How many blank lines are behind each
// depends on what comes next.
func documents(out string) []string {
	list := strings.Split(strings.TrimPrefix(out, "---\n"), "\n---\n")
	for n := range list {
		list[n] = strings.TrimSpace(list[n])
	}
	return list
}

func TestAChartComesToWhatIsRecorded(t *testing.T) {
	out, report := rendering{by: "retryctl", args: []string{"--to=envoy-gateway"}}.succeeds(t)
	if report != "[]\n" {
		t.Errorf("the report holds %s", report)
	}
	if again, _ := (rendering{by: "retryctl", args: []string{"--to=envoy-gateway"}}).succeeds(t); again != out {
		t.Errorf("the first time it is\n%s\nand the second time\n%s", out, again)
	}
	want, err := os.ReadFile("expected.yaml")
	if err == nil && string(want) == out {
		return
	}
	t.Errorf("expected.yaml holds\n%s\nand now it is\n%s", want, out)
	if *update {
		if err := os.WriteFile("expected.yaml", []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Helm writes every document anew where there is a post-renderer, so that the bytes
// to compare with are those of one which changes nothing.
func TestWhatIsNotEditedHasTheBytesOfARendererThatChangesNothing(t *testing.T) {
	for target, edited := range map[string]string{"envoy-gateway": "kind: HTTPRoute", "kong": "kind: Service\nmetadata"} {
		plain, _ := rendering{by: "echo"}.succeeds(t)
		out, _ := rendering{by: "retryctl", args: []string{"--to=" + target, "--strict=false"}}.succeeds(t)
		kept := 0
		for _, document := range documents(plain) {
			switch there := slices.Contains(documents(out), document); {
			case strings.Contains(document, "kind: RetryPolicy"), strings.Contains(document, edited):
				if there {
					t.Errorf("%s: as it was there is still\n%s", target, document)
				}
			case !there:
				t.Errorf("%s: of\n%s\nthere is no\n%s", target, out, document)
			default:
				kept++
			}
		}
		if kept < 6 || strings.Contains(out, "postrenderer.helm.sh") || strings.Contains(out, "kind: RetryPolicy") {
			t.Errorf("%s: %d documents are as they were in\n%s", target, kept, out)
		}
	}
}

func TestAnEditedObjectStaysInItsTemplate(t *testing.T) {
	out, _ := rendering{by: "retryctl", args: []string{"--to=envoy-gateway"}}.succeeds(t)
	for _, document := range documents(out) {
		if strings.Contains(document, "\nkind: HTTPRoute\n") {
			if !strings.HasPrefix(document, "# Source: shop/templates/route.yaml\n# The way into the shop.\n") || strings.Count(document, "backendRefs:") != 2 {
				t.Errorf("the route is\n%s", document)
			}
			return
		}
	}
	t.Errorf("there is no route in\n%s", out)
}

// findings reads a report.
func findings(t *testing.T, report string) (list []struct{ Code, Severity, Message string }) {
	t.Helper()
	if err := json.Unmarshal([]byte(report), &list); err != nil {
		t.Fatalf("%v: %s", err, report)
	}
	return list
}

func TestAWarningIsAnErrorUnlessItIsAskedFor(t *testing.T) {
	_, report := rendering{by: "retryctl", args: []string{"--to=kong", "--strict=false"}}.succeeds(t)
	if list := findings(t, report); len(list) != 1 || list[0].Code != "RT2003" || list[0].Severity != "warning" {
		t.Errorf("the report holds %s", report)
	}
	out, complaints, report, err := rendering{by: "retryctl", args: []string{"--to=kong"}}.run(t)
	if list := findings(t, report); err == nil || out != "" || len(list) != 1 || list[0].Code != "RT2003" || list[0].Severity != "error" {
		t.Errorf("%v: prints %q and says %q, and the report holds %s", err, out, complaints, report)
	}
}

func TestARunThatFailsPrintsNothingAndTheReportSaysWhy(t *testing.T) {
	for about, c := range map[string]struct {
		rendering
		code, says string
	}{
		"a bad policy":      {rendering{values: []string{"retries=many"}, args: []string{"--to=envoy-gateway", "--strict=false"}}, "RT1003", "many"},
		"no targets":        {rendering{}, "RT1011", "no targets for RetryPolicy shop/checkout"},
		"a strange target":  {rendering{args: []string{"--to=nginx"}}, "RT1011", `read target "nginx"`},
		"a strange flag":    {rendering{args: []string{"--two=kong"}}, "RT1011", "unknown flag: --two"},
		"a missing file":    {rendering{args: []string{"--to=kong", "--filename=nowhere.yaml"}}, "RT1011", "read nowhere.yaml: no such file or directory"},
		"no policy":         {rendering{values: []string{"policy=false"}, args: []string{"--to=envoy-gateway"}}, "RT1012", "no RetryPolicy in the input"},
		"two rival targets": {rendering{args: []string{"--to=envoy-gateway,traefik"}}, "RT1013", "envoy-gateway and traefik write it, each in its own way"},
	} {
		c.by = "retryctl"
		out, complaints, report, err := c.run(t)
		told := false
		for _, f := range findings(t, report) {
			told = told || f.Code == c.code && f.Severity == "error" && strings.Contains(f.Message, c.says)
		}
		if err == nil || out != "" || !told {
			t.Errorf("%s: %v, prints %q and says %q, and the report holds %s", about, err, out, complaints, report)
		}
		if !strings.Contains(complaints, `plugin "retryctl" exited with error`) || strings.Contains(complaints, c.says) {
			t.Errorf("%s: the README tells what helm shows, and it is not %q", about, complaints)
		}
	}
}

func TestAChartWithoutAPolicyIsPassed(t *testing.T) {
	values := []string{"policy=false"}
	plain, _ := rendering{values: values, by: "echo"}.succeeds(t)
	out, report := rendering{values: values, by: "retryctl", args: []string{"--to=envoy-gateway", "--strict=false"}}.succeeds(t)
	if list := findings(t, report); out != plain || len(list) != 1 || list[0].Code != "RT1012" || list[0].Severity != "warning" {
		t.Errorf("the report holds %s, and of\n%s\nit made\n%s", report, plain, out)
	}
}

func TestPoliciesMayComeFromAFile(t *testing.T) {
	inside, _ := rendering{by: "retryctl", args: []string{"--to=envoy-gateway"}}.succeeds(t)
	for about, args := range map[string][]string{
		"a policy":                     {"--filename=" + filepath.Join(example, "policy.yaml"), "--to=envoy-gateway"},
		"a policy that names a target": {"--filename=" + filepath.Join(example, "policy.yaml")},
		"a Config that names both":     {"--filename=" + filepath.Join(example, "retries.yaml")},
	} {
		out, report := rendering{values: []string{"policy=false"}, by: "retryctl", args: args}.succeeds(t)
		numbered := regexp.MustCompile(`generated-by-postrender-\d+`)
		if numbered.ReplaceAllString(out, "") != numbered.ReplaceAllString(inside, "") || report != "[]\n" {
			t.Errorf("%s: the report holds %s, and of the chart comes\n%s\nand from inside it\n%s", about, report, out, inside)
		}
	}
}

func TestAReleaseIsTriedWithoutACluster(t *testing.T) {
	out, complaints, err := helm(nil, "install", "release", "chart", "--namespace", "shop", "--dry-run=client", "--post-renderer", "retryctl", "--post-renderer-args=--to=envoy-gateway")
	if err != nil {
		t.Fatalf("%v: %s", err, complaints)
	}
	hooks, manifest, ok := strings.Cut(out, "MANIFEST:\n")
	if !ok || strings.Count(hooks, "# Source: shop/templates/hook.yaml\n") != 2 || strings.Count(manifest, "kind: BackendTrafficPolicy") != 2 || strings.Contains(out, "kind: RetryPolicy") {
		t.Errorf("printed\n%s", out)
	}
}
