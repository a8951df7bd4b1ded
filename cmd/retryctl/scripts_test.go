package main

import (
	"flag"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what scripts compare with anew, and fail")

// TestMain lets scripts run retryctl, which is this test binary by another name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"retryctl": main})
}

// TestEveryScriptRuns runs golden/scripts: each is an archive that begins with
// the commands and holds their files.
func TestEveryScriptRuns(t *testing.T) {
	const folder = "../../golden/scripts"
	scripts, err := filepath.Glob(folder + "/*.txtar")
	if err != nil || len(scripts) < 12 {
		t.Fatalf("found %d scripts (%v): at least 12 are expected", len(scripts), err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 folder,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			cases, err := filepath.Abs("../../golden/cases")
			env.Setenv("CASES", cases)
			return err
		},
	})
	if *update {
		t.Error("the scripts were written anew: look at the difference and run again without -update")
	}
}
