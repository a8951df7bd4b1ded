package schema

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// DurationPattern is what GEP-2257 takes for a duration.
const DurationPattern = `^([0-9]{1,5}(h|m|s|ms)){1,4}$`

var durations = newForm("duration", "", 28, DurationPattern)

// ParseDuration reads a duration as GEP-2257 has it.
func ParseDuration(s string) (Duration, error) {
	if !durations.fits(s) {
		return 0, fmt.Errorf("parse duration %q: whole numbers with a unit (h, m, s, ms) are wanted, such as 1m30s or 250ms", s)
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("parse duration %q: %w", s, err)
	}
	return Duration(d), nil
}

// parseGo reads a duration as Go does, if it is a whole number of milliseconds.
func parseGo(s string) (Duration, error) {
	d, err := time.ParseDuration(strings.ReplaceAll(s, " ", ""))
	if err == nil && d%time.Millisecond != 0 {
		err = fmt.Errorf("%s is less exact than a millisecond", s)
	}
	return Duration(d), err
}

// String prints the duration as GEP-2257 has it, with the largest units first:
// "1m30s", "250ms", "0s". What is below a millisecond is cut off.
func (d Duration) String() string {
	if d < 0 {
		return "-" + (-d).String()
	}
	rest := time.Duration(d)
	var out strings.Builder
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}, {time.Millisecond, "ms"}} {
		if n := rest / unit.size; n > 0 {
			out.WriteString(strconv.FormatInt(int64(n), 10) + unit.name)
			rest %= unit.size
		}
	}
	if out.Len() == 0 {
		return "0s"
	}
	return out.String()
}

// MarshalJSON writes the duration as a string.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads a string as ParseDuration does.
func (d *Duration) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	parsed, err := ParseDuration(s)
	*d = parsed
	return err
}

// ParseCodeRange reads one status code, "503", or a range, "520-529".
func ParseCodeRange(s string) (CodeRange, error) {
	first, last, isRange := strings.Cut(s, "-")
	if !isRange {
		last = first
	}
	a, err := strconv.Atoi(first)
	b, err2 := strconv.Atoi(last)
	if err != nil || err2 != nil || len(first) != 3 || len(last) != 3 {
		return CodeRange{}, fmt.Errorf("parse status code %q: a number such as 503 or a range such as 520-529 is wanted", s)
	}
	return CodeRange{a, b}, nil
}

// String gives "503" or "520-529".
func (c CodeRange) String() string {
	if c.First == c.Last {
		return strconv.Itoa(c.First)
	}
	return fmt.Sprintf("%d-%d", c.First, c.Last)
}

// MarshalJSON writes one code as a number and a range as a string.
func (c CodeRange) MarshalJSON() ([]byte, error) {
	if c.First == c.Last {
		return json.Marshal(c.First)
	}
	return json.Marshal(c.String())
}

// UnmarshalJSON reads a number or a string.
func (c *CodeRange) UnmarshalJSON(raw []byte) error {
	parsed, err := ParseCodeRange(strings.Trim(string(raw), `"`))
	*c = parsed
	return err
}

// Safe reports whether the backend cannot have processed the request.
func (c Condition) Safe() bool {
	return c == ConnectFailure || c == RefusedStream || c == ResetBeforeRequest
}

// MethodNames gives the methods that may be retried when the backend may have
// processed the request: those of the policy, or the idempotent ones.
func (r *RetryOn) MethodNames() []string {
	switch {
	case len(r.Methods) == 0:
		return IdempotentMethods
	case r.Methods[0] == "*":
		return Methods
	}
	return r.Methods
}
