package cluster

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestExplainOfAClusterIsThatOfItsFiles applies configuration and has it explained twice,
// by --cluster with the real kubectl, and from what kubectl prints of it into a file.
func TestExplainOfAClusterIsThatOfItsFiles(t *testing.T) {
	folder := t.TempDir()
	program := filepath.Join(folder, "retryctl")
	build := exec.Command("go", "build", "-o", program, "./cmd/retryctl")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c, err := start(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	if err := c.install(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "live.yaml")
	if err := os.WriteFile(file, []byte(`apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: orders, namespace: shop}
spec:
  hosts: [orders.example]
  gateways: [edge]
  http: [{route: [{destination: {host: orders}}], retries: {attempts: 3, retryOn: 5xx}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: eg}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {gatewayClassName: eg, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  rules: [{backendRefs: [{name: web, port: 80}]}]
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: old, namespace: shop}
spec:
  routes: [{kind: Rule, match: PathPrefix("/old"), services: [{name: web, port: 80}]}]
`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, complaints, err := c.kubectl(nil, "apply", "-f", file); err != nil {
		t.Fatalf("%v\n%s", err, complaints)
	}
	// kubectl is the one of this folder, by its usual name.
	bin := filepath.Join(folder, "bin")
	script := "#!/bin/sh\nexec " + binary("kubectl") + " --kubeconfig " + c.path("kubeconfig") + " --cache-dir " + c.path("cache") + " \"$@\"\n"
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "kubectl"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	explain := func(args ...string) string {
		cmd := exec.Command(program, append([]string{"explain"}, args...)...)
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
		var complaints strings.Builder
		cmd.Stderr = &complaints
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, complaints.String())
		}
		if complaints.Len() > 0 {
			t.Errorf("%v: %s", args, complaints.String())
		}
		return string(out)
	}
	bare := func(text string) string { // without files and lines
		var lines []string
		for line := range strings.Lines(text) {
			if at := strings.LastIndex(line, " ("); at >= 0 && strings.Contains(line[at:], "yaml:") || at >= 0 && strings.Contains(line[at:], "<cluster>") {
				line = line[:at]
			}
			if at := strings.Index(line, "  #"); at >= 0 {
				line = strings.TrimRight(line[:at], " ")
			}
			lines = append(lines, strings.TrimRight(line, " \n"))
		}
		return strings.Join(lines, "\n")
	}
	sorted := func(text string) string {
		parts := strings.Split(bare(text), "\n\n")
		for n := range parts {
			parts[n] = strings.TrimSpace(parts[n])
		}
		for _, want := range []string{"istio", "envoy-gateway", "traefik"} {
			found := false
			for _, part := range parts {
				found = found || strings.HasPrefix(part, want)
			}
			if !found {
				t.Errorf("%s is not explained:\n%s", want, text)
			}
		}
		slices.Sort(parts)
		return strings.Join(parts, "\n\n")
	}
	live, files := sorted(explain("--cluster", "-n", "shop")), sorted(explain("-f", file))
	if live != files {
		t.Errorf("of the cluster:\n%s\n\nof the files:\n%s", live, files)
	}
}
