package dataplane

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"retryctl.dev/golden/conformance/backend"
)

// An XDS is what a control plane made of one input, as protocol buffers' JSON.
type XDS struct {
	Name     string `json:"name"`
	Routes   []any  `json:"routes"`   // RouteConfigurations
	Clusters []any  `json:"clusters"` // Clusters
	// Listener is what the listener has beside them.
	Listener Listener `json:"-"`
}

// A Listener is what is set of an input's listener; of what is zero, Envoy Gateway's
// buffer and Envoy's own window hold.
type Listener struct {
	// Buffer is its per_connection_buffer_limit_bytes; -1 is not set.
	Buffer int
	// Window is the initial_stream_window_size of HTTP/2.
	Window int
	// Whole is the size up to which Envoy's buffer filter waits for a whole request.
	Whole int
}

type envoyPlane struct {
	*process
	counts
	ports map[string]int
}

// accessLog is one line for each request: its ID and the number of tries.
const accessLog = "retryctl-tries %REQ(X-Retryctl-Id)% %UPSTREAM_REQUEST_ATTEMPT_COUNT% %RESPONSE_FLAGS%\n"

// bufferLimit is that of Envoy Gateway's listeners.
const bufferLimit = 32768

// StartEnvoy runs Envoy with a listener for each input and kind of backend. The
// routes and clusters stay as they are but for the clusters' endpoints.
func StartEnvoy(binary string, b *backend.Backend, inputs []XDS) (DataPlane, error) {
	dir, err := os.MkdirTemp("", "envoy")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var listeners, clusters []any
	for _, in := range inputs {
		for _, kind := range Upstreams() {
			l, c, err := in.site(kind, address(b, kind))
			if err != nil {
				return nil, fmt.Errorf("input %s: %w", in.Name, err)
			}
			listeners, clusters = append(listeners, l), append(clusters, c...)
		}
	}
	config, _ := json.Marshal(map[string]any{
		"admin":            map[string]any{"address": socketAddress("127.0.0.1:0")},
		"static_resources": map[string]any{"listeners": listeners, "clusters": clusters},
	})
	file, admin := filepath.Join(dir, "envoy.json"), filepath.Join(dir, "admin")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		return nil, err
	}
	e := &envoyPlane{ports: map[string]int{}}
	e.process, err = run(e.line, nil, binary, "-c", file, "--disable-hot-restart", "--concurrency", "1",
		"--file-flush-interval-msec", "50", "-l", "warn", "--admin-address-path", admin)
	if err != nil {
		return nil, err
	}
	if err := e.until(60*time.Second, func() bool { return e.find(admin, len(listeners)) }); err != nil {
		e.Stop()
		return nil, err
	}
	return e, nil
}

// Stop ends Envoy.
func (e *envoyPlane) Stop() { e.stop() }

// Address gives where a site listens.
func (e *envoyPlane) Address(site string, kind Upstream) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(e.ports[site+"|"+string(kind)]))
}

func (e *envoyPlane) line(text string) {
	fields := strings.Fields(text)
	if len(fields) < 3 || fields[0] != "retryctl-tries" {
		return
	}
	if n, err := strconv.Atoi(fields[2]); err == nil {
		e.set(fields[1], n)
	}
}

// find asks for the ports of the listeners once Envoy says that it is live.
func (e *envoyPlane) find(admin string, want int) bool {
	addr, err := os.ReadFile(admin)
	if err != nil {
		return false
	}
	client := http.Client{Timeout: 5 * time.Second}
	if r, err := client.Get("http://" + string(addr) + "/ready"); err != nil || r.StatusCode != 200 {
		return false
	}
	r, err := client.Get("http://" + string(addr) + "/listeners?format=json")
	if err != nil {
		return false
	}
	defer r.Body.Close()
	var list struct {
		Statuses []struct {
			Name  string
			Local struct {
				Socket struct {
					Port int `json:"port_value"`
				} `json:"socket_address"`
			} `json:"local_address"`
		} `json:"listener_statuses"`
	}
	text, _ := io.ReadAll(r.Body)
	if json.Unmarshal(text, &list) != nil {
		return false
	}
	for _, s := range list.Statuses {
		e.ports[s.Name] = s.Local.Socket.Port
	}
	return len(e.ports) == want
}
