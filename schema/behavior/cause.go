package behavior

import (
	"strconv"
	"strings"

	"retryctl.dev/schema"
)

// A Cause is an outcome of a try that may be followed by a retry: a condition, a
// gRPC status or a status code from 400 to 599.
type Cause uint8

// The conditions; the backend cannot have processed the request in the first
// three. The gRPC statuses and the status codes follow them.
const (
	ConnectFailure Cause = iota
	RefusedStream
	ResetBeforeRequest
	Reset
	AttemptTimeout

	firstGRPC // CANCELLED, which is number 1

	firstCode = 21 // 400
	// TooEarly is the status code 425.
	TooEarly  Cause = firstCode + 25
	NumCauses       = 21 + 200
)

// Code gives the cause of a status code; ok is false outside of 400..599.
func Code(status int) (c Cause, ok bool) {
	return Cause(firstCode + status - 400), status >= 400 && status <= 599
}

// Codes is all causes that are status codes from first to last.
func Codes(first, last int) []Cause {
	var list []Cause
	for status := first; status <= last; status++ {
		if c, ok := Code(status); ok {
			list = append(list, c)
		}
	}
	return list
}

// Status is the status code of the cause; ok is false where it is none.
func (c Cause) Status() (status int, ok bool) { return int(c) - firstCode + 400, c >= firstCode }

// GRPC gives the cause of a gRPC status by name; ok is false for an unknown one.
func GRPC(name string) (c Cause, ok bool) {
	for i, known := range schema.GRPCStatuses {
		if string(known) == name {
			return firstGRPC + Cause(i), true
		}
	}
	return 0, false
}

// IsGRPC reports whether the cause is a gRPC status.
func (c Cause) IsGRPC() bool { return c >= firstGRPC && c < firstCode }

// Safe reports whether the backend cannot have processed the request.
func (c Cause) Safe() bool { return c <= ResetBeforeRequest }

// Condition gives the cause of a policy's condition.
func Condition(name schema.Condition) (c Cause, ok bool) {
	for i, known := range schema.Conditions {
		if known == name {
			return Cause(i), true
		}
	}
	return 0, false
}

// ParseCause reads what String gives: a condition, a gRPC status or a status code; ok is
// false for anything else.
func ParseCause(name string) (c Cause, ok bool) {
	for c := range Cause(NumCauses) {
		if strings.EqualFold(c.String(), name) {
			return c, true
		}
	}
	return 0, false
}

// String gives the name that policies use: "ConnectFailure", "UNAVAILABLE", "503".
func (c Cause) String() string {
	switch {
	case c < firstGRPC:
		return string(schema.Conditions[c])
	case c < firstCode:
		return string(schema.GRPCStatuses[c-firstGRPC])
	}
	status, _ := c.Status()
	return strconv.Itoa(status)
}

// Field is the field of a policy that asks for the cause.
func (c Cause) Field() string {
	switch {
	case c < firstGRPC:
		return "spec.retryOn.conditions"
	case c < firstCode:
		return "spec.retryOn.grpcStatuses"
	}
	return "spec.retryOn.statusCodes"
}

// Topic is what differences about the cause are looked up by: each condition is one of
// its own, because each has its own reason.
func (c Cause) Topic() string {
	if c < firstGRPC {
		return c.String()
	}
	return strings.TrimPrefix(c.Field(), "spec.retryOn.")
}

// Causes says for each cause for which methods a request is tried again.
type Causes [NumCauses]Methods

// Add has the methods retried after each of the causes.
func (c *Causes) Add(methods Methods, causes ...Cause) {
	for _, cause := range causes {
		c[cause] |= methods
	}
}

// Only gives the causes with every set of methods cut down to methods.
func (c Causes) Only(methods Methods) Causes {
	for i := range c {
		c[i] &= methods
	}
	return c
}

// Union gives what either of two retries.
func (c Causes) Union(other Causes) Causes {
	for i := range c {
		c[i] |= other[i]
	}
	return c
}

// Without gives what is retried here and not by other.
func (c Causes) Without(other Causes) Causes {
	for i := range c {
		c[i] &^= other[i]
	}
	return c
}

// Empty reports whether nothing is retried.
func (c *Causes) Empty() bool { return *c == Causes{} }

// List gives the causes that are retried for any of the methods, in order:
// conditions, gRPC statuses, status codes.
func (c *Causes) List(methods Methods) []Cause {
	var list []Cause
	for i, m := range c {
		if m&methods != 0 {
			list = append(list, Cause(i))
		}
	}
	return list
}
