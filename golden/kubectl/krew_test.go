package kubectl

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// plugin is what krew reads of a manifest; it refuses other fields.
type plugin struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Spec struct {
		Version          string     `json:"version"`
		Homepage         string     `json:"homepage"`
		ShortDescription string     `json:"shortDescription"`
		Description      string     `json:"description"`
		Caveats          string     `json:"caveats"`
		Platforms        []platform `json:"platforms"`
	} `json:"spec"`
}

type platform struct {
	Selector struct {
		MatchLabels struct {
			OS   string `json:"os"`
			Arch string `json:"arch"`
		} `json:"matchLabels"`
	} `json:"selector"`
	URI    string `json:"uri"`
	SHA256 string `json:"sha256"`
	Bin    string `json:"bin"`
}

// archive is the name that .goreleaser.yaml gives an archive.
func (p platform) archive(version string) string {
	ending := "tar.gz"
	if p.Selector.MatchLabels.OS == "windows" {
		ending = "zip"
	}
	return fmt.Sprintf("retryctl_%s_%s_%s.%s", version, p.Selector.MatchLabels.OS, p.Selector.MatchLabels.Arch, ending)
}

func TestTheManifestForKrewNamesEveryArchiveOfARelease(t *testing.T) {
	var p plugin
	if err := yaml.UnmarshalStrict([]byte(read(t, "../../docs/examples/kubectl/retryctl.yaml")), &p); err != nil {
		t.Fatal(err)
	}
	if p.APIVersion != "krew.googlecontainertools.github.com/v1alpha2" || p.Kind != "Plugin" || p.Metadata.Name != "retryctl" ||
		!regexp.MustCompile(`^v\d+\.\d+\.\d+$`).MatchString(p.Spec.Version) || p.Spec.ShortDescription == "" || len(p.Spec.ShortDescription) > 50 || p.Spec.Description == "" {
		t.Errorf("the manifest is %+v", p)
	}
	var release struct {
		Builds []struct {
			GOOS   []string `json:"goos"`
			GOARCH []string `json:"goarch"`
		} `json:"builds"`
		Archives []struct {
			Name string `json:"name_template"`
		} `json:"archives"`
	}
	if err := yaml.Unmarshal([]byte(read(t, "../../.goreleaser.yaml")), &release); err != nil {
		t.Fatal(err)
	}
	if len(release.Builds) != 1 || len(release.Archives) != 1 || release.Archives[0].Name != "retryctl_{{ .Version }}_{{ .Os }}_{{ .Arch }}" {
		t.Fatalf("the release is %+v", release)
	}
	var want, got []string
	for _, os := range release.Builds[0].GOOS {
		for _, arch := range release.Builds[0].GOARCH {
			want = append(want, os+"/"+arch)
		}
	}
	version := strings.TrimPrefix(p.Spec.Version, "v")
	for _, one := range p.Spec.Platforms {
		got = append(got, one.Selector.MatchLabels.OS+"/"+one.Selector.MatchLabels.Arch)
		bin := "retryctl"
		if strings.HasSuffix(one.URI, ".zip") {
			bin += ".exe"
		}
		if !strings.HasPrefix(one.URI, "https://") || !strings.HasSuffix(one.URI, "/"+p.Spec.Version+"/"+one.archive(version)) || one.Bin != bin || !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(one.SHA256) {
			t.Errorf("a platform is %+v", one)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) || len(want) < 6 {
		t.Errorf("the manifest is for %q, and the release has %q", got, want)
	}
}
