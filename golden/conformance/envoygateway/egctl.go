package envoygateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Version is that of Envoy Gateway whose translator is run.
const Version = "1.9.1"

// Find gives the translator below cache, golden/conformance/.cache. The error
// says how to build it.
func Find(cache string) (string, error) {
	path, err := filepath.Abs(filepath.Join(cache, "bin", "egctl-"+Version))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("no egctl: %s is not built; in golden/conformance/egctl run: go build -o %s github.com/envoyproxy/gateway/cmd/egctl", path, path)
	}
	return path, nil
}

// batch is how many worlds one run of egctl translates: a run has a fixed cost,
// and its time grows faster than the number of routes.
const batch = 10

// Translate has egctl translate worlds, several in one run. A world that egctl
// refuses as a whole has Refused set.
func Translate(ctx context.Context, egctl string, worlds []World) ([]Translation, error) {
	var all []Translation
	for first := 0; first < len(worlds); first += batch {
		some, err := translate(ctx, egctl, worlds[first:min(first+batch, len(worlds))])
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func translate(ctx context.Context, egctl string, worlds []World) ([]Translation, error) {
	var input bytes.Buffer
	input.WriteString(class)
	for n, w := range worlds {
		for _, o := range w {
			fmt.Fprintf(&input, "---\n%s\n", moved(o, n))
		}
	}
	cmd := exec.CommandContext(ctx, egctl, "x", "translate", "--from", "gateway-api", "--to", "xds,gateway-api",
		"-t", "all", "-o", "json", "--add-missing-resources", "-f", "-")
	cmd.Stdin = &input
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	switch {
	case err == nil:
		return read(out.Bytes(), len(worlds))
	case ctx.Err() != nil || cmd.ProcessState == nil:
		return nil, err
	case len(worlds) == 1:
		return []Translation{{Refused: strings.TrimSpace(complaint.String())}}, nil
	}
	half := len(worlds) / 2 // one of them spoils the run
	first, err := translate(ctx, egctl, worlds[:half])
	if err != nil {
		return nil, err
	}
	second, err := translate(ctx, egctl, worlds[half:])
	return append(first, second...), err
}

// space is what the namespaces of a world are called in a run: it keeps apart the
// worlds that share the run.
func space(n int) string { return fmt.Sprintf("world%03d-", n) }

// moved gives an object, in JSON, with every namespace in it renamed.
func moved(object []byte, n int) []byte {
	var o any
	if err := json.Unmarshal(object, &o); err != nil {
		return object
	}
	var rename func(any)
	rename = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, value := range v {
				if name, ok := value.(string); ok && key == "namespace" {
					v[key] = space(n) + name
				} else {
					rename(value)
				}
			}
		case []any:
			for _, item := range v {
				rename(item)
			}
		}
	}
	rename(o)
	text, err := json.Marshal(o)
	if err != nil {
		return object
	}
	return text
}
