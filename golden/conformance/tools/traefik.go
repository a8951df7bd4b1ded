package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"retryctl.dev/golden/conformance/binaries"
)

// acme is the module for certificates that Traefik is built with. Its package for
// DNS providers imports hundreds of modules, some of which a proxy may refuse, and
// is of no use here.
const acme = "github.com/go-acme/lego/v5@v5.4.1"

// noProviders takes the place of that package.
const noProviders = `// Package dns has no DNS providers.
package dns

import (
	"fmt"

	"github.com/go-acme/lego/v5/challenge"
)

// NewDNSChallengeProviderByName knows no provider.
func NewDNSChallengeProviderByName(name string) (challenge.Provider, error) {
	return nil, fmt.Errorf("no DNS provider %q in this build", name)
}
`

// getTraefik builds Traefik from the nested module, whose go.mod points at a copy
// of the ACME module without its DNS providers.
func getTraefik(ctx context.Context) error {
	if err := trimmed(ctx, filepath.Join(cache, "lego")); err != nil {
		return fmt.Errorf("copy %s: %w", acme, err)
	}
	path, err := filepath.Abs(filepath.Join(cache, "bin", "traefik-"+binaries.TraefikVersion))
	if err != nil {
		return err
	}
	_, err = command(ctx, "traefik", "go", "build", "-o", path, "github.com/traefik/traefik/v3/cmd/traefik")
	return err
}

// trimmed makes the copy.
func trimmed(ctx context.Context, to string) error {
	text, err := command(ctx, os.TempDir(), "go", "mod", "download", "-json", acme)
	if err != nil {
		return err
	}
	var module struct{ Dir string }
	if err := json.Unmarshal([]byte(text), &module); err != nil {
		return err
	}
	from := module.Dir
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	for _, name := range []string{"acme", "certcrypto", "certificate", "challenge", "internal", "lego", "log", "platform", "registration"} {
		if err := os.CopyFS(filepath.Join(to, name), os.DirFS(filepath.Join(from, name))); err != nil {
			return err
		}
	}
	mod, err := os.ReadFile(filepath.Join(from, "go.mod"))
	if err != nil {
		return err
	}
	dns := filepath.Join(to, "providers", "dns")
	if err := os.MkdirAll(dns, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dns, "dns.go"), []byte(noProviders), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "go.mod"), mod, 0o644)
}
