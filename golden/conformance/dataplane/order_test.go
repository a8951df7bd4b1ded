package dataplane

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestEnvoyMakesTheRoutesChangesOfAHeaderAfterABackends sends requests with and without
// a key of their own through a route that gives them one, and one of whose backends
// changes the header as well. "id" is the request's ID.
func TestEnvoyMakesTheRoutesChangesOfAHeaderAfterABackends(t *testing.T) {
	const (
		keep   = `"request_headers_to_add":[{"header":{"key":"k","value":"%REQ(k?X-Request-Id)%"},"append_action":"OVERWRITE_IF_EXISTS_OR_ADD"}]`
		ours   = `"request_headers_to_add":[{"header":{"key":"k","value":"ours"},"append_action":"OVERWRITE_IF_EXISTS_OR_ADD"}]`
		set    = `"request_headers_to_add":[{"header":{"key":"k","value":"backend"},"append_action":"OVERWRITE_IF_EXISTS_OR_ADD"}]`
		add    = `"request_headers_to_add":[{"header":{"key":"k","value":"backend"},"append_action":"APPEND_IF_EXISTS_OR_ADD"}]`
		remove = `"request_headers_to_remove":["k"]`
	)
	cases := []struct{ route, backend, with, without string }{
		{ours, set, "ours", "ours"},
		{ours, add, "ours", "ours"},
		{ours, remove, "ours", "ours"},
		{keep, set, "backend", "backend"},
		{keep, add, "client", "backend"},
		{keep, remove, "id", "id"},
		{remove + "," + keep, set, "id", "id"},
		{remove, set, "", ""},
	}
	var inputs []XDS
	for n, c := range cases {
		text := fmt.Sprintf(`{"name":"%d","routes":[{"name":"r","virtual_hosts":[{"name":"v","domains":["*"],"routes":[{"match":{"prefix":"/"},
			"route":{"weighted_clusters":{"clusters":[{"name":"c","weight":1,%s}]}},%s}]}]}],"clusters":[{"name":"c"}]}`, n, c.backend, c.route)
		var x XDS
		if err := json.Unmarshal([]byte(text), &x); err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, x)
	}
	binary, b := envoyBinary(t), startBackend(t)
	plane, err := StartEnvoy(binary, b, inputs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plane.Stop)
	for n, c := range cases {
		for own, want := range map[string]string{"client": c.with, "": c.without} {
			id := fresh("o")
			r := Request{ID: id, Script: "200", Method: "GET", Host: "h", Path: "/", Header: map[string]string{}}
			if own != "" {
				r.Header["k"] = own
			}
			send(t, plane.Address(fmt.Sprint(n), Scripted), r)
			tries := b.Tries(id)
			got, made := Values(tries, "k"), Values(tries, "X-Request-Id")
			if want == "id" && len(made) == 1 {
				want = made[0]
			}
			if !slices.Equal(got, []string{want}) {
				t.Errorf("route %s, backend %s, client's %q: %q arrives, want %q", c.route, c.backend, own, strings.Join(got, " "), want)
			}
		}
	}
}
