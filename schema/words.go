package schema

import "time"

// A Duration is a span of time written as GEP-2257 has it: up to four whole
// numbers with a unit (h, m, s, ms), such as "1m30s" or "250ms".
type Duration time.Duration

// A CodeRange is one status code, such as 503, or all from the first to the last
// of a range, such as "520-529".
type CodeRange struct{ First, Last int }

// A Condition is an outcome of a try without a response.
type Condition string

// The conditions. Of the first three the backend cannot have processed the
// request, so they apply to every method.
const (
	ConnectFailure     Condition = "ConnectFailure"     // refused, unreachable, connect timeout, TLS failure
	RefusedStream      Condition = "RefusedStream"      // HTTP/2 REFUSED_STREAM
	ResetBeforeRequest Condition = "ResetBeforeRequest" // lost before a byte of the request was sent
	Reset              Condition = "Reset"              // lost after that, before response headers
	AttemptTimeout     Condition = "AttemptTimeout"     // the try took longer than attemptTimeout
)

// Conditions are all conditions, in the order in which they are printed.
var Conditions = []Condition{ConnectFailure, RefusedStream, ResetBeforeRequest, Reset, AttemptTimeout}

// A GRPCStatus is the name of a gRPC status code.
type GRPCStatus string

// GRPCStatuses are the names in the order of their numbers, 1 (CANCELLED) to 16
// (UNAUTHENTICATED); OK is no failure.
var GRPCStatuses = []GRPCStatus{
	"CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
	"PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
	"UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
}

// Methods are the methods of RFC 9110 and PATCH, in the order in which they are
// printed.
var Methods = []string{"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "POST", "PATCH", "CONNECT"}

// IdempotentMethods are those of RFC 9110, section 9.2.2.
var IdempotentMethods = []string{"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}
