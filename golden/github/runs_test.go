package github

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	policy = `apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: api, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: api}]
  maxRetries: 2
  retryOn: {conditions: [ConnectFailure]}
`
	route = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  rules:
  - backendRefs: [{name: api, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {ports: [{port: 80}]}
`
)

// workspace writes files to a folder.
func workspace(t *testing.T, files map[string]string) string {
	t.Helper()
	top := t.TempDir()
	for name, text := range files {
		name = filepath.Join(top, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return top
}

func TestTheActionSaysWhatIsFound(t *testing.T) {
	r := newRunner(t, workspace(t, map[string]string{
		"good/policy.yaml":         policy,
		"good/route.yaml":          route,
		"good/values.yaml":         "replicas: 2\n",
		"chart/templates/x.yaml":   "{{- if .Values.x }}\n",
		"warning/deep/policy.yaml": strings.Replace(policy, "maxRetries: 2", "maxRetries: 0\n  backoff: {baseInterval: 100ms}", 1),
		"error/policy.yaml":        strings.Replace(policy, "maxRetries", "maxRetrys", 1),
		"with space/a,b.yaml":      strings.Replace(policy, "maxRetries", "maxRetrys", 1),
		"translated/policy.yaml":   policy,
		"translated/route.yaml":    route,
		"both/prod/policy.yaml":    policy,
		"split/policy.yaml":        strings.Replace(policy, "conditions: [ConnectFailure]", "statusCodes: [503], methods: [GET]", 1),
		"split/route.yaml":         route,
		"both/staging/policy.yaml": policy,
	}))
	for _, c := range []struct {
		about            string
		inputs           map[string]string
		errors, warnings string
		status           int
		says             string // a regular expression of a line; empty for a log without any
	}{
		{"a note only", map[string]string{"files": "good"}, "0", "0", 0, `^::notice file=good/values\.yaml,title=RT1014::it is no Kubernetes object`},
		{"several folders", map[string]string{"files": "good\r\nchart\n\n"}, "0", "0", 0, `RT1014::2 files are no Kubernetes objects`},
		{"a folder without a policy", map[string]string{"files": "chart"}, "0", "0", 2, `nothing to check`},
		{"the same, as it is meant", map[string]string{"files": "chart", "args": "--allow-empty"}, "0", "0", 0, `^::notice file=chart/templates/x\.yaml,`},
		{"warnings", map[string]string{"files": "warning"}, "0", "2", 0, `^::warning file=warning/deep/policy\.yaml,line=7,col=12,title=RT1007::spec\.backoff: `},
		{"warnings, by another name of the folder", map[string]string{"files": "./warning/"}, "0", "2", 0, `^::warning file=warning/deep/policy\.yaml,`},
		{"warnings, strictly", map[string]string{"files": "warning", "strict": "true"}, "2", "0", 1, `^::error file=warning/deep/policy\.yaml,`},
		{"an error", map[string]string{"files": "chart\nerror"}, "1", "0", 1, `^::error file=error/policy\.yaml,line=6,col=3,title=RT1002::`},
		{"a name with a blank and a comma", map[string]string{"files": "with space"}, "1", "0", 1, `^::error file=with space/a%2Cb\.yaml,`},
		{"everything", nil, "", "", 1, `RT1009`},
		{"each by itself", map[string]string{"files": "both", "args": "--each"}, "0", "0", 0, ""},
		{"a gateway that can do it", map[string]string{"files": "translated", "to": "envoy-gateway"}, "0", "0", 0, ""},
		{"one that cannot", map[string]string{"files": "translated", "to": "envoy-gateway,kong"}, "0", "", 0, `^::warning file=translated/policy\.yaml,line=7,col=25,title=RT2002::\[kong\] `},
		{"one that cannot, strictly", map[string]string{"files": "translated", "to": "kong", "strict": "true"}, "", "0", 1, `^::error file=translated/policy\.yaml,line=7,col=25,title=RT2002::\[kong\] `},
		{"two that edit one route", map[string]string{"files": "split", "to": "envoy-gateway,traefik", "args": "--split=always"}, "0", "", 0, `RT3011::\[traefik\]`},
		{"several, on lines, with a setting", map[string]string{"files": "translated", "to": "istio@1.31\nenvoy-gateway\n", "args": "--istio-api\ngateway-api"}, "0", "", 0, `^::warning `},
		{"a folder that is not there", map[string]string{"files": "nowhere"}, "0", "0", 2, `^retryctl: read nowhere: no such file or directory$`},
		{"the same, for people who look at the annotations", map[string]string{"files": "nowhere"}, "0", "0", 2, `^::error title=retryctl::`},
		{"a gateway that is not known", map[string]string{"files": "good", "to": "nginx"}, "0", "0", 2, `read target "nginx"`},
		{"a flag that is not known", map[string]string{"files": "good", "args": "--nonsense"}, "0", "0", 2, `unknown flag: --nonsense`},
		{"strict by another word", map[string]string{"files": "good", "strict": "yes"}, "", "", 2, `^::error::retryctl: the input strict`},
	} {
		t.Run(c.about, func(t *testing.T) {
			got := r.run(t, c.inputs)
			if got.status != c.status || c.errors != "" && got.outputs["errors"] != c.errors || c.warnings != "" && got.outputs["warnings"] != c.warnings {
				t.Errorf("status %d and outputs %q\n%s", got.status, got.outputs, got.log)
			}
			if c.says == "" && got.log != "" || !regexp.MustCompile("(?m)"+c.says).MatchString(got.log) {
				t.Errorf("%s is expected in\n%s", c.says, got.log)
			}
			if strings.Contains(c.about, "another word") {
				return
			}
			if want := "retryctl: errors " + got.outputs["errors"] + ", warnings " + got.outputs["warnings"]; !strings.HasPrefix(got.summary, want) {
				t.Errorf("the summary is %q", got.summary)
			}
			results := checkSARIF(t, got.outputs["sarif"])
			if want := strings.Count(got.log, "title=RT"); results != want {
				t.Errorf("%d results in SARIF and %d annotations", results, want)
			}
		})
	}
}

// TestTranslatedObjectsGoWhereTheyAreAskedFor has no object in the log, which is
// where the runner looks for commands.
func TestTranslatedObjectsGoWhereTheyAreAskedFor(t *testing.T) {
	top := workspace(t, map[string]string{"policy.yaml": policy, "route.yaml": route})
	got := newRunner(t, top).run(t, map[string]string{"to": "envoy-gateway", "args": "--output-dir=out"})
	if _, err := os.Stat(filepath.Join(top, "out", "backendtrafficpolicy_shop_api.yaml")); err != nil || got.status != 0 || got.log != "" {
		t.Errorf("%v: status %d\n%s", err, got.status, got.log)
	}
}

// TestInputsAreNoCommands gives each input texts that a script with expressions in it
// would run.
func TestInputsAreNoCommands(t *testing.T) {
	for _, input := range []string{"files", "to", "strict", "args"} {
		for _, text := range []string{`$(touch made)`, "`touch made`", `"; touch made; "`, `'; touch made; '`, "x\n; touch made", "*", "-R", "--output-dir=made", "${IFS}x"} {
			top := workspace(t, map[string]string{"policy.yaml": policy})
			got := newRunner(t, top).run(t, map[string]string{input: text})
			_, err := os.Stat(filepath.Join(top, "made"))
			if asked := input == "args" && text == "-R"; err == nil || got.status != 2 && !asked {
				t.Errorf("%s with %q: status %d\n%s", input, text, got.status, got.log)
			}
		}
	}
}

// TestAPolicyIsNoCommandToTheRunner has texts in a policy that would be commands at
// the beginning of a line.
func TestAPolicyIsNoCommandToTheRunner(t *testing.T) {
	hostile := strings.Replace(policy, "maxRetries: 2", `"x\n::set-output name=sarif::x\n##[error]y\r::error::z": 2`, 1)
	got := newRunner(t, workspace(t, map[string]string{"policy.yaml": hostile})).run(t, nil)
	for line := range strings.Lines(strings.ReplaceAll(got.log, "\r", "\n")) {
		if !strings.HasPrefix(line, "::error file=policy.yaml,") || strings.Contains(line, "##[") {
			t.Errorf("the log has the line %q", line)
		}
	}
	if got.status != 1 || got.log == "" {
		t.Errorf("status %d\n%s", got.status, got.log)
	}
}

// checkSARIF holds a file against the schema and against what code scanning wants,
// and gives the number of its results.
func checkSARIF(t *testing.T, name string) int {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range schemaProblems(t, raw) {
		t.Errorf("%s: %s", name, problem)
	}
	var log struct {
		Runs []struct {
			Results []struct {
				Locations []struct {
					PhysicalLocation struct{ ArtifactLocation struct{ URI string } }
				}
			}
		}
	}
	if err := json.Unmarshal(raw, &log); err != nil || len(log.Runs) != 1 {
		t.Fatalf("%v in %s", err, raw)
	}
	for _, r := range log.Runs[0].Results {
		if len(r.Locations) != 1 || !regexp.MustCompile(`^[a-z%0-9,/]+\.yaml$`).MatchString(r.Locations[0].PhysicalLocation.ArtifactLocation.URI) {
			t.Errorf("a result is at %+v", r.Locations)
		}
	}
	return len(log.Runs[0].Results)
}
