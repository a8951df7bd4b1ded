package backend

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The headers of a request for the backend.
const (
	// IDHeader names the request; all its tries have the same.
	IDHeader = "X-Retryctl-Id"
	// ScriptHeader is the script.
	ScriptHeader = "X-Retryctl-Script"
)

// A Kind is what a step does once the request was read.
type Kind string

// The kinds, with their form in a script.
const (
	Answer       Kind = "answer"        // "503": answers with the status
	Hang         Kind = "hang"          // "hang": never answers; "hang:300": after 300 ms; "hang:300:503": with 503
	Slow         Kind = "slow"          // "slow:300" and so on: the status line at once, the rest of the header late
	Trickle      Kind = "trickle"       // "trickle:300:4": 200 in 4 pieces with 300 ms before each, of which the header is the first
	Drip         Kind = "drip"          // "drip:300:4": the same with the header in 4 pieces, the status line first
	Reset        Kind = "reset"         // resets the connection
	Close        Kind = "close"         // closes the connection without an answer
	Partial      Kind = "partial"       // answers 200 with a part of the body, then resets
	GRPC         Kind = "grpc"          // "grpc:14": a gRPC status without a message (trailers only)
	RefuseStream Kind = "refuse-stream" // HTTP/2 only: RST_STREAM with REFUSED_STREAM
)

// A Step is what happens to one try.
type Step struct {
	Kind   Kind
	Delay  time.Duration // of Hang, Slow, Trickle and Drip; 0 is for ever
	Status int           // the HTTP status, or the gRPC one of GRPC
	Pieces int           // of Trickle and Drip
}

// forever bounds a hang that nobody ends.
const forever = time.Minute

// ParseScript reads a script; steps are separated by commas. An empty script
// answers 200.
func ParseScript(text string) ([]Step, error) {
	if strings.TrimSpace(text) == "" {
		return []Step{{Kind: Answer, Status: 200}}, nil
	}
	var steps []Step
	for part := range strings.SplitSeq(text, ",") {
		s, err := parseStep(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
	return steps, nil
}

func parseStep(text string) (Step, error) {
	parts := strings.Split(text, ":")
	numbers := make([]int, 0, 2)
	for _, p := range parts[1:] {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return Step{}, fmt.Errorf("read step %q: %q is not a number", text, p)
		}
		numbers = append(numbers, n)
	}
	kind := Kind(parts[0])
	s := Step{Kind: kind, Status: 200}
	switch {
	case (kind == Hang && len(numbers) <= 2) || (kind == Slow && len(numbers) > 0 && len(numbers) <= 2):
		if len(numbers) > 0 {
			s.Delay = time.Duration(numbers[0]) * time.Millisecond
		}
		if len(numbers) > 1 {
			s.Status = numbers[1]
		}
	case (kind == Trickle || kind == Drip) && len(numbers) == 2 && numbers[0] > 0 && numbers[1] > 1:
		s.Delay, s.Pieces = time.Duration(numbers[0])*time.Millisecond, numbers[1]
	case kind == GRPC && len(numbers) == 1:
		s.Status = numbers[0]
	case (kind == Reset || kind == Close || kind == Partial || kind == RefuseStream) && len(numbers) == 0:
	default:
		status, err := strconv.Atoi(text)
		if err != nil {
			return Step{}, fmt.Errorf("read step %q: no such step", text)
		}
		s = Step{Kind: Answer, Status: status}
	}
	if s.Kind != GRPC && (s.Status < 200 || s.Status > 599) {
		return Step{}, fmt.Errorf("read step %q: a status is between 200 and 599", text)
	}
	return s, nil
}
