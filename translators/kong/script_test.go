package kong

import (
	"strings"
	"testing"
	"time"

	"retryctl.dev/schema/behavior"
)

// scripts are of every form that is written.
var scripts = []script{
	{every: true, clauses: []clause{{reached, 0, 0}}},
	{every: true, clauses: []clause{{reached, 3, 0}}, timeout: 2 * time.Second},
	{clauses: []clause{{behavior.GET | behavior.POST, 3, 0}}},
	{timeout: time.Millisecond},
	{every: true, clauses: []clause{{reached, 1, on503}}},
	{clauses: []clause{{idempotent, 2, defaultMask | on429}, {behavior.POST, 2, on429 | nonIdempotent}}, timeout: time.Second},
}

func TestWhatIsWrittenIsReadAsItIsMeant(t *testing.T) {
	for _, s := range scripts {
		for _, method := range append(reached.Each(), "LOCK") {
			var v verdict
			everything.run(s.text(), method, &v)
			want := verdict{}
			if s.timeout > 0 {
				want.connect, want.read = behavior.Is(s.timeout), behavior.Is(s.timeout)
			}
			if len(s.clauses) > 0 {
				want.retries = behavior.Is(0)
			}
			for _, c := range s.clauses {
				if s.every || c.methods&behavior.ParseMethod(method) != 0 {
					want.retries, want.mask = behavior.Is(c.retries), c.mask
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
				box := everything
				box.version.Minor, box.mode = minor, mode
				var v verdict
				box.run(s.text(), "GET", &v)
				if v.failed {
					t.Errorf("Kong 3.%d with %s answers 500 by\n%s", minor, mode, s.text())
				}
				if v.retries.State == behavior.Set && v.retries.Value > 0 && s.clauses[0].mask != 0 && v.mask == 0 && !v.unclear {
					t.Errorf("Kong 3.%d with %s retries something else by\n%s", minor, mode, s.text())
				}
			}
		}
	}
}

func TestNoTextOfAPolicyIsInTheCode(t *testing.T) {
	input := policy(onReads, "maxRetries: 1, retryOn: {conditions: [Reset], methods: [GET]}, idempotencyKey: {header: '`]]--os.execute|&'}") +
		httpRoute("", rule("reads", "", "api")+", "+rule("writes", "", "api")) + service("api")
	input = strings.Replace(input, "`]]--os.execute|&", "X-os.execute~|&", 1)
	r := try(t, kongLua, input)
	want := script{clauses: []clause{{behavior.GET, 1, 0}}}.text()
	if got := r.object("KongPlugin", "api-reads-retries").At("config", "access").Index(0).Text(); got != want {
		t.Errorf("the code is\n%s", got)
	}
	if got := r.object("KongPlugin", "api-reads-key").At("config", "header_name").Text(); got != "X-os.execute~|&" {
		t.Errorf("the header is %q", got)
	}
}
