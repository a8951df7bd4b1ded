// Package github runs the GitHub Action of docs/examples/github as the runner does:
// its scripts in bash, with the inputs in their environment. It is a module of its own,
// so that the checkers are no requirement of retryctl.
package github

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const example = "../../docs/examples/github"

// An action is what of action.yml is run.
type action struct {
	Inputs  map[string]struct{ Default string }
	Outputs map[string]struct{ Value string }
	Runs    struct{ Steps []step }
}

type step struct {
	Name, ID, Uses, Shell, Run string
	Env                        map[string]string
}

func load(t *testing.T) action {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(example, "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(raw, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// A runner is a machine with a workspace.
type runner struct {
	action    action
	workspace string
}

// A result is what a run of the action leaves behind.
type result struct {
	log, summary string
	outputs      map[string]string
	status       int
}

// temp is the RUNNER_TEMP of all runs, so that retryctl is built by the first one.
var temp string

func TestMain(m *testing.M) {
	var err error
	if temp, err = os.MkdirTemp("", "github"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	os.RemoveAll(temp)
	os.Exit(status)
}

func newRunner(t *testing.T, workspace string) *runner {
	return &runner{load(t), workspace}
}

var expression = regexp.MustCompile(`\$\{\{\s*([a-z_.]+)\s*\}\}`)

// evaluate replaces the expressions in a text.
func (r *runner) evaluate(t *testing.T, text string, inputs map[string]string) string {
	t.Helper()
	return expression.ReplaceAllStringFunc(text, func(found string) string {
		name := expression.FindStringSubmatch(found)[1]
		if name == "github.action_path" {
			path, err := filepath.Abs(example)
			if err != nil {
				t.Fatal(err)
			}
			return path
		}
		input, ok := strings.CutPrefix(name, "inputs.")
		declared, known := r.action.Inputs[input]
		if !ok || !known {
			t.Fatalf("%s is not known", name)
		}
		if value, given := inputs[input]; given {
			return value
		}
		return declared.Default
	})
}

// run runs the steps that are scripts, one after another until one fails.
func (r *runner) run(t *testing.T, inputs map[string]string) result {
	t.Helper()
	for name := range inputs {
		if _, ok := r.action.Inputs[name]; !ok {
			t.Fatalf("there is no input %s", name)
		}
	}
	got := result{outputs: map[string]string{}}
	scripts := 0
	for _, s := range r.action.Runs.Steps {
		if s.Run == "" || got.status != 0 {
			continue
		}
		scripts++
		if _, err := os.Stat(filepath.Join(temp, "retryctl-bin", "retryctl")); err == nil && scripts == 1 {
			continue // it is built
		}
		one := r.script(t, s, inputs)
		got.log, got.summary, got.status = got.log+one.log, got.summary+one.summary, one.status
		for name, value := range one.outputs {
			got.outputs["steps."+s.ID+".outputs."+name] = value
		}
	}
	if scripts != 2 {
		t.Fatalf("%d scripts were run, and it has two", scripts)
	}
	outputs := map[string]string{}
	for name, output := range r.action.Outputs {
		outputs[name] = got.outputs[expression.FindStringSubmatch(output.Value)[1]]
	}
	got.outputs = outputs
	return got
}

// script runs a step in the way of the runner's shell "bash".
func (r *runner) script(t *testing.T, s step, inputs map[string]string) result {
	t.Helper()
	if s.Shell != "bash" || strings.Contains(s.Run, "${{") {
		t.Fatalf("the step %q is not for bash, or has an expression in its script:\n%s", s.Name, s.Run)
	}
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	output, summary := file("output", ""), file("summary", "")
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", file("script.sh", s.Run))
	cmd.Dir = r.workspace
	cmd.Env = append(os.Environ(), "RUNNER_TEMP="+temp, "GITHUB_WORKSPACE="+r.workspace, "GITHUB_OUTPUT="+output, "GITHUB_STEP_SUMMARY="+summary)
	for name, value := range s.Env {
		cmd.Env = append(cmd.Env, name+"="+r.evaluate(t, value, inputs))
	}
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	got := result{outputs: map[string]string{}}
	var exit *exec.ExitError
	if err := cmd.Run(); errors.As(err, &exit) {
		got.status = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	got.log = log.String()
	for name, into := range map[string]func(string){output: func(line string) {
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			t.Errorf("%q is no output", line)
		}
		got.outputs[key] = value
	}, summary: func(line string) { got.summary += line + "\n" }} {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(raw)) {
			into(strings.TrimSuffix(line, "\n"))
		}
	}
	return got
}
