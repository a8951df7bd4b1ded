package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestWhatGoreleaserBuildsIsWhatIsChecked, with the flags that docs/release.md tells
// to whoever wants to build it again.
func TestWhatGoreleaserBuildsIsWhatIsChecked(t *testing.T) {
	raw, err := os.ReadFile("../../../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Builds []struct{ Env, Flags, Ldflags, Goos, Goarch []string }
	}
	if err := yaml.Unmarshal(raw, &config); err != nil || len(config.Builds) != 1 {
		t.Fatalf("%d builds, %v", len(config.Builds), err)
	}
	build := config.Builds[0]
	var built []platform
	for _, system := range build.Goos {
		for _, arch := range build.Goarch {
			built = append(built, platform{system, arch})
		}
	}
	if !slices.Equal(built, platforms) {
		t.Errorf("builds %v, and %v are checked", built, platforms)
	}
	docs, err := os.ReadFile("../../../docs/release.md")
	if err != nil {
		t.Fatal(err)
	}
	flags := slices.DeleteFunc(build.Flags, func(flag string) bool { return flag == "-mod=readonly" }) // the default
	command := strings.Join(build.Env, " ") + " GOOS=linux GOARCH=arm64 go build " + strings.Join(flags, " ") +
		" -ldflags='" + strings.Join(build.Ldflags, " ") + "' ./cmd/retryctl"
	if !strings.Contains(string(docs), command) {
		t.Errorf("docs/release.md does not say %s", command)
	}
}
