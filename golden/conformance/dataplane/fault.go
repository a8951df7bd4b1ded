package dataplane

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/behavior"
)

// A Fault is a way in which every try of a request ends.
type Fault struct {
	// Name is what the table calls it.
	Name string
	// On is the kind of backend that has the fault; empty is the one of the place,
	// which then plays Script.
	On     Upstream
	Script string
	// Causes are what the fault can be to the gateway: one, or where it is a matter
	// of timing several. Without any it is no fault.
	Causes []behavior.Cause
	// Hangs says that a try lasts until a timeout ends it.
	Hangs bool
	// Idle says that requests with it spend their time waiting, so that many of them
	// do not keep the machine busy.
	Idle bool
}

// basicCodes are tried everywhere: those that some gateway treats in a way of its
// own, and the ends of ranges.
var basicCodes = []int{404, 408, 409, 429, 500, 501, 502, 503, 504, 505, 599}

// faults gives those that a place is tried with: the codes that its effects name,
// at least at the ends of each run, with their neighbours, and everything that is
// no code.
func faults(effects []behavior.Effect, grpc bool) []Fault {
	list := []Fault{
		{Name: "no fault", Script: "200"},
		{Name: "slow header", Script: "slow:60:200"},
		{Name: "body cut short", Script: "partial"},
		{Name: "connection refused", On: Refused, Causes: []behavior.Cause{behavior.ConnectFailure}},
		{Name: "connection never made", On: Silent, Causes: []behavior.Cause{behavior.ConnectFailure}},
		{Name: "connection reset at once", On: Resetting, Causes: []behavior.Cause{behavior.ConnectFailure, behavior.ResetBeforeRequest, behavior.Reset}},
		{Name: "reset after the request", Script: "reset", Causes: []behavior.Cause{behavior.Reset}},
		{Name: "closed without an answer", Script: "close", Causes: []behavior.Cause{behavior.Reset}},
		{Name: "no answer", Script: "hang", Causes: []behavior.Cause{behavior.AttemptTimeout}, Hangs: true},
		{Name: "HTTP/2 REFUSED_STREAM", On: Framed, Script: "refuse-stream", Causes: []behavior.Cause{behavior.RefusedStream}},
	}
	if grpc {
		// Over HTTP/2 a stream that is reset is a refused one, so those faults are
		// for HTTP/1.1 alone.
		list = slices.DeleteFunc(list, func(f Fault) bool {
			return slices.Contains([]string{"reset", "close", "partial", "slow:60:200"}, f.Script)
		})
		for number := 1; number <= 16; number++ {
			if c, ok := behavior.GRPC(grpcNames[number]); ok {
				list = append(list, Fault{Name: "gRPC " + c.String(), Script: fmt.Sprintf("grpc:%d", number), Causes: []behavior.Cause{c}})
			}
		}
	}
	for _, code := range codesFor(effects) {
		c, _ := behavior.Code(code)
		list = append(list, Fault{Name: c.String(), Script: fmt.Sprint(code), Causes: []behavior.Cause{c}})
	}
	return list
}

var grpcNames = [...]string{
	"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
	"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
}

func codesFor(effects []behavior.Effect) []int {
	codes := slices.Clone(basicCodes)
	for _, e := range effects {
		named := e.Causes.Union(e.Unclear)
		for status := 400; status <= 599; status++ {
			if differs(named, status, status-1) || differs(named, status, status+1) {
				codes = append(codes, status)
			}
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// differs reports whether a code is treated unlike the one next to it.
func differs(causes behavior.Causes, status, next int) bool {
	a, _ := behavior.Code(status)
	b, ok := behavior.Code(next)
	return ok && causes[a] != causes[b]
}
