package controller

import (
	"regexp"
	"strings"

	"retryctl.dev/schema/manifest"
)

// SetKey has an http route set the header once, before the first try: the
// client's own value, or else the ID of the request. It does not where the header is
// removed, or a destination changes it.
func SetKey(h manifest.Value, header string) {
	if unwanted(h, header) {
		return
	}
	request := h.Make("headers", "request")
	for _, verb := range []string{"set", "add"} {
		var same []string
		for name := range request.At(verb).Fields() {
			if strings.EqualFold(name.Text(), header) {
				same = append(same, name.Text())
			}
		}
		for _, name := range same {
			request.At(verb).Remove(name)
		}
		if request.At(verb).Exists() && request.At(verb).Len() == 0 {
			request.Remove(verb)
		}
	}
	request.Make("set").Put(header, KeyFormat(header))
}

// KeyFormat is Envoy's for the client's header or else the ID that Envoy gives
// each request.
func KeyFormat(header string) string { return "%REQ(" + header + "?X-Request-Id)%" }

// keyForm is a header that keeps the client's value and else takes the request ID.
var keyForm = regexp.MustCompile(`(?i)^%REQ\(([^?)]+)\?X-Request-Id\)%$`)

// IsKey reports whether the value of a header is one that keeps the client's and else
// takes the request ID.
func IsKey(name, value string) bool {
	m := keyForm.FindStringSubmatch(value)
	return m != nil && strings.EqualFold(m[1], name)
}

// KeyOf gives the header by which all tries of a request share a key. One that the
// http route, or one of its destinations, changes in another way as well is none: an
// addition makes two values, a removal comes first and takes the client's value away,
// and what is set for one of several destinations is there before the http route's is
// made of it, or, for the only one, takes its place (measured with Envoy 1.39.3).
func KeyOf(h manifest.Value) (name string, ok bool) {
	for field, value := range h.At("headers", "request", "set").Fields() {
		if IsKey(field.Text(), value.Text()) {
			name, ok = field.Text(), true
		}
	}
	return name, ok && !unwanted(h, name) && mentions(h, name, "set", "add") == 1
}

// unwanted reports whether an http route removes a header, or a destination of it
// changes it.
func unwanted(h manifest.Value, header string) bool {
	times := mentions(h, header, "remove")
	for _, to := range h.At("route").Items() {
		times += mentions(to, header, "set", "add", "remove")
	}
	return times > 0
}

// mentions counts how often an http route or a destination has a header in some
// lists of changes.
func mentions(element manifest.Value, header string, verbs ...string) (times int) {
	for _, verb := range verbs {
		list := element.At("headers", "request", verb)
		for name := range list.Fields() {
			if strings.EqualFold(name.Text(), header) {
				times++
			}
		}
		for _, name := range list.Items() {
			if strings.EqualFold(name.Text(), header) {
				times++
			}
		}
	}
	return times
}
