// Package flux runs docs/examples/flux against a registry: by default with Flux's own
// client of registries in the place of flux, which takes many minutes of CPU to build.
// With -flux build, or with the path of one, the real flux is run, and more is tried.
package flux

import (
	"bytes"
	"flag"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fluxcd/pkg/oci"
	"github.com/google/go-containerregistry/pkg/registry"

	"retryctl.dev/golden/built"
)

var (
	real   = flag.String("flux", "", "the flux to run: a path, or build to build it, which takes some five minutes of CPU")
	update = flag.Bool("update", false, "write anew what the folder comes to, and fail")
)

const example = "../../docs/examples/flux"

func TestMain(m *testing.M) {
	flag.Parse()
	for _, name := range []string{"GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "FINDINGS", "RETRYCTL_REPORT"} {
		os.Unsetenv(name)
	}
	os.Exit(built.Run(m, flux, built.Retryctl("../..")))
}

// flux puts into a folder what is called flux here.
func flux(bin string) error {
	switch *real {
	case "":
		return built.Program{Dir: ".", Name: "flux", Package: "./push"}.Build(bin)
	case "build":
		return buildFlux(bin)
	}
	path, err := filepath.Abs(*real)
	if err != nil {
		return err
	}
	return os.Symlink(path, filepath.Join(bin, "flux"))
}

// start starts a registry and gives its address.
func start(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// checkout gives a repository with the folder in which texts of a file are others.
func checkout(t *testing.T, name string, changes ...string) string {
	t.Helper()
	repo := t.TempDir()
	if err := os.CopyFS(filepath.Join(repo, "deploy"), os.DirFS("app")); err != nil {
		t.Fatal(err)
	}
	if len(changes) > 0 {
		path := filepath.Join(repo, "deploy", name)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.NewReplacer(changes...).Replace(string(text))
		if changed == string(text) {
			t.Fatalf("%s does not hold %q", name, changes)
		}
		if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git(t, repo, "init", "-q", "-b", "main")
	git(t, repo, "remote", "add", "origin", "https://git.example.com/shop.git")
	git(t, repo, "add", "-A")
	git(t, repo, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "The shop")
	return repo
}

func git(t *testing.T, repo string, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", append([]string{"-C", repo}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// call runs a program in a folder.
func call(t *testing.T, folder, program string, args ...string) (output string, err error) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = folder
	var both bytes.Buffer
	cmd.Stdout, cmd.Stderr = &both, &both
	err = cmd.Run()
	return both.String(), err
}

// publish runs the script of the example.
func publish(t *testing.T, repo string, args ...string) (output string, err error) {
	t.Helper()
	script, err := filepath.Abs(filepath.Join(example, "publish.sh"))
	if err != nil {
		t.Fatal(err)
	}
	return call(t, repo, script, args...)
}

// pull gives the files of an artifact and where they say that they are from.
func pull(t *testing.T, url string) (folder string, meta *oci.Metadata, err error) {
	t.Helper()
	folder = t.TempDir()
	meta, err = oci.NewClient(oci.DefaultOptions()).Pull(t.Context(), url, folder)
	return folder, meta, err
}
