package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"retryctl.dev/golden/conformance/binaries"
)

// acme is the module for certificates that Traefik is built with, and olderAcme that of
// the older patch. Its package for DNS providers imports hundreds of modules, some of
// which a proxy may refuse, and is of no use here.
const (
	acme      = "github.com/go-acme/lego/v5@v5.4.1"
	olderAcme = "github.com/go-acme/lego/v4@v4.35.2"
)

// noProviders takes the place of that package.
const noProviders = `// Package dns has no DNS providers.
package dns

import (
	"fmt"

	"%s/challenge"
)

// NewDNSChallengeProviderByName knows no provider.
func NewDNSChallengeProviderByName(name string) (challenge.Provider, error) {
	return nil, fmt.Errorf("no DNS provider %%q in this build", name)
}
`

// getTraefik builds Traefik from the nested module, whose go.mod points at a copy
// of the ACME module without its DNS providers.
func getTraefik(ctx context.Context) error {
	if err := trimmed(ctx, acme, filepath.Join(cache, "lego")); err != nil {
		return fmt.Errorf("copy %s: %w", acme, err)
	}
	path, err := filepath.Abs(filepath.Join(cache, "bin", "traefik-"+binaries.TraefikVersion))
	if err != nil {
		return err
	}
	_, err = command(ctx, "traefik", "go", "build", "-o", path, "github.com/traefik/traefik/v3/cmd/traefik")
	return err
}

// getOlderTraefik builds an older patch from a copy of the nested module, which requires
// that one and is completed for it.
func getOlderTraefik(ctx context.Context) error {
	const lego = "lego-older"
	if err := trimmed(ctx, olderAcme, filepath.Join(cache, lego)); err != nil {
		return fmt.Errorf("copy %s: %w", olderAcme, err)
	}
	module := filepath.Join(cache, "traefik-"+binaries.OlderTraefikVersion)
	if err := os.RemoveAll(module); err != nil {
		return err
	}
	if err := os.CopyFS(module, os.DirFS("traefik")); err != nil {
		return err
	}
	path, err := filepath.Abs(filepath.Join(cache, "bin", "traefik-"+binaries.OlderTraefikVersion))
	if err != nil {
		return err
	}
	name, _, _ := strings.Cut(olderAcme, "@")
	for _, args := range [][]string{
		{"mod", "edit", "-require=github.com/traefik/traefik/v3@v" + binaries.OlderTraefikVersion, "-dropreplace=github.com/go-acme/lego/v5", "-replace=" + name + "=../" + lego,
			"-replace=github.com/mailgun/minheap=github.com/containous/minheap@v0.0.0-20190809180810-6e71eb837595"},
		{"build", "-mod=mod", "-o", path, "github.com/traefik/traefik/v3/cmd/traefik"},
	} {
		if _, err := command(ctx, module, "go", args...); err != nil {
			return err
		}
	}
	return nil
}

// trimmed makes a copy of a module for certificates.
func trimmed(ctx context.Context, acme, to string) error {
	text, err := command(ctx, os.TempDir(), "go", "mod", "download", "-json", acme)
	if err != nil {
		return err
	}
	var downloaded struct{ Dir string }
	if err := json.Unmarshal([]byte(text), &downloaded); err != nil {
		return err
	}
	from := downloaded.Dir
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	for _, name := range []string{"acme", "certcrypto", "certificate", "challenge", "internal", "lego", "log", "platform", "registration"} {
		if _, err := os.Stat(filepath.Join(from, name)); err != nil {
			continue // not in every version
		}
		if err := os.CopyFS(filepath.Join(to, name), os.DirFS(filepath.Join(from, name))); err != nil {
			return err
		}
	}
	module, _, _ := strings.Cut(acme, "@")
	mod, err := os.ReadFile(filepath.Join(from, "go.mod"))
	if err != nil {
		return err
	}
	dns := filepath.Join(to, "providers", "dns")
	if err := os.MkdirAll(dns, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dns, "dns.go"), fmt.Appendf(nil, noProviders, module), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "go.mod"), mod, 0o644)
}
