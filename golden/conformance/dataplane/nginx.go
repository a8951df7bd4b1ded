package dataplane

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"retryctl.dev/golden/conformance/backend"
)

type nginxPlane struct {
	*process
	counts
	ports map[string]string
	dir   string // large bodies are kept there
}

// StartNginx runs nginx with a server for each input and kind of backend. It does
// what Kong's nginx does: code of plugins runs in the access phase and sets the
// retries of the request, and the balancer asks for that many more tries. Kong
// itself, its plugins and its router are not there.
func StartNginx(root string, b *backend.Backend, inputs []Objects) (DataPlane, error) {
	n := &nginxPlane{ports: map[string]string{}}
	var names []string
	objects := map[string]Objects{}
	for _, in := range inputs {
		names, objects[in.Name] = append(names, in.Name), in
	}
	var servers strings.Builder
	err := n.servers(names, func(addr, name string, kind Upstream) {
		writeServer(&servers, addr, objects[name], kind, address(b, kind))
	})
	if err != nil {
		return nil, err
	}
	return n, n.start(root, kongShim, servers.String())
}

// servers has a server written for each site and each kind of backend over HTTP/1.1,
// which is what nginx speaks, with the address that it is to listen at.
func (n *nginxPlane) servers(sites []string, write func(addr, site string, kind Upstream)) error {
	host := loopback()
	kinds := []Upstream{Scripted, Refused, Silent, Resetting}
	ports, err := freePorts(host, len(sites)*len(kinds))
	if err != nil {
		return err
	}
	for _, site := range sites {
		for _, kind := range kinds {
			addr := net.JoinHostPort(host, strconv.Itoa(ports[len(n.ports)]))
			n.ports[site+"|"+string(kind)] = addr
			write(addr, site, kind)
		}
	}
	return nil
}

// start runs nginx with Lua that defines shim, and with servers.
func (n *nginxPlane) start(root, shim, servers string) error {
	var err error
	if n.dir, err = os.MkdirTemp("", "nginx"); err != nil {
		return err
	}
	started := false
	defer func() {
		if !started {
			os.RemoveAll(n.dir)
		}
	}()
	config := fmt.Sprintf(nginxConfig, root, n.dir, shim, servers)
	file := filepath.Join(n.dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return err
	}
	libraries := filepath.Join(root, "usr/lib/x86_64-linux-gnu") + ":" + filepath.Join(root, "lib/x86_64-linux-gnu") + ":" +
		filepath.Join(root, "usr/lib/aarch64-linux-gnu") + ":" + filepath.Join(root, "lib/aarch64-linux-gnu")
	n.process, err = run(n.line, []string{"LD_LIBRARY_PATH=" + libraries}, filepath.Join(root, "usr/sbin/nginx"), "-c", file, "-p", n.dir, "-e", "stderr", "-g", "daemon off; master_process off;")
	if err != nil {
		return err
	}
	if err := n.until(30*time.Second, n.listens); err != nil {
		n.Stop()
		return err
	}
	started = true
	return nil
}

// listens reports whether every server takes connections.
func (n *nginxPlane) listens() bool {
	for _, addr := range n.ports {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err != nil {
			return false
		}
		c.Close()
	}
	return true
}

// Stop ends nginx.
func (n *nginxPlane) Stop() {
	n.stop()
	os.RemoveAll(n.dir)
}

// Address gives where a site listens; nothing for HTTP/2.
func (n *nginxPlane) Address(site string, kind Upstream) string {
	return n.ports[site+"|"+string(kind)]
}

// line reads the access log: the ID, and the address of each try.
func (n *nginxPlane) line(text string) {
	rest, ok := strings.CutPrefix(text, "retryctl-tries ")
	if !ok {
		return
	}
	id, tried, _ := strings.Cut(rest, " ")
	if tried = strings.TrimSpace(tried); tried != "-" && tried != "" {
		n.set(id, 1+strings.Count(tried, ","))
	}
}

// nginxConfig has no proxy_next_upstream and bounds no body, as Kong's does neither.
const nginxConfig = `
load_module %[1]s/usr/lib/nginx/modules/ndk_http_module.so;
load_module %[1]s/usr/lib/nginx/modules/ngx_http_lua_module.so;
worker_processes 1;
error_log stderr error;
pid %[2]s/pid;
events { worker_connections 4096; }
http {
  client_max_body_size 0;
  client_body_temp_path %[2]s/body;
  proxy_temp_path %[2]s/proxy;
  fastcgi_temp_path %[2]s/fastcgi;
  uwsgi_temp_path %[2]s/uwsgi;
  scgi_temp_path %[2]s/scgi;
  lua_package_path "%[1]s/usr/share/lua/5.1/?.lua;;";
  log_format tries "retryctl-tries $http_x_retryctl_id $upstream_addr";
  access_log /dev/stdout tries;
  init_by_lua_block {
%[3]s
  }
  upstream balancer {
    server 0.0.0.1;
    balancer_by_lua_block { shim.balance() }
  }
%[4]s}
`
