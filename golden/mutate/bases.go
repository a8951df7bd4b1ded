package mutate

import (
	"fmt"
	"os"
	"path/filepath"

	"retryctl.dev/golden/random"
)

// A Base is an input that is broken.
type Base struct {
	Name string
	Text func() []byte
}

// Bases gives the golden cases below a folder, in their order, and some worlds of
// each random kind.
func Bases(cases string) ([]Base, error) {
	paths, err := filepath.Glob(filepath.Join(cases, "*", "in.yaml"))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("no golden cases in %s: %v", cases, err)
	}
	var list []Base
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read a golden case: %w", err)
		}
		list = append(list, Base{filepath.Base(filepath.Dir(path)), func() []byte { return text }})
	}
	for seed := range uint64(12) {
		list = append(list,
			Base{fmt.Sprintf("random %d", seed), func() []byte { return random.Input(seed) }},
			Base{fmt.Sprintf("nasty %d", seed), func() []byte { return random.Nasty(seed) }},
			Base{fmt.Sprintf("stranger %d", seed), func() []byte { return random.Stranger(seed) }},
			Base{fmt.Sprintf("wild %d", seed), func() []byte { return random.Wild(seed, random.GatewayClass{Name: "other"}) }},
		)
	}
	return list, nil
}
