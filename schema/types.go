package schema

// Group, Version and the kinds of retryctl's own documents.
const (
	Group      = "retryctl.dev"
	Version    = "v1alpha1"
	APIVersion = Group + "/" + Version
	Kind       = "RetryPolicy"
)

// A RetryPolicy says, for the routes it targets, which requests a gateway tries
// again, when, and how often. It names no gateway.
type RetryPolicy struct {
	// APIVersion is retryctl.dev/v1alpha1.
	APIVersion string `json:"apiVersion"`
	// Kind is RetryPolicy.
	Kind string `json:"kind"`
	// Metadata is as for every Kubernetes object.
	Metadata Metadata `json:"metadata"`
	// Spec is what is wanted.
	Spec Spec `json:"spec"`

	// Source finds fields in the text that the policy was decoded from.
	Source Source `json:"-"`
}

// Metadata is the part of Kubernetes' object metadata that retryctl uses.
type Metadata struct {
	// Name is the object's name.
	Name string `json:"name"`
	// Namespace is the object's namespace; "default" if left out.
	Namespace string `json:"namespace,omitempty"`
	// Labels are for selectors.
	Labels map[string]string `json:"labels,omitempty"`
	// Annotations are for people and tools.
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Spec is the policy itself. A field that is left out is no wish: the gateway's
// own value then holds.
type Spec struct {
	// TargetRefs are the 1 to 16 objects whose requests the policy is for, in
	// the policy's own namespace.
	TargetRefs []TargetRef `json:"targetRefs"`
	// MaxRetries is the number of tries after the first, 0 to 100; 0 is never.
	MaxRetries *int `json:"maxRetries"`
	// RetryOn says which outcomes of a try are followed by another.
	RetryOn *RetryOn `json:"retryOn,omitempty"`
	// AttemptTimeout bounds each try, the first included.
	AttemptTimeout *Duration `json:"attemptTimeout,omitempty"`
	// TotalTimeout bounds the request with all its tries and waits.
	TotalTimeout *Duration `json:"totalTimeout,omitempty"`
	// Backoff is the wait before each retry.
	Backoff *Backoff `json:"backoff,omitempty"`
	// Budget bounds the share of requests that may be retries.
	Budget *Budget `json:"budget,omitempty"`
	// CircuitBreaker bounds what may be in flight to the backend at once.
	CircuitBreaker *CircuitBreaker `json:"circuitBreaker,omitempty"`
	// MaxRequestBodyBytes is the largest body with which a request is tried again.
	MaxRequestBodyBytes *int64 `json:"maxRequestBodyBytes,omitempty"`
	// IdempotencyKey makes the gateway mark all tries of one request alike.
	IdempotencyKey *IdempotencyKey `json:"idempotencyKey,omitempty"`
	// Accept lists losses that the policy's owner has reviewed.
	Accept []Accept `json:"accept,omitempty"`
}

// A TargetRef names an object in the policy's namespace, or one rule of it.
type TargetRef struct {
	// Group is the API group; empty or left out for a core object such as a
	// Service.
	Group string `json:"group,omitzero"`
	// Kind is the object's kind.
	Kind string `json:"kind"`
	// Name is the object's name.
	Name string `json:"name"`
	// SectionName is the name of a rule of an HTTPRoute or GRPCRoute, of an
	// HTTP route of a VirtualService, or of a listener of a Gateway.
	SectionName string `json:"sectionName,omitempty"`
}

// RetryOn is the set of outcomes after which a request is tried again.
type RetryOn struct {
	// StatusCodes are 400 to 599, as numbers or as ranges such as "520-529". A
	// code never implies a condition.
	StatusCodes []CodeRange `json:"statusCodes,omitempty"`
	// Conditions are outcomes without a response.
	Conditions []Condition `json:"conditions,omitempty"`
	// GRPCStatuses are the names of gRPC status codes, such as UNAVAILABLE.
	GRPCStatuses []GRPCStatus `json:"grpcStatuses,omitempty"`
	// Methods are those that may be retried when the backend may have processed
	// the request; left out, the idempotent methods of RFC 9110 (GET, HEAD,
	// OPTIONS, TRACE, PUT, DELETE); ["*"] is every method.
	Methods []string `json:"methods,omitempty"`
}

// Backoff is the wait before retry k: baseInterval doubled k-1 times, at most
// maxInterval, then spread by jitter.
type Backoff struct {
	// BaseInterval is the interval before the first retry, at least 1ms.
	BaseInterval Duration `json:"baseInterval"`
	// MaxInterval bounds the interval; at least baseInterval.
	MaxInterval *Duration `json:"maxInterval,omitempty"`
	// Jitter is None (wait the interval w), Half (between 0.5w and 1.5w) or Full
	// (between 0 and w); left out, whatever the gateway does.
	Jitter string `json:"jitter,omitempty"`
}

// Budget bounds retries to a share of requests, in one of two kinds that do not
// convert into each other: by concurrency (minConcurrentRetries) or by rate
// (interval and minRetriesPerSecond).
type Budget struct {
	// Percent of the requests that may be retries, 0 to 100.
	Percent int `json:"percent"`
	// MinConcurrentRetries are allowed whatever the percentage.
	MinConcurrentRetries *int `json:"minConcurrentRetries,omitempty"`
	// Interval is the time over which requests are counted.
	Interval *Duration `json:"interval,omitempty"`
	// MinRetriesPerSecond are allowed whatever the percentage.
	MinRetriesPerSecond *int `json:"minRetriesPerSecond,omitempty"`
}

// CircuitBreaker bounds what one gateway instance has in flight to the backend;
// what is over a limit fails at once.
type CircuitBreaker struct {
	// MaxConnections open to the backend.
	MaxConnections *int64 `json:"maxConnections,omitempty"`
	// MaxPendingRequests waiting for a connection.
	MaxPendingRequests *int64 `json:"maxPendingRequests,omitempty"`
	// MaxParallelRequests in flight.
	MaxParallelRequests *int64 `json:"maxParallelRequests,omitempty"`
	// MaxParallelRetries in flight or waiting to be sent.
	MaxParallelRetries *int64 `json:"maxParallelRetries,omitempty"`
}

// IdempotencyKey asks the gateway to give a request that lacks the header one
// key, the same on every try, and to keep the client's where there is one.
type IdempotencyKey struct {
	// Header is the name of the request header.
	Header string `json:"header"`
}

// Accept makes one finding of one gateway a note.
type Accept struct {
	// Gateway is the target's name, such as "kong".
	Gateway string `json:"gateway"`
	// Finding is the code, such as RT2004.
	Finding string `json:"finding"`
	// Field narrows the acceptance to a field and those below it.
	Field string `json:"field,omitempty"`
	// Reason says why the loss is tolerable; required.
	Reason string `json:"reason"`
}
