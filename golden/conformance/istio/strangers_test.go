package istio

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"retryctl.dev/schema/resolve"
)

func texts(t *testing.T, folder string, least int) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.yaml"))
	if err != nil || len(files) < least {
		t.Fatalf("found %d files in testdata/%s (%v)", len(files), folder, err)
	}
	all := map[string][]byte{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".yaml")] = text
	}
	return all
}

func TestConfigurationThatOthersWroteIsReadAsIstioReadsIt(t *testing.T) {
	for name, text := range texts(t, "strangers", 9) {
		t.Run(name, func(t *testing.T) {
			in, count := load(t, text), &tally{}
			for _, o := range in.plan.World.All() {
				if istios(o) {
					if err := admit(o); err != nil && !errors.As(err, new(warning)) {
						t.Error(err)
					}
				}
			}
			for _, d := range judge(t, in.plan.Intents, trial{in.plan.World, in.plan.World, in.plan.World}, in.settings, nil, count) {
				t.Error(d)
			}
			if count.effects == 0 || count.requests == 0 {
				t.Error("nothing was compared")
			}
		})
	}
}

func TestConfigurationThatOthersWroteIsEditedAsIstioReadsIt(t *testing.T) {
	for name, text := range texts(t, "strangers", 9) {
		t.Run(name, func(t *testing.T) { hold(t, text, &tally{}) })
	}
}

func TestAVirtualServiceDoesAllThatItsRouteDid(t *testing.T) {
	count := &tally{}
	hold(t, texts(t, "routes", 2)["filters"], count)
	if count.refused > 0 || count.carried < 1000 {
		t.Errorf("%d policies were refused, %d requests compared", count.refused, count.carried)
	}
}

func TestARouteThatAVirtualServiceCannotCarryIsRefused(t *testing.T) {
	text := texts(t, "routes", 2)["refused"]
	in := load(t, text)
	for _, o := range in.result.Objects {
		t.Errorf("%s is written", o.ID())
	}
	refused := in.refused()
	for _, i := range in.plan.Intents {
		if !refused[resolve.PolicyID(i.Policy)] {
			t.Errorf("%s has no error", i.ID())
		}
	}
}
