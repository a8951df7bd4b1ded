package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-cmp/cmp"

	"retryctl.dev/cmd/internal/cli"
	"retryctl.dev/schema/manifest"
)

// A form is one way to call retryctl, and what has to be true of what comes out.
type form struct {
	name  string
	args  []string // what comes after the command's own arguments
	check func(attempt) string
}

// An attempt is a form over a text, which is in.yaml in the folder.
type attempt struct {
	form
	dir  string
	text []byte
}

func (a attempt) file(name string) string { return filepath.Join(a.dir, name) }

var everyForm = []form{
	{name: "translate -o yaml", check: func(a attempt) string { return a.prints("translate", "-f", a.file("in.yaml")) }},
	{name: "translate -o json", check: func(a attempt) string { return a.prints("translate", "-o", "json", "-f", a.file("in.yaml")) }},
	{name: "translate --keep-going", check: func(a attempt) string { return a.prints("translate", "--keep-going", "-f", a.file("in.yaml")) }},
	{name: "translate --output-dir", check: func(a attempt) string { return a.writes("yaml") }},
	{name: "translate -o kustomize", check: func(a attempt) string { return a.writes("kustomize") }},
	{name: "translate --pass-through", check: attempt.passes},
	{name: "translate --pass-through as Helm calls it", check: func(a attempt) string { return a.charted().passes() }},
	{name: "translate a folder", check: func(a attempt) string { return a.prints("translate", "-R", "-f", a.dir) }},
	{name: "explain", check: func(a attempt) string { return a.done("explain", "-f", a.file("in.yaml")) }},
	{name: "explain -o json", check: func(a attempt) string { return a.holds(json.Valid, "explain", "-o", "json", "-f", a.file("in.yaml")) }},
	{name: "validate", check: func(a attempt) string { return a.done("validate", "-f", a.file("in.yaml")) }},
	{name: "validate --each", check: func(a attempt) string { return a.done("validate", "--each", "-f", a.file("in.yaml")) }},
	{name: "diff", check: func(a attempt) string { return a.differs("text") }},
	{name: "diff -o fields", check: func(a attempt) string { return a.differs("fields") }},
	{name: "diff -o behavior", check: func(a attempt) string { return a.differs("behavior") }},
	{name: "diff --against", check: func(a attempt) string {
		return a.done("diff", "-f", a.file("in.yaml"), "--against", a.file("in.yaml"))
	}},
	{name: "fn", check: func(a attempt) string { return a.function() }},
}

// formsFor picks some forms for a seed, with targets and settings.
func formsFor(seed uint64) []form {
	rng := rand.New(rand.NewPCG(seed, 11))
	pick := func(words ...string) string { return words[rng.IntN(len(words))] }
	var list []form
	for _, n := range rng.Perm(len(everyForm))[:4] {
		f := everyForm[n]
		if !strings.HasPrefix(f.name, "validate") {
			f.args = append(f.args, "--to", pick("envoy-gateway", "istio", "kong", "traefik", "gateway-api", "envoy-gateway@1.3", "istio@1.24", "kong@3.4", "traefik@3.1", "gateway-api@1.2"))
			f.args = append(f.args, "--gateway-api-implementation", pick("envoy-gateway", "istio", "kgateway", "cilium", "agentgateway", "none"))
			f.args = append(f.args, "--split", pick("known", "always", "never"))
		}
		if rng.IntN(3) == 0 {
			f.args = append(f.args, "--strict")
		}
		f.args = append(f.args, "--findings", pick("text", "json", "github", "sarif", "junit"), "--report", pick("r.json", "r.sarif", "r.xml", "r.txt"))
		f.name += " " + strings.Join(f.args, " ")
		list = append(list, f)
	}
	return list
}

// run calls retryctl and holds what is true of every form: reports that can be read,
// findings that are about places in the input, memory in proportion.
func (a attempt) run(stdin []byte, args ...string) (outcome, string) {
	report := ""
	for n, arg := range a.args {
		if arg == "--report" {
			report = a.file(a.args[n+1])
			args = append(args, arg, report)
		} else if n == 0 || a.args[n-1] != "--report" {
			args = append(args, arg)
		}
	}
	o, problem := run(stdin, args...)
	if problem != "" {
		return o, problem
	}
	if most := uint64(16<<20 + 3000*len(a.text)); o.allocated > most {
		return o, fmt.Sprintf("%d MiB are allocated for %d bytes", o.allocated>>20, len(a.text))
	}
	format := "text"
	for n, arg := range a.args {
		if arg == "--findings" {
			format = a.args[n+1]
		}
	}
	if o.status != cli.Trouble { // which is a line of text after them
		if problem := a.places(format, o.errs); problem != "" {
			return o, problem
		}
	}
	text, err := os.ReadFile(report)
	if err != nil {
		return o, "" // it had nothing to report on
	}
	return o, a.places(map[string]string{".xml": "junit", ".sarif": "sarif", ".json": "json", ".txt": "text"}[filepath.Ext(report)], text)
}

func (a attempt) done(args ...string) string {
	_, problem := a.run(nil, args...)
	return problem
}

func (a attempt) holds(good func([]byte) bool, args ...string) string {
	o, problem := a.run(nil, args...)
	if problem == "" && len(o.out) > 0 && !good(o.out) {
		problem = "what is printed cannot be read\n" + string(o.out)
	}
	return problem
}

func readable(text []byte) bool {
	_, err := manifest.Read(bytes.NewReader(text), "out")
	return err == nil
}

func (a attempt) prints(args ...string) string { return a.holds(readable, args...) }

// writes writes a folder, twice: the second time there is nothing to change.
func (a attempt) writes(form string) string {
	out := a.file("out")
	o, problem := a.run(nil, "translate", "-f", a.file("in.yaml"), "-o", form, "--output-dir", out)
	if problem != "" {
		return problem
	}
	files := folder(out)
	for name, text := range files {
		if filepath.Ext(name) != ".yaml" {
			continue // what tells our files from others
		}
		if strings.HasSuffix(name, ".patch.yaml") {
			text = append([]byte("apiVersion: v1\nkind: Patch\nmetadata: {name: x}\npatch:\n"), text...)
		}
		if !readable(text) {
			return fmt.Sprintf("%s cannot be read\n%s", filepath.Base(name), text)
		}
	}
	again, problem := a.run(nil, "translate", "-f", a.file("in.yaml"), "-o", form, "--output-dir", out)
	if later := folder(out); problem == "" && (again.status != o.status || !same(files, later)) {
		return fmt.Sprintf("a second run has status %d after %d, and %d files after %d", again.status, o.status, len(later), len(files))
	}
	return problem
}

func folder(dir string) map[string][]byte {
	files := map[string][]byte{}
	filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error { //nolint:errcheck // a folder that is not there has no files
		if err == nil && !e.IsDir() {
			files[path], _ = os.ReadFile(path)
		}
		return nil
	})
	return files
}

func same(a, b map[string][]byte) bool {
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			return false
		}
	}
	return len(a) == len(b)
}

// differs compares the input with what it is without its first document, both ways.
func (a attempt) differs(form string) string {
	_, rest, _ := bytes.Cut(a.text, []byte("\n---\n"))
	if err := os.WriteFile(a.file("rest.yaml"), rest, 0o600); err != nil {
		return err.Error()
	}
	for _, pair := range [][2]string{{"in.yaml", "rest.yaml"}, {"rest.yaml", "in.yaml"}} {
		if problem := a.done("diff", "-o", form, a.file(pair[0]), a.file(pair[1])); problem != "" {
			return problem
		}
	}
	return ""
}

// function wraps the documents into a ResourceList.
func (a attempt) function() string {
	var list strings.Builder
	list.WriteString("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n")
	for _, doc := range strings.Split(string(a.text), "\n---\n") {
		mark := "- "
		for line := range strings.Lines(doc) {
			if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
				continue
			}
			list.WriteString(mark + strings.TrimRight(line, "\n") + "\n")
			mark = "  "
		}
	}
	o, problem := a.run([]byte(list.String()), "fn")
	if problem != "" || len(o.out) == 0 {
		return problem
	}
	if !readable(o.out) {
		return "what is printed cannot be read\n" + string(o.out)
	}
	if o.status != cli.Done {
		return ""
	}
	again, problem := a.run(o.out, "fn")
	switch {
	case problem != "":
		return problem
	case again.status != cli.Done:
		return "a second run has errors\n" + string(again.errs) + string(o.out)
	case meaning(again.out) != meaning(o.out): // of the items
		return "a second run changes what it has printed\n" + cmp.Diff(string(o.out), string(again.out)) + string(o.out)
	}
	return ""
}
