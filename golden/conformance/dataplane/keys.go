package dataplane

import (
	"context"
	"slices"
	"strings"

	"retryctl.dev/golden/conformance/backend"
	"retryctl.dev/schema/behavior"
)

// Keys sees whether the tries of a request share an idempotency key: the client's,
// or one that no other request has.
func (rig Rig) Keys(ctx context.Context, p Place) {
	for _, e := range p.Effects {
		if e.IdempotencyKey.State != behavior.Set {
			return
		}
	}
	if _, ok := p.foreign(); ok {
		return
	}
	if rig.NoKeys != "" {
		rig.Results.Add(Result{Gateway: p.Gateway, Case: p.Case, Cause: "idempotency key", Predicted: "-", Measured: rig.NoKeys, Fine: true})
		return
	}
	method, f, e, reason := p.repeatable()
	r := Result{Gateway: p.Gateway, Case: p.Case, Cause: "idempotency key", Predicted: "one for all tries, the client's if it sends one"}
	if reason != "" {
		method, f, e = p.Methods.Each()[0], Fault{Script: "200"}, p.Effects[0]
	}
	r.Methods = behavior.ParseMethod(method)
	name := e.IdempotencyKey.Value
	var made []string
	r.Fine = true
	for _, own := range []string{"", "", "client-1"} {
		header := map[string]string{}
		if own != "" {
			header[name] = own
		}
		keys := Values(rig.Backend.Tries(rig.ask(ctx, p, f, method, header).id), name)
		r.N++
		if len(keys) == 0 || keys[0] == "" || own != "" && keys[0] != own || len(slices.Compact(slices.Clone(keys))) != 1 || own == "" && slices.Contains(made, keys[0]) {
			r.Fine, r.Measured = false, "the tries have "+strings.Join(keys, ", ")
			rig.Results.Add(r)
			return
		}
		made = append(made, keys[0])
	}
	r.Measured = "that"
	rig.Results.Add(r)
}

// Values gives the values of a header on each try; several on one are joined.
func Values(tries []backend.Try, name string) (values []string) {
	for _, try := range tries {
		values = append(values, strings.Join(try.Header.Values(name), ","))
	}
	return values
}
