package api

import "retryctl.dev/schema"

// UntrustedLua is Kong's setting untrusted_lua. Where nothing is said it is the default of
// the version, but lax where that is strict: then it is an assumption, and a finding.
var UntrustedLua = schema.Option{
	Field: "kong.untrustedLua", About: "is Kong's untrusted_lua: Strict, Lax, Sandbox, Open (on) or Disabled (off).",
	Words: []string{"Strict", "Lax", "Sandbox", "Open", "Disabled"}, Elsewhere: map[string]string{"on": "Open", "off": "Disabled"},
	Flag: "kong-untrusted-lua", Usage: "Kong's `setting` untrusted_lua",
}

// Expressions is the router of that name.
const Expressions = "Expressions"

// Router is Kong's setting router_flavor.
var Router = schema.Option{
	Field: "kong.router", About: "is Kong's router_flavor: TraditionalCompatible, which is Kong's default, or Expressions.",
	Words: []string{"TraditionalCompatible", Expressions}, Default: "TraditionalCompatible",
	Elsewhere: map[string]string{"traditional_compatible": "TraditionalCompatible", "expressions": Expressions},
	Flag:      "kong-router", Usage: "Kong's `router_flavor`, which orders the matches of routes",
}
