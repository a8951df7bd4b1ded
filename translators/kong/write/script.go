package write

import (
	"fmt"
	"strings"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/translators/nginx"
)

// A script is the code that retryctl writes, as a value. Its text is made of
// numbers, names of methods and words of nginx only: nothing of a policy's own
// text is in it.
type script struct {
	clauses []clause
	// every says that the one clause is for whatever method.
	every   bool
	timeout time.Duration // 0 leaves the timeouts alone
}

// A clause is the number of retries for requests with some methods, and what they
// are for; a mask of 0 leaves nginx' default. Other methods get none.
type clause struct {
	methods behavior.Methods
	retries int
	mask    nginx.Mask
}

// text gives the Lua. All of it runs inside of pcall, so that whatever Kong lacks
// or forbids is logged and the request goes on. Retries are off while what they
// are for is being set, so that a failure there leaves none.
func (s script) text() string {
	var out strings.Builder
	line := func(indent int, format string, args ...any) {
		fmt.Fprintf(&out, strings.Repeat("  ", indent)+format+"\n", args...)
	}
	line(0, "-- Written by retryctl from a RetryPolicy.")
	line(0, "local ok, problem = pcall(function()")
	if ms := s.timeout.Milliseconds(); ms > 0 {
		line(1, "kong.service.set_timeouts(%d, %d, %d)", ms, ms, ms)
	}
	if len(s.clauses) > 0 && (!s.every || s.clauses[0].mask != 0) {
		line(1, "kong.service.set_retries(0)")
	}
	if s.every {
		s.clauses[0].write(line, 1)
	} else if len(s.clauses) > 0 {
		line(1, "local method = kong.request.get_method()")
		for n, c := range s.clauses {
			word := "if"
			if n > 0 {
				word = "elseif"
			}
			line(1, "%s %s then", word, c.condition())
			c.write(line, 2)
		}
		line(1, "end")
	}
	line(0, "end)")
	line(0, "if not ok then")
	line(1, `pcall(function() kong.log.err("retryctl: ", problem) end)`)
	line(0, "end")
	return out.String()
}

func (c clause) condition() string {
	var parts []string
	for _, method := range c.methods.Each() {
		parts = append(parts, fmt.Sprintf("method == %q", method))
	}
	return strings.Join(parts, " or ")
}

func (c clause) write(line func(indent int, format string, args ...any), indent int) {
	if c.mask != 0 {
		line(indent, `require("resty.kong.upstream").set_next_upstream("%s")`, strings.Join(c.mask.Words(), `", "`))
	}
	line(indent, "kong.service.set_retries(%d)", c.retries)
}
