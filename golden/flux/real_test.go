package flux

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"retryctl.dev/golden/built"
)

// version is that of the flux that is built.
const version = "v2.9.5"

// buildFlux builds flux from its module into a folder. What it installs into clusters is made when it
// is released and not in the module, so in its place there is an empty file.
func buildFlux(bin string) error {
	cmd := exec.Command("go", "mod", "download", "-json", "github.com/fluxcd/flux2/v2@"+version)
	cmd.Dir = os.TempDir() // no requirement of this module
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("get flux %s: %w: %s", version, err, out)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return err
	}
	source, err := os.MkdirTemp("", "flux-source")
	if err != nil {
		return err
	}
	defer os.RemoveAll(source)
	if err := os.CopyFS(source, os.DirFS(module.Dir)); err != nil {
		return err
	}
	manifests := filepath.Join(source, "cmd", "flux", "manifests")
	if err := os.MkdirAll(manifests, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(manifests, "none.yaml"), nil, 0o644); err != nil {
		return err
	}
	return built.Program{Dir: source, Name: "flux", Package: "./cmd/flux"}.Build(bin)
}

func needsFlux(t *testing.T) {
	t.Helper()
	if *real == "" {
		t.Skip("NOT RUN: it is about flux itself. go test -flux build ./... runs it")
	}
}

func TestWhatIsPublishedIsWhatFluxApplies(t *testing.T) {
	needsFlux(t)
	repo, url := checkout(t, ""), "oci://"+start(t)+"/shop:main"
	if output, err := publish(t, repo, url, "deploy"); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	folder := t.TempDir()
	if output, err := call(t, repo, "flux", "pull", "artifact", url, "--output", folder); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	cluster, err := filepath.Abs(filepath.Join(example, "cluster.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	output, err := call(t, folder, "flux", "build", "kustomization", "shop", "--path", folder, "--kustomization-file", cluster, "--dry-run")
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	for _, want := range []string{"kind: HTTPRoute", "kind: BackendTrafficPolicy", "  name: checkout-retryable", "motd: \"yes\""} {
		if !strings.Contains(output, want) {
			t.Errorf("no %q in\n%s", want, output)
		}
	}
}

// TestAPipeIntoFluxPublishesNothing is why the script has no pipe: flux pushes what it
// has read, and pipefail only tells of it afterwards.
func TestAPipeIntoFluxPublishesNothing(t *testing.T) {
	needsFlux(t)
	for set, fails := range map[string]bool{"": false, "set -o pipefail; ": true} {
		url := start(t) + "/shop:main"
		pipe := "retryctl translate -f nowhere.yaml | flux push artifact oci://" + url + " -f - --source a --revision b"
		if output, err := call(t, t.TempDir(), "bash", "-c", set+pipe); (err != nil) != fails {
			t.Fatalf("%s: %v: %s", set+pipe, err, output)
		}
		folder, _, err := pull(t, url)
		if err != nil {
			t.Fatalf("nothing is pushed: %v", err)
		}
		err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			if text, err := os.ReadFile(path); err != nil || len(text) > 0 {
				return errors.Join(err, fmt.Errorf("%s holds %s", path, text))
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestFluxStartsNoFunctions is why there is a script at all.
func TestFluxStartsNoFunctions(t *testing.T) {
	needsFlux(t)
	cluster, err := filepath.Abs(filepath.Join(example, "cluster.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	folder, err := filepath.Abs("../kustomize/transformer")
	if err != nil {
		t.Fatal(err)
	}
	output, err := call(t, folder, "flux", "build", "kustomization", "shop", "--path", folder, "--kustomization-file", cluster, "--dry-run")
	if err == nil || !strings.Contains(output, "external plugins disabled") {
		t.Errorf("%v: %s", err, output)
	}
}
