package cli

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestATerminalIsToldWhatARunDoesOnceItTakesLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var errs, out bytes.Buffer
		p := startProgress(&errs)
		ctx := context.WithValue(t.Context(), progressKey{}, p)
		said := func(want string) {
			t.Helper()
			synctest.Wait()
			if errs.String() != want {
				t.Errorf("%q is said, and not %q", errs.String(), want)
			}
			errs.Reset()
		}
		doing(ctx, "reading")
		time.Sleep(patience / 2)
		said("")
		time.Sleep(patience)
		said("\r\x1b[Kreading")
		doing(ctx, "writing %d", 3)
		said("\r\x1b[Kwriting 3")
		fmt.Fprint(p, "a finding\n")
		said("\r\x1b[Ka finding\n")
		fmt.Fprint(p, "another\n")
		said("another\n")
		doing(ctx, "going on")
		fmt.Fprint(p.beside(&out), "payload")
		said("\r\x1b[Kgoing on\r\x1b[K")
		doing(ctx, "done")
		p.end()
		said("\r\x1b[Kdone\r\x1b[K")
		if out.String() != "payload" {
			t.Errorf("the payload is %q", out.String())
		}
		doing(t.Context(), "nobody looks")
		said("")
	})
}

func TestARunThatIsFastLeavesATerminalAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var errs bytes.Buffer
		p := startProgress(&errs)
		doing(context.WithValue(t.Context(), progressKey{}, p), "reading")
		p.end()
		time.Sleep(2 * patience)
		if errs.Len() > 0 {
			t.Errorf("%q is said", errs.String())
		}
	})
}
