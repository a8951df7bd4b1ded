// Package image builds the image of retryctl with the real ko, which is a tool of
// this module, and runs what it says as kustomize and kpt run a function: without
// arguments, with a ResourceList on standard input.
package image

import (
	"archive/tar"
	"bytes"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// list is what a generator is given.
const list = `apiVersion: config.kubernetes.io/v1
kind: ResourceList
items: []
functionConfig:
  apiVersion: retryctl.dev/v1alpha1
  kind: RetryPolicy
  metadata: {name: api, namespace: shop, annotations: {retryctl.dev/to: envoy-gateway}}
  spec:
    targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: api}]
    maxRetries: 2
    retryOn: {conditions: [ConnectFailure]}
`

func TestTheImageIsAFunctionAndACommand(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skipf("an image is for Linux: what is in it does not run on %s", runtime.GOOS)
	}
	program, config := unpacked(t, built(t))
	if config.User != "65532:65532" {
		t.Errorf("the image runs as %q, not as 65532:65532, which the base says", config.User)
	}
	if out, err := run(program, config); err != nil || !strings.HasPrefix(out, "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n") || !strings.Contains(out, "kind: BackendTrafficPolicy") {
		t.Errorf("without arguments: %v, prints\n%s", err, out)
	}
	if out, err := run(program, config, "version"); err != nil || !strings.HasPrefix(out, "retryctl ") {
		t.Errorf("with version: %v, prints\n%s", err, out)
	}
}

// run starts the program of an image as a container would: with the arguments that
// are given, else those of the image.
func run(program string, config v1.Config, args ...string) (string, error) {
	args = append(append([]string{}, config.Entrypoint[1:]...), args...)
	if len(args) == len(config.Entrypoint)-1 {
		args = append(args, config.Cmd...)
	}
	cmd := exec.Command(program, args...)
	cmd.Env, cmd.Stdin = config.Env, strings.NewReader(list)
	out, err := cmd.Output()
	return string(out), err
}

// built gives the image that make ko makes of .ko.yaml, on a base that holds nothing,
// since there may be no way to the registry of the real one.
func built(t *testing.T) v1.Image {
	t.Helper()
	saved := filepath.Join(t.TempDir(), "image.tar")
	cmd := exec.Command("make", "-C", "../..", "ko", "IMAGE=example.com/retryctl:test", "TARBALL="+saved)
	cmd.Env = append(os.Environ(), "KO_DEFAULTBASEIMAGE="+base(t))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make ko: %v\n%s", err, out)
	}
	tag, err := name.NewTag("example.com/retryctl:test")
	if err != nil {
		t.Fatal(err)
	}
	image, err := tarball.ImageFromPath(saved, &tag)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// base puts an image without files into a registry on this machine, and gives its
// name. Its user is that of distroless' nonroot images.
func base(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	ref, err := name.ParseReference(strings.TrimPrefix(server.URL, "http://") + "/base:nonroot")
	if err != nil {
		t.Fatal(err)
	}
	image, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{
		OS: "linux", Architecture: runtime.GOARCH, Config: v1.Config{User: "65532:65532"},
		RootFS: v1.RootFS{Type: "layers"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, image); err != nil {
		t.Fatal(err)
	}
	return ref.String()
}

// unpacked writes the program that an image starts to disk, and gives its name and
// the image's configuration.
func unpacked(t *testing.T, image v1.Image) (string, v1.Config) {
	t.Helper()
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if len(config.Config.Entrypoint) == 0 {
		t.Fatalf("the image starts nothing: %+v", config.Config)
	}
	files := mutate.Extract(image)
	defer files.Close()
	for r := tar.NewReader(files); ; {
		header, err := r.Next()
		if err != nil {
			t.Fatalf("no %s in the image: %v", config.Config.Entrypoint[0], err)
		}
		if "/"+strings.TrimPrefix(header.Name, "/") != config.Config.Entrypoint[0] {
			continue
		}
		var content bytes.Buffer
		if _, err := io.Copy(&content, r); err != nil {
			t.Fatal(err)
		}
		program := filepath.Join(t.TempDir(), "program")
		if err := os.WriteFile(program, content.Bytes(), header.FileInfo().Mode()); err != nil {
			t.Fatal(err)
		}
		return program, config.Config
	}
}
