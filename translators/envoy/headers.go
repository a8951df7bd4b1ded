package envoy

import (
	"slices"
	"strings"
)

// The request headers that the router takes for a retry policy.
const (
	retryOn        = "x-envoy-retry-on"
	retryGRPCOn    = "x-envoy-retry-grpc-on"
	maxRetries     = "x-envoy-max-retries"
	retriableCodes = "x-envoy-retriable-status-codes"
	retriableNames = "x-envoy-retriable-header-names"
)

var retryHeaders = []string{retryOn, retryGRPCOn, maxRetries, retriableCodes, retriableNames}

// Retries reports whether a request header of a name is one that the router takes for
// a part of a retry policy.
func Retries(header string) bool { return slices.Contains(retryHeaders, strings.ToLower(header)) }

// RequestHeaders are the headers that the router takes for a retry policy, as the
// configuration leaves them. The zero value is a request without any, as every one from
// outside is. Changes are made in the order in which Envoy makes them: those for the
// backend, then those for the route; removals before the rest. Other headers are not
// kept.
type RequestHeaders struct{ list []header }

type header struct {
	name, value string
	from        []string // who set it, in order
}

// Set puts a value in the place of any other; from names the filter or object that
// does it, for people.
func (h *RequestHeaders) Set(name, value, from string) {
	h.Remove(name)
	h.Add(name, value, from)
}

// Add puts a value behind the one that is there, with a comma.
func (h *RequestHeaders) Add(name, value, from string) {
	if !Retries(name) {
		return
	}
	name = strings.ToLower(name)
	if at := h.at(name); at >= 0 {
		now := h.list[at]
		h.list[at] = header{name, now.value + "," + value, append(slices.Clone(now.from), from)}
		return
	}
	h.list = append(h.list, header{name, value, []string{from}})
}

// Remove takes a header out.
func (h *RequestHeaders) Remove(name string) {
	if at := h.at(strings.ToLower(name)); at >= 0 {
		h.list = slices.Delete(slices.Clone(h.list), at, at+1)
	}
}

// Changes are those that Envoy makes of a request's headers at once: of a route, or of one
// of its clusters.
type Changes struct {
	Remove   []string
	Set, Add [][2]string // names and values
	From     string      // who asks for them, for people
}

// Change makes changes at once, in Envoy's order, whatever theirs is: it removes, then
// sets, then adds (router/header_parser.cc, evaluateHeaders; measured with Envoy 1.39.3).
func Change(h *RequestHeaders, all ...Changes) {
	for _, c := range all {
		for _, name := range c.Remove {
			h.Remove(name)
		}
	}
	for _, c := range all {
		for _, pair := range c.Set {
			h.Set(pair[0], pair[1], c.From)
		}
	}
	for _, c := range all {
		for _, pair := range c.Add {
			h.Add(pair[0], pair[1], c.From)
		}
	}
}

// Clone gives a copy that is changed by itself.
func (h RequestHeaders) Clone() RequestHeaders { return RequestHeaders{slices.Clone(h.list)} }

// Empty reports whether there are none.
func (h RequestHeaders) Empty() bool { return len(h.list) == 0 }

// Equal reports whether both have the same values.
func (h RequestHeaders) Equal(other RequestHeaders) bool {
	return len(h.list) == len(other.list) && !slices.ContainsFunc(h.list, func(one header) bool { return other.value(one.name) != one.value })
}

func (h RequestHeaders) at(name string) int {
	return slices.IndexFunc(h.list, func(one header) bool { return one.name == name })
}

// value gives a header's; empty where it is not there.
func (h RequestHeaders) value(name string) string {
	if at := h.at(name); at >= 0 {
		return h.list[at].value
	}
	return ""
}

// origin names a header and who set it.
func (h RequestHeaders) origin(name string) string {
	if at := h.at(name); at >= 0 {
		return name + " of " + strings.Join(slices.Compact(slices.Clone(h.list[at].from)), " and ")
	}
	return ""
}

// items cuts a value at its commas.
func items(value string) []string {
	var list []string
	for item := range strings.SplitSeq(value, ",") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}

// MadeOfRequest stands for a value that is not to be seen here, since it is made at run
// time.
const MadeOfRequest = "%REQ()%"

// open reports whether Envoy makes a part of a value at run time, of the request or of
// something else that cannot be seen here.
func open(value string) bool { return strings.Contains(value, "%") }
