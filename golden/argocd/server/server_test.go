// Package server runs docs/examples/argocd in Argo CD's own plugin server, and asks it
// as Argo CD's own repository server does. It is a module of its own beside the one
// above, because it takes about six minutes of CPU to build.
package server

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/cmpserver"
	"github.com/argoproj/argo-cd/v3/cmpserver/plugin"
	"github.com/argoproj/argo-cd/v3/common"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/app/discovery"
	"github.com/argoproj/argo-cd/v3/util/cmp"
	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/yaml"

	"retryctl.dev/golden/built"
)

const example = "../../../docs/examples/argocd"

func TestMain(m *testing.M) {
	ready := func(folder string) error {
		os.Setenv(common.EnvPluginSockFilePath, folder)
		os.Setenv(common.EnvCMPWorkDir, folder)
		return serve()
	}
	os.Exit(built.Run(m, ready, built.Retryctl("../../..")))
}

// serve starts the plugin server, which then runs until the tests end.
func serve() error {
	config, err := plugin.ReadPluginConfig(example)
	if err != nil {
		return err
	}
	server, err := cmpserver.NewServer(plugin.CMPServerInitConstants{PluginConfig: *config})
	if err != nil {
		return err
	}
	go server.Run()
	for range 100 {
		conn, err := net.Dial("unix", config.Address())
		if err == nil {
			return conn.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("the plugin server does not listen")
}

// generate gives the manifests of an application in a folder of a repository.
func generate(t *testing.T, repo, path string, source *v1alpha1.ApplicationSourcePlugin) ([]string, error) {
	t.Helper()
	env, err := source.Parameters.Environ()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	app := filepath.Join(repo, path)
	conn, client, err := discovery.DetectConfigManagementPlugin(ctx, app, repo, source.Name, env, nil)
	if err != nil {
		return nil, err
	}
	defer conn.Close() //nolint:errcheck // what was asked is answered
	stream, err := client.GenerateManifest(ctx)
	if err != nil {
		return nil, err
	}
	if err := cmp.SendRepoStream(ctx, app, repo, stream, env, nil); err != nil {
		return nil, err
	}
	answer, err := stream.CloseAndRecv()
	if err != nil {
		return nil, err
	}
	return answer.Manifests, nil
}

// strictly reads a file of the example into Argo CD's or Kubernetes' own type.
func strictly(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(example, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// repository gives a repository with the application in the folder that the example
// names, and texts of its policy replaced.
func repository(t *testing.T, changes ...string) (repo string, source *v1alpha1.ApplicationSource) {
	t.Helper()
	var application v1alpha1.Application
	strictly(t, "application.yaml", &application)
	source = application.Spec.Source
	repo = t.TempDir()
	app := filepath.Join(repo, source.Path)
	if err := os.CopyFS(app, os.DirFS("../app")); err != nil {
		t.Fatal(err)
	}
	policy := filepath.Join(app, "policy.yaml")
	text, err := os.ReadFile(policy)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(changes...).Replace(string(text))
	if len(changes) > 0 && changed == string(text) {
		t.Fatalf("%s does not hold %q", policy, changes)
	}
	if err := os.WriteFile(policy, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	return repo, source
}

func TestTheFilesAreWhatArgoCDReads(t *testing.T) {
	var config plugin.PluginConfig
	strictly(t, "plugin.yaml", &config)
	if err := plugin.ValidatePluginConfig(config); err != nil {
		t.Error(err)
	}
	var deployment appsv1.Deployment
	strictly(t, "repo-server.yaml", &deployment)
	sidecar := deployment.Spec.Template.Spec.Containers[0]
	if *sidecar.SecurityContext.RunAsUser != 999 || !reflect.DeepEqual(sidecar.Command, []string{"/var/run/argocd/argocd-cmp-server"}) {
		t.Errorf("the sidecar runs %q as %d", sidecar.Command, *sidecar.SecurityContext.RunAsUser)
	}
	mounts := map[string]string{}
	for _, mount := range sidecar.VolumeMounts {
		mounts[mount.MountPath] = mount.Name
	}
	if mounts["/var/run/argocd"] != "var-files" || mounts[common.DefaultPluginSockFilePath] != "plugins" || mounts["/tmp"] == "" || mounts["/tmp"] == "tmp" {
		t.Errorf("the sidecar has %v", mounts)
	}
	dockerfile, err := os.ReadFile(filepath.Join(example, "Dockerfile"))
	if err != nil || !strings.Contains(string(dockerfile), " "+common.DefaultPluginConfigFilePath+"/"+common.PluginConfigFileName+"\n") {
		t.Errorf("the image has no plugin.yaml in %s (%v)", common.DefaultPluginConfigFilePath, err)
	}
}

func TestArgoCDGetsWhatIsRecorded(t *testing.T) {
	repo, source := repository(t)
	manifests, err := generate(t, repo, source.Path, source.Plugin)
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := os.ReadFile("../generated.yaml")
	if err != nil {
		t.Fatal(err)
	}
	docs := strings.Split(string(recorded), "\n---\n")
	if len(docs) != len(manifests) {
		t.Fatalf("%d manifests, and %d are recorded", len(manifests), len(docs))
	}
	for n, doc := range docs {
		var got, want any
		if err := errors.Join(yaml.Unmarshal([]byte(manifests[n]), &got), yaml.Unmarshal([]byte(doc), &want)); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("manifest %d is\n%s\nand this is recorded:\n%s", n, manifests[n], doc)
		}
	}
}

// An application shows the error of its manifests, so this is what a person reads.
func TestFindingsAreInTheErrorOfTheApplication(t *testing.T) {
	for want, changes := range map[string][]string{
		"error RT2005 [envoy-gateway] spec.backoff.jitter": {"maxRetries: 2", "maxRetries: 2\n  backoff: {baseInterval: 50ms, jitter: None}"},
		"error RT1004 spec.maxRetries":                     {"maxRetries: 2", "maxRetries: -2"},
		"error RT3001":                                     {"name: checkout\n  maxRetries", "name: other\n  maxRetries"},
	} {
		repo, source := repository(t, changes...)
		manifests, err := generate(t, repo, source.Path, source.Plugin)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d manifests, and the error is %v: %q is expected in it", len(manifests), err, want)
		}
	}
}

func TestAParameterNamesTheGateway(t *testing.T) {
	repo, source := repository(t)
	gateway := "nginx"
	source.Plugin.Parameters[0].String_ = &gateway
	if _, err := generate(t, repo, source.Path, source.Plugin); err == nil || !strings.Contains(err.Error(), `"nginx": one of all, envoy-gateway`) {
		t.Errorf("the error is %v", err)
	}
}

func TestAFolderWithoutAPolicyIsNotForThePlugin(t *testing.T) {
	repo, source := repository(t, "kind: RetryPolicy", "kind: ConfigMap")
	for _, name := range []string{"", source.Plugin.Name} {
		if _, err := generate(t, repo, source.Path, &v1alpha1.ApplicationSourcePlugin{Name: name}); err == nil {
			t.Errorf("with the name %q it is", name)
		}
	}
	repo, source = repository(t)
	if _, err := generate(t, repo, source.Path, &v1alpha1.ApplicationSourcePlugin{}); err != nil {
		t.Errorf("a folder with one is not found without a name: %v", err)
	}
}
