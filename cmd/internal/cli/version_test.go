package cli

import (
	"runtime/debug"
	"testing"
)

func TestTheVersionIsWhatGoWroteIntoTheProgram(t *testing.T) {
	for _, c := range []struct {
		info *debug.BuildInfo
		want string
	}{
		{nil, "built from source"},
		{&debug.BuildInfo{}, "built from source"},
		{&debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, "built from source"},
		{&debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, "v1.2.3"},
		{&debug.BuildInfo{Main: debug.Module{Version: "v1.2.4-0.20261124062712-10819c9abcde+dirty"}}, "v1.2.4-0.20261124062712-10819c9abcde+dirty"},
	} {
		if got := version(c.info); got != c.want {
			t.Errorf("version of %v: %q, want %q", c.info, got, c.want)
		}
	}
}
