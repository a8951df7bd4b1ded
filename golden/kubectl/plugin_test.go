package kubectl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

// TestMain is kubectl's own main where this program is called by that name: a plugin
// takes the place of the process that starts it.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "kubectl" {
		util.CheckErr(cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// path makes a folder with kubectl, retryctl and the plugin the whole of PATH, as
// far as it goes before what was there.
func path(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	program := build(t, folder)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	complete, err := filepath.Abs("../../docs/examples/kubectl/complete.sh")
	if err != nil {
		t.Fatal(err)
	}
	for name, of := range map[string]string{"kubectl": self, "kubectl-retryctl": program, "kubectl_complete-retryctl": complete} {
		if err := os.Symlink(of, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", folder+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("KUBECONFIG", os.DevNull)
	t.Setenv("KUBECTL_EXTERNAL_DIFF", "")
	t.Setenv("RETRYCTL_REPORT", "")
	return folder
}

// call runs a program of the path with a text as its standard input.
func call(t *testing.T, stdin, name string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, complaints bytes.Buffer
	program := exec.Command(name, args...)
	program.Stdin, program.Stdout, program.Stderr = strings.NewReader(stdin), &out, &complaints
	var exit *exec.ExitError
	if err := program.Run(); errors.As(err, &exit) {
		status = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return out.String(), complaints.String(), status
}

const (
	policy = "apiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\nmetadata: {name: api, namespace: shop}\nspec:\n  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: api}]\n  maxRetries: 2\n  retryOn: {statusCodes: [503], methods: [GET]}\n"
	routes = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: api, namespace: shop}\nspec:\n  parentRefs: [{name: edge}]\n  rules: [{backendRefs: [{name: api, port: 80}]}]\n"
)

func TestKubectlRunsThePluginAsTheProgramItself(t *testing.T) {
	path(t)
	file := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(file, []byte(policy), 0o600); err != nil {
		t.Fatal(err)
	}
	for status, args := range map[int][]string{
		0: {"translate", "--pass-through", "-f", "-", "-f", file, "--to", "envoy-gateway"},
		1: {"translate", "-f", file, "--to", "envoy-gateway", "--strict", "--findings", "github"},
		2: {"translate", "-f", "nowhere.yaml"},
	} {
		out, complaints, got := call(t, routes, "kubectl", append([]string{"retryctl"}, args...)...)
		wantOut, wantComplaints, want := call(t, routes, "retryctl", args...)
		if got != status || want != status || out != wantOut || complaints != wantComplaints || out == "" && complaints == "" {
			t.Errorf("%q: status %d, prints %q and says %q; without kubectl status %d, %q and %q", args, got, out, complaints, want, wantOut, wantComplaints)
		}
	}
}

func TestThePluginSpeaksOfItselfAsKubectlDoes(t *testing.T) {
	path(t)
	for about, c := range map[string]struct {
		args []string
		want string
	}{
		"the help of all":   {[]string{"retryctl", "--help"}, "\n  kubectl retryctl [command]\n"},
		"the help of one":   {[]string{"retryctl", "explain", "--help"}, "\nUsage:\n  kubectl retryctl explain "},
		"the example of it": {[]string{"retryctl", "translate", "--help"}, "\n  kubectl retryctl translate -f policy.yaml -f routes.yaml --to envoy-gateway\n"},
		"kubectl's list":    {[]string{"plugin", "list", "--name-only"}, "\nkubectl-retryctl\n"},
	} {
		if out, complaints, status := call(t, "", "kubectl", c.args...); status != 0 || strings.Contains(complaints, "retryctl") || !strings.Contains("\n"+out, c.want) {
			t.Errorf("%s: status %d, says %q, and %q is not in\n%s", about, status, complaints, c.want, out)
		}
	}
}

func TestKubectlCompletesThePlugin(t *testing.T) {
	path(t)
	for line, want := range map[string]string{"translate --to ": "\nenvoy-gateway\n", "expl": "\nexplain\t", "explain RT100": "\nRT1001\t"} {
		args := append([]string{"__complete", "retryctl"}, strings.Split(line, " ")...)
		if out, complaints, status := call(t, "", "kubectl", args...); status != 0 || !strings.Contains("\n"+out, want) {
			t.Errorf("%q: status %d, says %q and prints\n%s", line, status, complaints, out)
		}
	}
}

// TestKubectlKustomizeRunsTheImage has a stand-in for docker run what the Dockerfile
// says that the image runs, over a layout of golden/kustomize.
func TestKubectlKustomizeRunsTheImage(t *testing.T) {
	folder := path(t)
	docker := fmt.Sprintf("#!/bin/sh\necho \"$@\" > %q\nexec retryctl %s\n", filepath.Join(folder, "args"), strings.Join(arguments(t), " "))
	if err := os.WriteFile(filepath.Join(folder, "docker"), []byte(docker), 0o755); err != nil {
		t.Fatal(err)
	}
	const layout = "../kustomize/generator"
	const runs, container = "exec: {path: retryctl, args: [fn]}", "container: {image: example.com/retryctl:1}"
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(layout)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		flags    []string
		from, to string // in the policy
		want     string // the file that it comes to; empty for an error
		says     string
	}{
		{nil, "", "", "", "external plugins disabled"},
		{[]string{"--enable-alpha-plugins"}, runs, container, "expected.yaml", "warning RT3001"},
		{[]string{"--enable-alpha-plugins"}, "maxRetries: 2", "maxRetries: many", "", "error RT1003 spec.maxRetries"},
	} {
		name := filepath.Join(copied, "policy.yaml")
		text := read(t, name)
		if !strings.Contains(text, c.from) {
			t.Fatalf("the policy has no %q", c.from)
		}
		if err := os.WriteFile(name, []byte(strings.Replace(text, c.from, c.to, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		out, complaints, status := call(t, "", "kubectl", append([]string{"kustomize", copied}, c.flags...)...)
		want := ""
		if c.want != "" {
			want = read(t, filepath.Join(layout, c.want))
		}
		if (status == 0) != (want != "") || out != want || !strings.Contains(complaints, c.says) {
			t.Errorf("%q with %q: status %d, says %q and prints\n%s", c.flags, c.to, status, complaints, out)
		}
	}
	if args := read(t, filepath.Join(folder, "args")); !strings.HasSuffix(strings.TrimSpace(args), "example.com/retryctl:1") {
		t.Errorf("docker was given %q, and an image without arguments is expected", args)
	}
}

// arguments are those that the image has where nobody gives it any.
func arguments(t *testing.T) []string {
	t.Helper()
	var words []string
	for _, found := range regexp.MustCompile(`(?m)^(?:ENTRYPOINT|CMD) (\[.*\])$`).FindAllStringSubmatch(read(t, "../../cmd/retryctl/Dockerfile"), -1) {
		var some []string
		if err := json.Unmarshal([]byte(found[1]), &some); err != nil {
			t.Fatal(err)
		}
		words = append(words, some...)
	}
	if len(words) < 2 || words[0] != "/retryctl" {
		t.Fatalf("the image runs %q", words)
	}
	return words[1:]
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
