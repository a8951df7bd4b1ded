package github

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	_ "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif" // which holds the schema
	"github.com/rhysd/actionlint"
	"github.com/xeipuuv/gojsonschema"
)

// sarifSchema is the schema of SARIF 2.1.0 by OASIS, a constant in the source of the
// package that is imported above.
var sarifSchema = sync.OnceValues(func() (*gojsonschema.Schema, error) {
	folder, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif").Output()
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(folder)), "schema.go"), nil, 0)
	if err != nil {
		return nil, err
	}
	var text string
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			text, err = strconv.Unquote(literal.Value)
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	return gojsonschema.NewSchema(gojsonschema.NewStringLoader(text))
})

func schemaProblems(t *testing.T, raw []byte) (problems []string) {
	t.Helper()
	schema, err := sarifSchema()
	if err != nil {
		t.Fatal(err)
	}
	found, err := schema.Validate(gojsonschema.NewBytesLoader(raw))
	if err != nil {
		return []string{err.Error()}
	}
	for _, problem := range found.Errors() {
		problems = append(problems, problem.String())
	}
	return problems
}

func TestTheSchemaRefusesWhatIsNoSARIF(t *testing.T) {
	for _, text := range []string{
		`{"version": "2.1.0"}`, `{"version": "2.0.0", "runs": []}`, `{"version": "2.1.0", "runs": [], "more": 1}`,
		`{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"message": {"text": 1}}]}]}`,
	} {
		if len(schemaProblems(t, []byte(text))) == 0 {
			t.Errorf("%s has no problem", text)
		}
	}
}

// TestEveryCaseIsSARIF writes the findings of each of golden/cases as SARIF.
func TestEveryCaseIsSARIF(t *testing.T) {
	program := filepath.Join(t.TempDir(), "retryctl")
	build := exec.Command("go", "build", "-o", program, "./cmd/retryctl")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cases, err := filepath.Glob("../cases/*/in.yaml")
	if err != nil || len(cases) < 40 {
		t.Fatalf("%d cases: %v", len(cases), err)
	}
	results := 0
	for _, in := range cases {
		report := filepath.Join(t.TempDir(), "report.sarif")
		run := exec.Command(program, "translate", "-f", "in.yaml", "--to", "all", "--report", report)
		run.Dir = filepath.Dir(in)
		run.Run() //nolint:errcheck // some cases have errors
		results += checkSARIF(t, report)
	}
	if results < 200 {
		t.Errorf("only %d results", results)
	}
}

// lint checks the example's workflow in a repository that has the action.
func lint(t *testing.T, workflow, action func(string) string) []*actionlint.Error {
	t.Helper()
	read := func(name string) string {
		raw, err := os.ReadFile(filepath.Join(example, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	const remote, local = "uses: example/retryctl/docs/examples/github@v1", "uses: ./docs/examples/github"
	text := read("workflow.yml")
	if !strings.Contains(text, remote) {
		t.Fatalf("the workflow does not have %q", remote)
	}
	top := workspace(t, map[string]string{
		".git/HEAD":                       "ref: refs/heads/main\n",
		".github/workflows/retries.yml":   workflow(strings.Replace(text, remote, local, 1)),
		"docs/examples/github/action.yml": action(read("action.yml")),
	})
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{WorkingDir: top})
	if err != nil {
		t.Fatal(err)
	}
	found, err := linter.LintFile(filepath.Join(top, ".github", "workflows", "retries.yml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func same(text string) string { return text }

func replace(from, to string) func(string) string {
	return func(text string) string { return strings.ReplaceAll(text, from, to) }
}

func TestActionlintHasNothingToSay(t *testing.T) {
	for _, found := range lint(t, same, same) {
		t.Error(found)
	}
}

func TestActionlintSeesTheWorkflowAndTheAction(t *testing.T) {
	for _, c := range []struct {
		workflow, action func(string) string
		want             string
	}{
		{replace("files: |", "fils: |"), same, `input "fils" is not defined`},
		{replace("outputs.sarif", "outputs.saarif"), same, `"saarif" is not defined`},
		{replace("security-events:", "security-event:"), same, `unknown permission scope "security-event"`},
		{same, replace("  to:\n", "  too:\n"), `input "to" is not defined`},
		{same, replace("using: composite", "using: compost"), `invalid runner name "compost"`},
		{same, replace("  icon: repeat", "  icon: nothing"), `incorrect icon name "nothing"`},
	} {
		var said []string
		for _, found := range lint(t, c.workflow, c.action) {
			said = append(said, found.Message)
		}
		if !strings.Contains(strings.Join(said, "\n"), c.want) {
			t.Errorf("%q is expected in %q", c.want, said)
		}
	}
}
