package behavior

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Short prints a duration for people, to the millisecond: "8.7s", "1m30s", "2h".
func Short(d time.Duration) string {
	s := d.Round(time.Millisecond).String()
	if trimmed := strings.TrimSuffix(s, "m0s"); trimmed != s {
		s = trimmed + "m"
	}
	if trimmed := strings.TrimSuffix(s, "h0m"); trimmed != s {
		s = trimmed + "h"
	}
	return s
}

// String gives "20% of active requests, at least 10 retries at once" and the like.
func (b Budget) String() string {
	percent := strconv.FormatFloat(b.Percent, 'f', -1, 64)
	if b.Interval > 0 {
		return fmt.Sprintf("%s%% of requests over %s, at least %d retries a second", percent, Short(b.Interval), b.MinPerSecond)
	}
	return fmt.Sprintf("%s%% of active requests, at least %d retries at once", percent, b.MinConcurrent)
}

// CauseList gives "ConnectFailure, 500-503, 520", with runs of codes drawn together.
func CauseList(causes []Cause) string {
	var parts []string
	for i := 0; i < len(causes); i++ {
		last := i
		for last+1 < len(causes) && causes[i] >= firstCode && causes[last+1] == causes[last]+1 {
			last++
		}
		switch {
		case last > i+1:
			parts = append(parts, causes[i].String()+"-"+causes[last].String())
			i = last
		default:
			parts = append(parts, causes[i].String())
		}
	}
	return strings.Join(parts, ", ")
}

// String gives "0s..100ms", or one duration where both ends are the same.
func (w Wait) String() string {
	if w.Min == w.Max {
		return Short(w.Max)
	}
	return Short(w.Min) + ".." + Short(w.Max)
}

func describe(b Backoff, n int) string { return "waits of " + intervals(b, n) }

const shown = 6 // waits that are printed before "..."

func intervals(b Backoff, n int) string {
	return list(n, func(k int) string { return Short(b.Interval(k)) })
}

func ranges(b Backoff, n int) string {
	return list(n, func(k int) string { return b.Wait(k).String() })
}

func list(n int, item func(k int) string) string {
	var parts []string
	for k := 1; k <= min(n, shown); k++ {
		parts = append(parts, item(k))
	}
	if n > shown {
		parts = append(parts, "...")
	}
	return strings.Join(parts, ", ")
}
