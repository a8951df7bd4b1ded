package cluster

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// A traefik is a running one that reads from the API server.
type traefik struct {
	host   string
	file   string // its log
	access *os.File
	rest   []byte
	lines  map[string]string // the router that has served a request, by the request's id
	sent   int
	known  []router
}

// A router is one of Traefik's, as its API gives it.
type router struct {
	Name, Rule, Provider, Service, Status string
	Priority                              int
	Middlewares                           []string
}

// marks are what shows that Traefik has read everything: an object for each provider.
const marks = `
apiVersion: v1
kind: Namespace
metadata: {name: mark}
---
apiVersion: v1
kind: Service
metadata: {name: mark, namespace: mark}
spec: {ports: [{port: 80}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: mark}
spec: {controllerName: traefik.io/gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: mark, namespace: mark}
spec: {gatewayClassName: mark, listeners: [{name: http, port: 8081, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: mark, namespace: mark}
spec: {parentRefs: [{name: mark}], hostnames: [%[1]s], rules: [{backendRefs: [{name: mark, port: 80}]}]}
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: mark, namespace: mark}
spec: {entryPoints: [mark], routes: [{kind: Rule, match: "Host(` + "`%[1]s`" + `)", services: [{name: mark, port: 80}]}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: mark, namespace: mark, annotations: {kubernetes.io/ingress.class: traefik, traefik.ingress.kubernetes.io/router.entrypoints: mark}}
spec: {rules: [{host: %[1]s, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: mark, port: {number: 80}}}}]}}]}
`

// traefik starts it, on an address of loopback that nobody else is likely to use:
// listeners are found by their ports, which are therefore those of the worlds.
func (c *cluster) traefik(binary string) (*traefik, error) {
	t := &traefik{host: fmt.Sprintf("127.%d.%d.%d", 16+rand.IntN(200), 1+rand.IntN(250), 1+rand.IntN(250)), file: c.path("traefik.log"), lines: map[string]string{}}
	args := []string{"--api.insecure=true", "--log.level=ERROR", "--log.filepath=" + t.file, "--global.checknewversion=false", "--global.sendanonymoususage=false",
		"--providers.providersthrottleduration=50ms", "--providers.kubernetesgateway=true", "--providers.kubernetescrd=true", "--providers.kubernetescrd.allowemptyservices=true",
		"--providers.kubernetesingress=true", "--providers.kubernetesingress.allowemptyservices=true",
		"--accesslog=true", "--accesslog.format=json", "--accesslog.filepath=" + c.path("access.log"), "--accesslog.fields.headers.names.X-Retryctl-Id=keep"}
	for name, port := range map[string]string{"web": "80", "alt": "8080", "websecure": "443", "mark": "8081", "traefik": "9000"} {
		args = append(args, "--entrypoints."+name+".address="+t.host+":"+port)
	}
	if err := os.WriteFile(c.path("access.log"), nil, 0o600); err != nil {
		return nil, err
	}
	var err error
	if t.access, err = os.Open(c.path("access.log")); err != nil {
		return nil, err
	}
	out, err := os.Create(c.path("traefik.out"))
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(binary, args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+c.path("kubeconfig"))
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c.stop = append(c.stop, func() {
		cmd.Process.Kill() //nolint:errcheck // it may have ended by itself
		cmd.Wait()         //nolint:errcheck // as above
		t.access.Close()   //nolint:errcheck // it was read
		out.Close()        //nolint:errcheck // nobody reads it any more
	})
	return t, nil
}

func (t *traefik) log() string {
	text, _ := os.ReadFile(t.file)
	return string(text[max(0, len(text)-4000):])
}

// get reads a list of the API.
func (t *traefik) get(what string, into any) error {
	response, err := http.Get("http://" + t.host + ":9000/api/http/" + what + "?per_page=10000")
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // it was read
	return json.NewDecoder(response.Body).Decode(into)
}

// list gives the routers; none while Traefik is not there yet.
func (t *traefik) list(test *testing.T) []router {
	test.Helper()
	var list []router
	if err := t.get("routers", &list); err != nil {
		return nil
	}
	t.known = list
	return list
}

// A middleware is one of Traefik's, as far as retries go.
type middleware struct {
	Name  string
	Retry *struct {
		Attempts                   int
		DisableRetryOnNetworkError bool
	}
	Chain *struct{ Middlewares []string }
	Type  string
}

// A trial knows the middlewares and the services, by name.
type trial struct {
	middlewares map[string]middleware
	services    map[string]service
}

type service struct {
	Name        string
	Middlewares []string
	Weighted    *struct{ Services []struct{ Name string } }
}

func (t *traefik) attempts(test *testing.T) trial {
	test.Helper()
	all := trial{map[string]middleware{}, map[string]service{}}
	var middlewares []middleware
	var services []service
	if t.get("middlewares", &middlewares) != nil || t.get("services", &services) != nil {
		return all
	}
	for _, m := range middlewares {
		all.middlewares[m.Name] = m
	}
	for _, s := range services {
		all.services[s.Name] = s
	}
	return all
}

// of gives how often a router tries a request, or why that is left out.
func (a trial) of(r router) (tries int, why string) {
	switch {
	case r.Status != "enabled":
		return 0, "routers that Traefik cannot build"
	case a.within(r.Service, r.Provider, 0):
		return 0, "routers with middlewares at their services"
	}
	tries = 1
	for _, m := range a.retries(r.Middlewares, r.Provider, 0) {
		tries *= m.Retry.Attempts
	}
	return tries, ""
}

// byStatus reports whether no middleware retries after network errors.
func (a trial) byStatus(r router) bool {
	return !slices.ContainsFunc(a.retries(r.Middlewares, r.Provider, 0), func(m middleware) bool { return !m.Retry.DisableRetryOnNetworkError })
}

func (a trial) retries(names []string, provider string, depth int) (list []middleware) {
	for _, name := range names {
		if !strings.Contains(name, "@") {
			name += "@" + provider
		}
		m := a.middlewares[name]
		if m.Retry != nil {
			list = append(list, m)
		}
		if m.Chain != nil && depth < 10 {
			list = append(list, a.retries(m.Chain.Middlewares, provider, depth+1)...)
		}
	}
	return list
}

// within reports whether a service, or one below it, has middlewares.
func (a trial) within(name, provider string, depth int) bool {
	if !strings.Contains(name, "@") {
		name += "@" + provider
	}
	s := a.services[name]
	if len(s.Middlewares) > 0 {
		return true
	}
	return s.Weighted != nil && depth < 10 && slices.ContainsFunc(s.Weighted.Services, func(one struct{ Name string }) bool { return a.within(one.Name, provider, depth+1) })
}

// normalized is a name as Traefik's providers have it.
func normalized(name string) string {
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }), "-")
}

// looksAt are the kinds that Traefik reads, by group.
var looksAt = map[string][]string{
	"":                          {"Service"},
	"gateway.networking.k8s.io": {"Gateway", "HTTPRoute", "GRPCRoute", "ReferenceGrant"},
	"networking.k8s.io":         {"Ingress"},
	"traefik.io":                {"IngressRoute", "Middleware", "ServersTransport", "TraefikService"},
}

// prepared gives a world as Traefik's own: what it does not read is left out, classes
// have it as their controller, and the Gateways, Services and Secrets that are named are
// there.
func prepared(objects []object) []object {
	var list []object
	add := func(o object) { list = over(list, []object{o}) }
	named := func(namespace, name string) {
		if name != "" && !slices.ContainsFunc(objects, func(o object) bool {
			return o.text("kind") == "Service" && o.text("metadata", "name") == name && o.text("metadata", "namespace") == namespace
		}) {
			add(object{"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"name": name, "namespace": namespace},
				"spec": map[string]any{"ports": []any{map[string]any{"name": "http", "port": 80}, map[string]any{"name": "alt", "port": 8080}}}})
		}
	}
	for _, o := range objects {
		group, _, found := strings.Cut(o.text("apiVersion"), "/")
		if !found {
			group = ""
		}
		if !slices.Contains(looksAt[group], o.text("kind")) {
			continue
		}
		add(o)
		namespace := o.text("metadata", "namespace")
		if namespace == "" {
			namespace = "default"
		}
		add(object{"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": "users", "namespace": namespace}, "stringData": map[string]any{"users": "a:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/"}})
		switch o.text("kind") {
		case "Gateway":
			add(object{"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": map[string]any{"name": o.text("spec", "gatewayClassName")}, "spec": map[string]any{"controllerName": "traefik.io/gateway-controller"}})
		case "Ingress":
			if class := o.text("spec", "ingressClassName"); class != "" {
				add(object{"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": map[string]any{"name": class}, "spec": map[string]any{"controller": "traefik.io/ingress-controller"}})
			}
		}
		spec, _ := o["spec"].(map[string]any)
		parents, _ := spec["parentRefs"].([]any)
		for _, p := range parents {
			gateway := parent(p, namespace)
			if o.text("kind") != "IngressRoute" && gateway != nil && !slices.ContainsFunc(objects, func(o object) bool { return o.id() == gateway.id() }) {
				add(gateway)
				add(object{"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": map[string]any{"name": "traefik"}, "spec": map[string]any{"controllerName": "traefik.io/gateway-controller"}})
			}
		}
		for _, name := range services(map[string]any(o)) {
			named(namespace, name)
		}
	}
	return list
}

// parent gives the Gateway that a route names; nil for a parent of another kind.
func parent(ref any, namespace string) object {
	r, _ := ref.(map[string]any)
	if kind := object(r).text("kind"); kind != "" && kind != "Gateway" {
		return nil
	}
	if other := object(r).text("namespace"); other != "" {
		namespace = other
	}
	listener := object(r).text("sectionName")
	if listener == "" {
		listener = "http"
	}
	return object{"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": map[string]any{"name": object(r).text("name"), "namespace": namespace},
		"spec": map[string]any{"gatewayClassName": "traefik", "listeners": []any{map[string]any{"name": listener, "port": 80, "protocol": "HTTP",
			"allowedRoutes": map[string]any{"namespaces": map[string]any{"from": "All"}}}}}}
}

// services gives the names of the Services that an object sends requests to.
func services(v any) (names []string) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			list, _ := value.([]any)
			if key == "service" {
				list = []any{value}
			}
			if key == "services" || key == "service" || key == "backendRefs" {
				for _, one := range list {
					m, _ := one.(map[string]any)
					name, _ := m["name"].(string)
					if kind, _ := m["kind"].(string); kind == "" || kind == "Service" {
						names = append(names, name)
					}
				}
			}
			names = append(names, services(value)...)
		}
	case []any:
		for _, item := range v {
			names = append(names, services(item)...)
		}
	}
	return names
}
