// Package explain shows what the requests of each rule get from a gateway: as a
// documented JSON form for machines and as a table for people.
package explain

import (
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
	"retryctl.dev/translators/impact"
	"retryctl.dev/translators/survey"
)

// An Entry is one policy on one gateway for one resulting route rule. Its JSON
// form is a documented interface: fields are added, never renamed. A null is
// "none", or unknown where Unknown names the field.
type Entry struct {
	Policy  string `json:"policy"`  // "shop/checkout"; empty where configuration that exists is shown
	Gateway string `json:"gateway"` // "envoy-gateway"
	// Implementation is who implements the Gateway API, where configuration that exists
	// is shown and the gateway is gateway-api.
	Implementation string `json:"implementation,omitempty"`
	Version        string `json:"version"` // "1.9"
	Route          string `json:"route"`   // "HTTPRoute shop/checkout"
	Object         string `json:"object"`  // where the rule stands: the route, or what is made of it
	Rule           string `json:"rule"`    // its name there, or else its index
	// Methods are those with which requests reach the rule.
	Methods    []string `json:"methods"`
	MaxRetries *int     `json:"maxRetries"`
	// Unlimited says that nothing bounds the number of retries, which MaxRetries then is
	// the largest one of.
	Unlimited bool `json:"unlimited,omitempty"`
	// Causes are what is retried, for which methods; ["*"] is every method.
	Causes         map[string][]string `json:"causes"`
	AttemptTimeout *string             `json:"attemptTimeout"`
	// AttemptTimeoutIsIdle says that attemptTimeout bounds each silence of a try and
	// not the try.
	AttemptTimeoutIsIdle bool    `json:"attemptTimeoutIsIdle,omitempty"`
	TotalTimeout         *string `json:"totalTimeout"`
	// Waits are the ranges of the waits before each retry.
	Waits []Wait `json:"waits"`
	// NoWaitAfter are causes after which the next try begins at once all the same.
	NoWaitAfter    []string `json:"noWaitAfter,omitempty"`
	Budget         *Budget  `json:"budget"`
	CircuitBreaker *Breaker `json:"circuitBreaker"`
	// NextBackend is where the next try goes: any, other (than those that failed, if there
	// is one) or same; absent where nothing is retried or it is not known.
	NextBackend string `json:"nextBackend,omitempty"`
	// RequestBodies are those with which a request is tried again; null where nothing is.
	RequestBodies  *RequestBodies  `json:"requestBodies"`
	IdempotencyKey *IdempotencyKey `json:"idempotencyKey"`
	WorstCase      WorstCase       `json:"worstCase"`
	// Unknown are fields and causes that the implementation decides.
	Unknown []string `json:"unknown"`
	// Origin says for each field where its value comes from.
	Origin map[string]string `json:"origin"`
	Notes  []string          `json:"notes,omitempty"`
	// Asked are the causes that somebody has asked about; those among them that are not in
	// Causes are not retried.
	Asked []string `json:"asked,omitempty"`
	// At is the file and line of the route's rule, and Hosts and Paths are those of its
	// requests; they are there where configuration that exists is shown.
	At    string   `json:"at,omitempty"`
	Hosts []string `json:"hosts,omitempty"`
	Paths []string `json:"paths,omitempty"`
	// Positions say for fields with an Origin in the input in which file and line the
	// value is written: "orders.yaml:12".
	Positions map[string]string `json:"positions,omitempty"`

	nextBackend string // for people
}

// A Wait is a range of durations.
type Wait struct {
	Min string `json:"min"`
	Max string `json:"max"`
}

// Budget is a budget of either kind.
type Budget struct {
	Percent              float64 `json:"percent"`
	MinConcurrentRetries *int    `json:"minConcurrentRetries,omitempty"`
	Interval             string  `json:"interval,omitempty"`
	MinRetriesPerSecond  *int    `json:"minRetriesPerSecond,omitempty"`
}

// Breaker is the limits that the gateway's configuration sets.
type Breaker struct {
	MaxConnections      *int64 `json:"maxConnections,omitempty"`
	MaxPendingRequests  *int64 `json:"maxPendingRequests,omitempty"`
	MaxParallelRequests *int64 `json:"maxParallelRequests,omitempty"`
	MaxParallelRetries  *int64 `json:"maxParallelRetries,omitempty"`
}

// RequestBodies are the sizes in bytes of the largest bodies with which a request is tried
// again. A null is no bound, or unknown where Unknown names maxRequestBodyBytes.
type RequestBodies struct {
	// MaxBytes is that after a cause by which a part of the request may have been sent.
	MaxBytes *int64 `json:"maxBytes"`
	// MaxBytesHTTP2 is another for clients that speak HTTP/2.
	MaxBytesHTTP2 *int64 `json:"maxBytesHTTP2,omitempty"`
	// MaxBytesUnsent is that before a byte of the request was sent.
	MaxBytesUnsent *int64 `json:"maxBytesUnsent"`
	// Larger is what a request with a larger body gets: sent-once, refused (413) or
	// unknown; it is left out where there is no bound.
	Larger string `json:"larger,omitempty"`

	text string
}

// IdempotencyKey is the header that all tries share.
type IdempotencyKey struct {
	Header string `json:"header"`
}

// WorstCase is what happens when every try fails.
type WorstCase struct {
	Tries *int `json:"tries"` // the first included
	// AddedLatency is the longest time until the client has its answer; null
	// where nothing bounds it, or where a part of it is unknown.
	AddedLatency *string `json:"addedLatency"`
	// Load is how many requests the backend gets for each of the clients'.
	Load *float64 `json:"load"`
}

// Entries gives the entries of results in their order.
func Entries(results []translators.Result) []Entry {
	entries := []Entry{}
	for _, r := range results {
		for _, rule := range r.Rules {
			for _, e := range rule.Effects {
				entries = append(entries, entry(r, *rule.Intent, e))
			}
		}
	}
	return entries
}

// Existing gives the entries of a survey of a world, in its order.
func Existing(rules []survey.Rule, world *manifest.Set) []Entry {
	entries := []Entry{}
	where := survey.PositionsIn(world)
	for _, r := range rules {
		for _, e := range r.Effects {
			out := entry(translators.Result{Gateway: r.Gateway, Version: r.Version}, r.Intent, e)
			if out.Policy = ""; r.Implementation != "" {
				out.Implementation = r.Implementation
			}
			out.At, out.Positions = r.At(), where.Of(e)
			out.Hosts, out.Paths = r.Hosts(), impact.Paths(r.Intent)
			entries = append(entries, out)
		}
	}
	return entries
}

func entry(r translators.Result, i resolve.Intent, e behavior.Effect) Entry {
	id := resolve.PolicyID(i.Policy)
	b := e.Behavior.For(e.Methods)
	out := Entry{
		Policy: id.Namespace + "/" + id.Name, Gateway: r.Gateway.Name, Version: r.Version.String(),
		Route: i.ID().String(), Object: e.Object, Rule: e.Rule, Methods: e.Methods.Names(),
		Causes: map[string][]string{}, Waits: []Wait{}, Unknown: []string{}, Origin: e.Origin, Notes: e.Notes,
	}
	unknown := func(state behavior.State, name string) {
		if state == behavior.Unknown {
			out.Unknown = append(out.Unknown, name)
		}
	}
	if b.MaxRetries.State == behavior.Set {
		out.MaxRetries, out.Unlimited = &b.MaxRetries.Value, b.MaxRetries.Value == behavior.Unlimited
	}
	unknown(b.MaxRetries.State, "maxRetries")
	for _, c := range b.Causes.List(behavior.AllMethods) {
		out.Causes[c.String()] = b.Causes[c].Names()
	}
	for _, c := range b.Unclear.List(behavior.AllMethods) {
		if b.Unclear[c]&^b.Causes[c] != 0 {
			out.Unknown = append(out.Unknown, "causes."+c.String())
		}
	}
	if b.AttemptTimeout.State == behavior.Set {
		out.AttemptTimeout, out.AttemptTimeoutIsIdle = new(behavior.Short(b.AttemptTimeout.Value)), b.Idle
	}
	unknown(b.AttemptTimeout.State, "attemptTimeout")
	if b.TotalTimeout.State == behavior.Set {
		out.TotalTimeout = new(behavior.Short(b.TotalTimeout.Value))
	}
	unknown(b.TotalTimeout.State, "totalTimeout")
	if waits, ok := b.Waits(); ok {
		for _, w := range waits {
			out.Waits = append(out.Waits, Wait{behavior.Short(w.Min), behavior.Short(w.Max)})
		}
	}
	if b.Backoff.Value.NotAfter425 && b.Causes[behavior.TooEarly] != 0 {
		out.NoWaitAfter = []string{behavior.TooEarly.String()}
	}
	unknown(b.Backoff.State, "waits")
	out.limits(b, unknown)
	out.worst(b)
	slices.Sort(out.Unknown)
	return out
}

func (out *Entry) limits(b behavior.Behavior, unknown func(behavior.State, string)) {
	if b.Budget.State == behavior.Set {
		x := b.Budget.Value
		out.Budget = &Budget{Percent: x.Percent}
		if x.Interval > 0 {
			out.Budget.Interval, out.Budget.MinRetriesPerSecond = behavior.Short(x.Interval), &x.MinPerSecond
		} else {
			out.Budget.MinConcurrentRetries = &x.MinConcurrent
		}
	}
	unknown(b.Budget.State, "budget")
	limit := func(s behavior.Setting[int64], name string) *int64 {
		unknown(s.State, "circuitBreaker."+name)
		if s.State != behavior.Set {
			return nil
		}
		return &s.Value
	}
	breaker := Breaker{
		limit(b.Breaker.MaxConnections, "maxConnections"), limit(b.Breaker.MaxPendingRequests, "maxPendingRequests"),
		limit(b.Breaker.MaxParallelRequests, "maxParallelRequests"), limit(b.Breaker.MaxParallelRetries, "maxParallelRetries"),
	}
	if breaker != (Breaker{}) {
		out.CircuitBreaker = &breaker
	}
	if b.NextBackend.State == behavior.Set && b.MaxRetries != behavior.Is(0) {
		out.NextBackend, out.nextBackend = b.NextBackend.Value.String(), b.NextBackend.Value.Text()
	}
	if b.Bodies.Limit.State != behavior.Unset && (b.MaxRetries != behavior.Is(0) || b.Bodies.Larger == behavior.Refused) {
		out.RequestBodies = bodies(b.Bodies)
		unknown(b.Bodies.Limit.State, "maxRequestBodyBytes")
	}
	if b.IdempotencyKey.State == behavior.Set {
		out.IdempotencyKey = &IdempotencyKey{b.IdempotencyKey.Value}
	}
	unknown(b.IdempotencyKey.State, "idempotencyKey")
}

func (out *Entry) worst(b behavior.Behavior) {
	tries, latency, bounded, known := b.Worst()
	if b.MaxRetries.State == behavior.Set {
		out.WorstCase.Tries = &tries
		out.WorstCase.Load = new(b.Load())
	}
	if bounded && known {
		out.WorstCase.AddedLatency = new(behavior.Short(latency))
	}
}

func bodies(b behavior.Bodies) *RequestBodies {
	bytes := func(s behavior.Setting[int64]) *int64 {
		if s.State != behavior.Set {
			return nil
		}
		return &s.Value
	}
	return &RequestBodies{bytes(b.Limit), bytes(b.HTTP2), bytes(b.Unsent), b.Larger.String(), b.Text()}
}
