package cluster

import (
	"archive/zip"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// A cluster is an API server on loopback, with nothing behind it but etcd.
type cluster struct {
	folder string
	stop   []func()
}

const token = "of-this-test"

// start builds what is not there yet into bin, and starts etcd and the API server
// with everything that they write below a folder.
func start(folder string) (*cluster, error) {
	for name, path := range map[string]string{"etcd": "./etcd", "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver", "kubectl": "k8s.io/kubernetes/cmd/kubectl"} {
		if _, err := os.Stat(binary(name)); err == nil {
			continue
		}
		const version = "v1.36.0" // without it the API server refuses its own version
		cmd := exec.Command("go", "build", "-p", "2", "-o", binary(name), "-ldflags", "-s -w -X k8s.io/component-base/version.gitVersion="+version+
			" -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36 -X k8s.io/client-go/pkg/version.gitVersion="+version, path)
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("build %s: %w", name, err)
		}
	}
	c := &cluster{folder: folder}
	if err := c.run(); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func binary(name string) string {
	path, err := filepath.Abs(filepath.Join("bin", name))
	if err != nil {
		panic(err) // there is a current folder
	}
	return path
}

func (c *cluster) run() error {
	client, peer, secure := port(), port(), port()
	etcd := fmt.Sprintf("http://127.0.0.1:%d", client)
	between := fmt.Sprintf("http://127.0.0.1:%d", peer)
	if err := c.start("etcd", "--data-dir", c.path("etcd"), "--listen-client-urls", etcd, "--advertise-client-urls", etcd, "--listen-peer-urls", between,
		"--initial-advertise-peer-urls", between, "--initial-cluster", "default="+between, "--unsafe-no-fsync", "--log-level", "error"); err != nil {
		return err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	address := fmt.Sprintf("https://127.0.0.1:%d", secure)
	for name, text := range map[string]string{
		"sa.key":     string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})),
		"tokens.csv": token + ",admin,1,system:masters\n",
		"kubeconfig": "apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{name: a, cluster: {server: \"" + address + "\", insecure-skip-tls-verify: true}}]\n" +
			"users: [{name: a, user: {token: " + token + "}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n",
	} {
		if err := os.WriteFile(c.path(name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	if err := c.start("kube-apiserver", "--etcd-servers="+etcd, "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", secure),
		"--endpoint-reconciler-type=none", "--cert-dir="+c.path("certs"), "--service-account-key-file="+c.path("sa.key"), "--service-account-signing-key-file="+c.path("sa.key"),
		"--service-account-issuer=https://kubernetes.default.svc", "--authorization-mode=AlwaysAllow", "--token-auth-file="+c.path("tokens.csv"),
		"--service-cluster-ip-range=10.96.0.0/16", "--disable-admission-plugins=ServiceAccount", "--profiling=false"); err != nil {
		return err
	}
	return c.ready(address)
}

func (c *cluster) path(name string) string { return filepath.Join(c.folder, name) }

// start starts a program, which close ends.
func (c *cluster) start(name string, args ...string) error {
	log, err := os.Create(c.path(name + ".log"))
	if err != nil {
		return err
	}
	cmd := exec.Command(binary(name), args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	c.stop = append(c.stop, func() {
		cmd.Process.Kill() //nolint:errcheck // it may have ended by itself
		cmd.Wait()         //nolint:errcheck // as above
		log.Close()        //nolint:errcheck // nobody reads it any more
	})
	return nil
}

func (c *cluster) close() {
	for n := len(c.stop) - 1; n >= 0; n-- {
		c.stop[n]()
	}
}

func (c *cluster) ready(address string) error {
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} // of a certificate made for this run
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		request, err := http.NewRequest(http.MethodGet, address+"/readyz", nil)
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+token)
		if response, err := client.Do(request); err == nil {
			response.Body.Close() //nolint:errcheck // the status is all
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	log, _ := os.ReadFile(c.path("kube-apiserver.log"))
	return fmt.Errorf("the API server is not ready after two minutes: %s", log)
}

// port gives one that is free.
func port() int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err) // a machine without loopback
	}
	defer l.Close() //nolint:errcheck // it was to be asked for its number only
	return l.Addr().(*net.TCPAddr).Port
}

// kubectl runs the real one, and gives what it printed.
func (c *cluster) kubectl(env []string, args ...string) (stdout, stderr string, err error) {
	cmd := exec.Command(binary("kubectl"), append([]string{"--kubeconfig", c.path("kubeconfig"), "--cache-dir", c.path("cache")}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	var out, complaints strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err = cmd.Run()
	return out.String(), complaints.String(), err
}

// crds are the files of the gateways' custom resource definitions, in their modules,
// with the hash of each module's content.
var crds = []struct{ module, sum, path string }{
	{"sigs.k8s.io/gateway-api@v1.7.0", "h1:duVnm7nO6oXfMMUWfcDoBph47CYR/ME3NGxccOVglaY=", "config/crd/experimental/gateway.*.yaml"},
	{"github.com/envoyproxy/gateway@v1.9.1", "h1:vAVp6/AlBXJ1aOhp1mxL7fNEzVEfjADUguUhm2wzxQY=", "charts/gateway-helm/charts/crds/crds/generated/*.yaml"},
	{"istio.io/api@v1.31.4", "h1:AcnncYrlDj1PJkym7h88Gggkef4MAra8QpGaXRMsr+E=", "kubernetes/customresourcedefinitions.gen.yaml"},
	{"github.com/traefik/traefik/v3@v3.7.13", "h1:T8wy9KuaFzCkmXCqAzDy7t73pBDR1DHrJe3pqXpNXTw=", "docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml"},
	{"github.com/kong/kubernetes-configuration/v2@v2.0.0-alpha.1", "h1:HEdjbq175UL1jHAQUgOvQQDn202pALWNn6n7WE5Jo1Y=", "config/crd/ingress-controller/configuration.konghq.com_*.yaml"},
}

func (c *cluster) install() error {
	for _, one := range crds {
		cmd := exec.Command("go", "mod", "download", "-json", one.module)
		cmd.Dir = c.folder // of no module
		cmd.Env = append(os.Environ(), "GONOSUMDB=*", "GOWORK=off")
		raw, err := cmd.Output() // which is an error where the module wants a newer Go
		var module struct{ Zip, Sum string }
		if json.Unmarshal(raw, &module) != nil || module.Sum != one.sum {
			return fmt.Errorf("download %s: %v: %s", one.module, err, raw)
		}
		file := c.path("crds.yaml")
		if err := unpack(module.Zip, one.module+"/"+one.path, file); err != nil {
			return fmt.Errorf("%s: %w", one.module, err)
		}
		if _, complaints, err := c.kubectl(nil, "apply", "--server-side", "--force-conflicts", "-f", file); err != nil {
			return fmt.Errorf("apply the CRDs of %s: %w: %s", one.module, err, complaints)
		}
	}
	_, complaints, err := c.kubectl(nil, "wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")
	if err != nil {
		return fmt.Errorf("%w: %s", err, complaints)
	}
	return nil
}

// unpack writes the files of an archive whose names fit into one stream of YAML.
func unpack(archive, pattern, to string) error {
	r, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // it is only read
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close() //nolint:errcheck // kubectl tells if something is missing
	found := 0
	for _, f := range r.File {
		if fits, err := path.Match(pattern, f.Name); err != nil || !fits {
			continue
		}
		text, err := f.Open()
		if err != nil {
			return err
		}
		if _, err := io.Copy(out, io.MultiReader(strings.NewReader("\n---\n"), text)); err != nil {
			return err
		}
		found++
	}
	if found == 0 {
		return fmt.Errorf("no file is called %s", pattern)
	}
	return nil
}
