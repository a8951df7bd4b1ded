package admission

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// A module is where CRDs are published: a version of a Go module, by the hash of
// its content. Only its zip file is used, so that neither its requirements nor
// the Go version that it wants matter.
type module struct{ path, version, sum string }

var (
	envoyGateway19 = module{"github.com/envoyproxy/gateway", "v1.9.1", "h1:vAVp6/AlBXJ1aOhp1mxL7fNEzVEfjADUguUhm2wzxQY="}
	envoyGateway18 = module{"github.com/envoyproxy/gateway", "v1.8.0", "h1:pn5TYSteO1zZjUMPVXGY7ayFDhZAZZWAQ+yDgVzj78o="}
	envoyGateway17 = module{"github.com/envoyproxy/gateway", "v1.7.0", "h1:noVz4fADhljSKpQFaspb25+C3kC8bBBisQZle9W0ei4="}
	envoyGateway15 = module{"github.com/envoyproxy/gateway", "v1.5.0", "h1:wfHytSeNoinwu0vCtWT61XK23qJuRmJyU+CPWdIJp2I="}
	envoyGateway13 = module{"github.com/envoyproxy/gateway", "v1.3.0", "h1:c/JpMvgIylKbaCUEMjLdSPHRq7B4S3wsqpVVv/30U50="}
	gatewayAPI12   = module{"sigs.k8s.io/gateway-api", "v1.2.1", "h1:fZZ/+RyRb+Y5tGkwxFKuYuSRQHu9dZtbjenblleOLHM="}
	gatewayAPI15   = module{"sigs.k8s.io/gateway-api", "v1.5.1", "h1:RqVRIlkhLhUO8wOHKTLnTJA6o/1un4po4/6M1nRzdd0="}
	gatewayAPI16   = module{"sigs.k8s.io/gateway-api", "v1.6.3", "h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc="}
	gatewayAPI17   = module{"sigs.k8s.io/gateway-api", "v1.7.0", "h1:duVnm7nO6oXfMMUWfcDoBph47CYR/ME3NGxccOVglaY="}
	istioAPI       = module{"istio.io/api", "v1.31.4", "h1:AcnncYrlDj1PJkym7h88Gggkef4MAra8QpGaXRMsr+E="}
	traefik37      = module{"github.com/traefik/traefik/v3", "v3.7.13", "h1:T8wy9KuaFzCkmXCqAzDy7t73pBDR1DHrJe3pqXpNXTw="}
	kong           = module{"github.com/kong/kubernetes-configuration/v2", "v2.0.0-alpha.1", "h1:HEdjbq175UL1jHAQUgOvQQDn202pALWNn6n7WE5Jo1Y="}
)

// files gives the YAML files of the module whose path begins with one of the
// prefixes, in the order of the zip file. The module comes from the module cache
// or, once, from the module proxy.
func (m module) files(prefixes ...string) ([][]byte, error) {
	at, err := m.download()
	if err != nil {
		return nil, err
	}
	archive, err := zip.OpenReader(at)
	if err != nil {
		return nil, err
	}
	defer archive.Close() //nolint:errcheck // only read
	var files [][]byte
	for _, f := range archive.File {
		name := strings.TrimPrefix(f.Name, m.path+"@"+m.version+"/")
		if !strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".yml") || !anyPrefix(name, prefixes) {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		files = append(files, text)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s %s has no files below %v", m.path, m.version, prefixes)
	}
	return files, nil
}

func anyPrefix(name string, prefixes []string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// download gives the path of the module's zip file. The go command refuses a
// module that wants a newer Go, and has its zip file all the same; its content is
// checked against the hash above and not against the public log.
func (m module) download() (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", m.path+"@"+m.version)
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GONOSUMDB=*", "GOWORK=off")
	out, err := cmd.Output()
	var found struct{ Zip, Sum, Error string }
	if json.Unmarshal(out, &found) != nil || found.Zip == "" {
		return "", fmt.Errorf("download %s %s: %s (%v)", m.path, m.version, found.Error, err)
	}
	if found.Sum != m.sum {
		return "", fmt.Errorf("%s %s has the hash %s, and %s is expected", m.path, m.version, found.Sum, m.sum)
	}
	return found.Zip, nil
}
