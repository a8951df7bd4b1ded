package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"testing"
	"time"

	"retryctl.dev/cmd/internal/cli"
	"retryctl.dev/golden/mutate"
)

// TestNoMutantBreaksACommand runs the commands over broken inputs, in this process:
// for the time that FUZZTIME says, or else over a few, from the seed that FUZZSEED
// says. What goes wrong is printed with the seed, as small as it can be made.
func TestNoMutantBreaksACommand(t *testing.T) {
	bases, err := mutate.Bases("../../../golden/cases")
	if err != nil {
		t.Fatal(err)
	}
	first, _ := strconv.ParseUint(os.Getenv("FUZZSEED"), 10, 64)
	begun, limit := time.Now(), time.Duration(0)
	if text := os.Getenv("FUZZTIME"); text != "" {
		if limit, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	failed := map[string]bool{}
	seed := first
	for ; seed < first+250 || limit > 0; seed++ {
		if limit > 0 && time.Since(begun) > limit {
			break
		}
		m := mutate.New(seed, bases)
		for _, f := range formsFor(seed) {
			problem := try(t, f, m.Text)
			if problem == "" || failed[kindOf(problem)] {
				continue
			}
			failed[kindOf(problem)] = true
			m := smallest(t, f, m, bases, kindOf(problem))
			t.Errorf("%s: %s\n%s\n(of this commit: FUZZSEED=%d FUZZTIME=1ms make fuzz)\n%s", m, f.name, try(t, f, m.Text), seed, m.Text)
		}
	}
	t.Logf("seeds %d to %d in %s", first, seed-1, time.Since(begun).Round(time.Second))
}

// kindOf tells problems apart that are worth to be told once each.
func kindOf(problem string) string {
	first, rest, _ := strings.Cut(problem, "\n")
	if at := strings.Index(rest, "retryctl.dev/"); strings.HasPrefix(first, "panic") && at >= 0 {
		first, _, _ = strings.Cut(rest[at:], "(")
	}
	return first[:min(len(first), 60)]
}

// smallest takes changes and documents from a mutant as long as the problem stays.
func smallest(t *testing.T, f form, m mutate.Mutant, bases []mutate.Base, kind string) mutate.Mutant {
	for again := true; again; {
		again = false
		for _, smaller := range m.Smaller(bases) {
			if problem := try(t, f, smaller.Text); problem != "" && kindOf(problem) == kind {
				m, again = smaller, true
				break
			}
		}
	}
	return m
}

// An outcome is what one run came to.
type outcome struct {
	out, errs []byte
	status    int
	allocated uint64
}

// run is one run of the command line in this process.
func run(stdin []byte, args ...string) (o outcome, problem string) {
	defer func() {
		if r := recover(); r != nil {
			problem = fmt.Sprintf("panic: %v\n%s", r, trace(debug.Stack()))
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	before := allocated()
	o.status = cli.Main(ctx, args, cli.Streams{In: bytes.NewReader(stdin), Out: &out, Err: &errs})
	o.out, o.errs, o.allocated = out.Bytes(), errs.Bytes(), allocated()-before
	switch {
	case ctx.Err() != nil:
		return o, "it takes more than a minute"
	case o.status < 0 || o.status > 2:
		return o, fmt.Sprintf("status %d", o.status)
	case strings.Contains(errs.String(), "this is a bug"):
		return o, "panic: " + errs.String()
	case o.status == cli.Trouble && args[0] != "diff" && len(o.out) > 0:
		return o, "it could not be run, and prints something"
	case o.status != cli.Done && len(o.errs) == 0 && args[0] != "diff" && !quiet(args):
		return o, fmt.Sprintf("status %d, and it does not say why", o.status)
	}
	return o, ""
}

// quiet reports whether a run has nothing to say on standard error.
func quiet(args []string) bool { return len(args) > 1 && args[1] == "--quiet" }

// trace leaves out what comes before the panic.
func trace(stack []byte) string {
	text := string(stack)
	if at := strings.LastIndex(text, "panic.go"); at >= 0 {
		text = text[at:]
	}
	return text[:min(len(text), 1500)]
}

func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// try runs one form of a command over a text, and gives what is wrong.
func try(t *testing.T, f form, text []byte) string {
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	r := attempt{form: f, dir: dir, text: text}
	if err := os.WriteFile(filepath.Join(dir, "in.yaml"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return f.check(r)
}
