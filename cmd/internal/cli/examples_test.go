package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const routes = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  hostnames: [api.example]
  rules:
  - backendRefs: [{name: api, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {ports: [{port: 80}]}
`

// existing is configuration without a policy.
const existing = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: shop}
spec:
  hosts: [shop.example]
  http: [{route: [{destination: {host: shop}}], retries: {attempts: 1, retryOn: connect-failure}}]
`

// moved is the routes for another gateway, and ingress what ingress-nginx has.
const (
	moved = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: new, namespace: shop}
spec:
  parentRefs: [{name: new}]
  hostnames: [shop.example]
  rules: [{backendRefs: [{name: shop, port: 80}]}]
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: shop}
spec: {ports: [{port: 80}]}
`
	ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop}
spec:
  ingressClassName: nginx
  rules: [{host: shop.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 80}}}}]}}]
`
)

// TestEveryExampleOfTheHelpRuns has the files that the examples name, and knows
// of shells that they have pipes, > and *.
func TestEveryExampleOfTheHelpRuns(t *testing.T) {
	examples := 0
	for _, cmd := range newRoot(Streams{}).Commands() {
		if cmd.Example == "" {
			t.Errorf("%s has no example", cmd.Name())
		}
		for line := range strings.Lines(cmd.Example) {
			examples++
			t.Run(strings.TrimSpace(line), func(t *testing.T) {
				t.Chdir(t.TempDir())
				files := map[string]string{"policy.yaml": policy, "routes.yaml": routes}
				if strings.Contains(line, "policies/") {
					files = map[string]string{"policies/api.yaml": policy}
				}
				if cmd.Name() == "explain" || cmd.Name() == "import" {
					files["live.yaml"] = existing
				}
				if cmd.Name() == "convert" {
					files = map[string]string{"ingresses.yaml": ingress, "virtualservices.yaml": existing, "httproutes.yaml": moved, "live.yaml": existing + "---\n" + moved}
				}
				if cmd.Name() == "diff" {
					files["routes.yaml"], files["live/routes.yaml"] = routes, routes
					files["old.yaml"], files["new.yaml"] = routes, routes+"---\n"+policy
				}
				for name, text := range files {
					if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				runExample(t, cmd.Name(), line)
			})
		}
	}
	if examples < 12 {
		t.Errorf("found %d examples: at least 12 are expected", examples)
	}
}

func runExample(t *testing.T, command, line string) {
	var args []string
	for part := range strings.SplitSeq(line, "|") {
		if fields := strings.Fields(part); fields[0] == "retryctl" {
			args = fields[1:]
		}
	}
	if to := slices.Index(args, ">"); to >= 0 {
		args = args[:to]
	}
	var expanded []string
	for _, arg := range args {
		found, err := filepath.Glob(arg)
		if err != nil || len(found) == 0 {
			found = []string{arg}
		}
		expanded = append(expanded, found...)
	}
	if len(expanded) == 0 || expanded[0] != command {
		t.Fatalf("it does not run retryctl %s", command)
	}
	input := routes
	if command == "convert" {
		input = moved
	}
	if command == "explain" || command == "import" {
		input = existing
	}
	if command == "fn" {
		input = listOf(policy, routes)
	}
	var out, complaints bytes.Buffer
	status := Main(t.Context(), expanded, Streams{In: strings.NewReader(input), Out: &out, Err: &complaints})
	differs := command == "diff" && status == Findings
	if status == Trouble || status != Done && !differs && !strings.Contains(complaints.String(), "RT2001") {
		t.Errorf("status %d\n%s", status, complaints.String())
	}
	if wantsOutput := command != "validate" && !slices.Contains(args, "--output-dir"); wantsOutput != (out.Len() > 0) {
		t.Errorf("%d bytes of output", out.Len())
	}
}
