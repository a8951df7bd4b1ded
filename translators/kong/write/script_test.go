package write

import (
	"testing"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/translators/kong/controller"
	"retryctl.dev/translators/nginx"
)

var (
	reached    = behavior.AllMethods &^ nginx.Unreachable
	idempotent = behavior.IdempotentMethods &^ nginx.Unreachable
)

// scripts are of every form that is written.
var scripts = []script{
	{every: true, clauses: []clause{{reached, 0, 0}}},
	{every: true, clauses: []clause{{reached, 3, 0}}, timeout: 2 * time.Second},
	{clauses: []clause{{behavior.GET | behavior.POST, 3, 0}}},
	{timeout: time.Millisecond},
	{every: true, clauses: []clause{{reached, 1, nginx.On503}}},
	{clauses: []clause{{idempotent, 2, nginx.DefaultMask | nginx.On429}, {behavior.POST, 2, nginx.On429 | nginx.NonIdempotent}}, timeout: time.Second},
}

func TestWhatIsWrittenIsReadAsItIsMeant(t *testing.T) {
	for _, s := range scripts {
		for _, method := range append(reached.Each(), "LOCK") {
			var v controller.Verdict
			controller.Everything.Run(s.text(), method, &v)
			want := controller.Verdict{}
			if s.timeout > 0 {
				want.Connect, want.Read = behavior.Is(s.timeout), behavior.Is(s.timeout)
			}
			if len(s.clauses) > 0 {
				want.Retries = behavior.Is(0)
			}
			for _, c := range s.clauses {
				if s.every || c.methods&behavior.ParseMethod(method) != 0 {
					want.Retries, want.Mask = behavior.Is(c.retries), c.mask
				}
			}
			if v != want {
				t.Errorf("a %s gets %+v, not %+v, by\n%s", method, v, want, s.text())
			}
		}
	}
}

func TestNoSandboxMakesWhatIsWrittenFail(t *testing.T) {
	for _, s := range scripts {
		for _, mode := range []string{"Strict", "Lax", "Sandbox", "Open"} {
			for _, minor := range []int{4, 8, 10, 15} {
				box := controller.Everything
				box.Version.Minor, box.Mode = minor, mode
				var v controller.Verdict
				box.Run(s.text(), "GET", &v)
				if v.Failed {
					t.Errorf("Kong 3.%d with %s answers 500 by\n%s", minor, mode, s.text())
				}
				if v.Retries.State == behavior.Set && v.Retries.Value > 0 && s.clauses[0].mask != 0 && v.Mask == 0 && !v.Unclear {
					t.Errorf("Kong 3.%d with %s retries something else by\n%s", minor, mode, s.text())
				}
			}
		}
	}
}
