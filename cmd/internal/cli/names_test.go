package cli

import (
	"regexp"
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
)

func TestFileNamesAreSafeEverywhereAndEachStandsForOneObject(t *testing.T) {
	long := strings.Repeat("a", 250)
	objects := []*manifest.Object{
		manifest.New("v1", "Service", "a-b", "c"), manifest.New("v1", "Service", "a", "b-c"),
		manifest.New("gateway.networking.k8s.io/v1", "Gateway", "a", "b"), manifest.New("networking.istio.io/v1", "Gateway", "a", "b"),
		manifest.New("v1", "Service", "", "con"), manifest.New("v1", "Service", "", "b"), manifest.New("v1", "Service", "default", "b"),
		manifest.New("v1", "Service", "a", "../../etc/passwd"), manifest.New("v1", "Service", "a", "..-..-etc-passwd"),
		manifest.New("v1", "Service", "a", "UP"), manifest.New("v1", "Service", "a", "up"),
		manifest.New("v1", "Service", "a", `c:\x`+"\n\x00"), manifest.New("v1", "Service", "a", ""),
		manifest.New("v1", "Service", "a", long+"1"), manifest.New("v1", "Service", "a", long+"2"),
	}
	safe := regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)
	devices := regexp.MustCompile(`(?i)^(con|prn|aux|nul|com\d|lpt\d)$`)
	seen := map[string]bool{}
	for n, name := range fileNames(objects) {
		file := name + ".patch.yaml"
		stem, _, _ := strings.Cut(file, ".")
		if !safe.MatchString(file) || devices.MatchString(stem) || len(file) > 255 {
			t.Errorf("%s has the file name %q", objects[n].ID(), file)
		}
		if seen[strings.ToLower(file)] {
			t.Errorf("%s shares the file name %q", objects[n].ID(), file)
		}
		seen[strings.ToLower(file)] = true
	}
}

func TestAFileNameDoesNotDependOnTheOtherObjects(t *testing.T) {
	one := manifest.New("v1", "Service", "a", "b")
	alone, among := fileNames([]*manifest.Object{one}), fileNames([]*manifest.Object{manifest.New("v1", "Service", "a", "c"), one})
	if alone[0] != "service_a_b" || among[1] != alone[0] {
		t.Errorf("%q alone, %q among others", alone[0], among[1])
	}
}
