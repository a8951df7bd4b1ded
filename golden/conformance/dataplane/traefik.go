package dataplane

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"retryctl.dev/golden/conformance/backend"
	"retryctl.dev/schema/manifest"
)

type traefikPlane struct {
	*process
	counts
	address string
}

// StartTraefik runs Traefik with a router for each rule of the inputs and each
// kind of backend. The specs of Middlewares and ServersTransports are given to it
// as they are, through its file provider; routers and services are made here, as
// its Kubernetes providers make them.
func StartTraefik(binary string, b *backend.Backend, inputs []Objects) (DataPlane, error) {
	dir, err := os.MkdirTemp("", "traefik")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	host := loopback()
	ports, err := freePorts(host, 1)
	if err != nil {
		return nil, err
	}
	config := dynamic{map[string]any{}, map[string]any{}, map[string]any{}, map[string]any{}}
	for _, in := range inputs {
		for _, kind := range Upstreams() {
			config.site(in, kind, address(b, kind))
		}
	}
	file := filepath.Join(dir, "dynamic.yaml")
	if err := os.WriteFile(file, config.json(), 0o600); err != nil {
		return nil, err
	}
	t := &traefikPlane{address: net.JoinHostPort(host, strconv.Itoa(ports[0]))}
	t.process, err = run(t.line, nil, binary, "--entrypoints.web.address="+t.address, "--providers.file.filename="+file,
		"--log.level=DEBUG", "--accesslog=true", "--accesslog.format=json", "--global.checknewversion=false", "--global.sendanonymoususage=false")
	if err != nil {
		return nil, err
	}
	if err := t.until(60*time.Second, t.serves); err != nil {
		t.Stop()
		return nil, err
	}
	return t, nil
}

// serves asks for the router that is always there.
func (t *traefikPlane) serves() bool {
	client := http.Client{Timeout: time.Second}
	r, err := client.Get("http://" + t.address + "/retryctl-ready")
	if err == nil {
		r.Body.Close()
	}
	return err == nil && r.StatusCode == http.StatusTeapot
}

// Stop ends Traefik.
func (t *traefikPlane) Stop() { t.stop() }

// Address gives the one address; SiteHeader tells the site.
func (t *traefikPlane) Address(string, Upstream) string { return t.address }

// Traefik tells a new try in its log, and in its access log that a request is
// done. Both have the request's path, which holds the ID.
var (
	newTry  = regexp.MustCompile(`New attempt (\d+) for request: \S*[?&]id=([\w-]+)`)
	request = regexp.MustCompile(`"RequestPath":"[^"]*[?&]id=([\w-]+)`)
)

func (t *traefikPlane) line(text string) {
	if m := newTry.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1])
		t.pending(m[2], n)
	} else if m := request.FindStringSubmatch(text); m != nil {
		t.done(m[1])
	}
}

// dynamic is Traefik's dynamic configuration.
type dynamic struct{ routers, services, middlewares, transports map[string]any }

func (d dynamic) json() []byte {
	// A router of which the test knows that it is there, answered by Traefik.
	d.routers["ready"] = map[string]any{"rule": "Path(`/retryctl-ready`)", "service": "ready", "middlewares": []string{"ready"}}
	d.services["ready"] = map[string]any{"loadBalancer": map[string]any{"servers": []any{}}}
	d.middlewares["ready"] = map[string]any{"ipAllowList": map[string]any{"sourceRange": []string{"192.0.2.1"}, "rejectStatusCode": http.StatusTeapot}}
	text, _ := json.Marshal(map[string]any{"http": map[string]any{
		"routers": d.routers, "services": d.services, "middlewares": d.middlewares, "serversTransports": d.transports,
	}})
	return text
}

// site adds the rules of an input for one kind of backend.
func (d dynamic) site(in Objects, kind Upstream, addr string) {
	site := in.Name + "." + string(kind)
	for n, s := range in.serves() {
		name := fmt.Sprintf("%s.%d", site, n)
		router := map[string]any{"rule": fmt.Sprintf("(%s) && Header(`%s`, `%s`)", s.condition(), SiteHeader, site), "service": name}
		var middlewares []string
		for _, f := range s.filters {
			id := manifest.ID{Group: f.group, Kind: f.kind, Namespace: s.namespace, Name: f.name}
			if f.kind != "Middleware" {
				continue // of another gateway, or a filter of headers
			}
			key := fmt.Sprintf("%s.%s.%s", in.Name, s.namespace, f.name)
			if body := spec(in.World.Get(id)); body != nil {
				d.middlewares[key] = body
			}
			middlewares = append(middlewares, key) // also one that does not exist
		}
		if middlewares != nil {
			router["middlewares"] = middlewares
		}
		d.routers[name] = router
		scheme := "http"
		if kind == Framed {
			scheme = "h2c"
		}
		d.services[name] = map[string]any{"loadBalancer": map[string]any{
			"servers": []any{map[string]any{"url": scheme + "://" + addr}}, "serversTransport": name,
		}}
		d.transports[name] = d.transport(in, s, kind)
	}
}

// transport is that of the rule's Service, with a shorter time to connect for
// backends that never let it.
func (d dynamic) transport(in Objects, s served, kind Upstream) any {
	transport := map[string]any{}
	if s.transport != "" {
		whole := spec(in.World.Get(manifest.ID{Group: "traefik.io", Kind: "ServersTransport", Namespace: s.namespace, Name: s.transport}))
		if timeouts, ok := whole["forwardingTimeouts"].(map[string]any); ok {
			transport["forwardingTimeouts"] = timeouts
		}
	}
	if kind == Silent {
		timeouts, _ := transport["forwardingTimeouts"].(map[string]any)
		if timeouts == nil {
			timeouts = map[string]any{}
		}
		timeouts["dialTimeout"] = silentTimeout
		transport["forwardingTimeouts"] = timeouts
	}
	return transport
}

// condition is a rule's part of a router's rule, as Traefik writes it.
func (s served) condition() string {
	if s.expr != "" {
		return s.expr
	}
	var any []string
	for _, m := range s.matches {
		all := []string{}
		var hosts []string
		for _, h := range s.hosts {
			if rest, ok := strings.CutPrefix(h, "*"); ok {
				hosts = append(hosts, fmt.Sprintf("HostRegexp(`^[a-z0-9-.]+%s$`)", regexp.QuoteMeta(rest)))
			} else {
				hosts = append(hosts, fmt.Sprintf("Host(`%s`)", h))
			}
		}
		if len(hosts) > 0 {
			all = append(all, "("+strings.Join(hosts, " || ")+")")
		}
		switch {
		case m.exact:
			all = append(all, fmt.Sprintf("Path(`%s`)", m.path))
		default:
			all = append(all, fmt.Sprintf("PathPrefix(`%s`)", m.path))
		}
		if m.method != "" {
			all = append(all, fmt.Sprintf("Method(`%s`)", m.method))
		}
		for _, h := range m.headers {
			all = append(all, fmt.Sprintf("Header(`%s`, `%s`)", h[0], h[1]))
		}
		any = append(any, "("+strings.Join(all, " && ")+")")
	}
	return strings.Join(any, " || ")
}
