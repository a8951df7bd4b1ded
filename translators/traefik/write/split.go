package write

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/traefik/api"
	"retryctl.dev/translators/traefik/controller"
)

// parts gives the rules that carry an intent. Traefik can retry by status for
// every method, or for all but POST and PATCH, so that only other wishes need a
// rule to be split. A CONNECT does not reach a rule that looks at a path. timeouts
// is as for configure.
func (t *translation) parts(i resolve.Intent, timeouts bool) []gateway.Part {
	whole := []gateway.Part{{Rule: i.Rule, Want: i.Want}}
	if status, _ := statuses(i.Want.Causes, timeouts); status == "" || !t.Is37 {
		return []gateway.Part{{Rule: i.Rule, Want: gateway.SafeOnly(i.Want)}}
	}
	methods, limited := gateway.Limit(i.Want)
	reach := i.Methods
	if !limited || reach&^methods == 0 {
		return whole
	}
	here := reach &^ behavior.CONNECT
	if here&methods != 0 && here&methods == here&^api.NotByStatus {
		want := i.Want // without POST and PATCH, which do not get here, or are not asked for
		for c := range want.Causes {
			if !behavior.Cause(c).Safe() {
				want.Causes[c] &= behavior.IdempotentMethods
			}
		}
		return []gateway.Part{{Rule: i.Rule, Want: want}}
	}
	rest := []gateway.Part{{Rule: i.Rule, Want: gateway.SafeOnly(i.Want), Limited: true}}
	if here&methods == 0 {
		return rest
	}
	switch {
	case i.Object == nil || i.Rule < 0 && i.Object.ID().Kind != "Ingress":
	case i.Object.Is(api.Group, "IngressRoute"):
		return t.splitRoute(i, methods)
	case i.Object.ID().Kind == "Ingress":
		t.out.Say(i, finding.CannotSplit, i.ID().String()+" cannot be split by method: an Ingress knows no methods", "",
			finding.Do("use an IngressRoute or an HTTPRoute, or name every method in retryOn.methods if all of them may run twice"))
		return rest
	}
	return t.edits.Parts(i, &t.out)
}

// splitRoute divides a route of an IngressRoute in two that exclude each other
// and have the priority that it had, so that no other route's requests move.
func (t *translation) splitRoute(i resolve.Intent, methods behavior.Methods) []gateway.Part {
	edited := t.edits.Of(i.Object)
	routes := edited.At("spec", "routes")
	rest := routes.Index(i.Rule)
	r, text := controller.RoutedOf(rest), withoutMethods(rest.At("match").Text())
	priority, moved, kept := r.Priority, r.Methods&methods, r.Methods&^methods
	fresh := rest.Copy()
	fresh.Put("match", text+oneOf(moved))
	fresh.Put("priority", priority)
	if r.Methods == behavior.AllMethods {
		rest.Put("match", text+noneOf(moved))
	} else {
		rest.Put("match", text+oneOf(kept))
	}
	rest.Put("priority", priority)
	routes.Append(fresh)
	return []gateway.Part{{Rule: i.Rule, Want: gateway.SafeOnly(i.Want), Limited: true}, {Rule: routes.Len() - 1, Want: i.Want}}
}

// withoutMethods gives the conditions of a match, which Traefik takes, to put one on
// the method behind them: those that look at nothing else are left out.
func withoutMethods(match string) string {
	expression, err := parser.ParseExpr(match)
	if err != nil {
		return match + " && "
	}
	var rest []string
	var visit func(e ast.Expr)
	visit = func(e ast.Expr) {
		if both, ok := e.(*ast.BinaryExpr); ok && both.Op == token.LAND {
			visit(both.X)
			visit(both.Y)
			return
		}
		text := match[e.Pos()-1 : e.End()-1]
		if either, ok := e.(*ast.BinaryExpr); ok && either.Op == token.LOR {
			text = "(" + text + ")"
		}
		if r, err := controller.Build(e, controller.MatchersV3, false); err == nil {
			if _, only := r.Methods(); only {
				return
			}
		}
		rest = append(rest, text+" && ")
	}
	visit(expression)
	return strings.Join(rest, "")
}

// oneOf is the condition that lets only the methods through.
func oneOf(methods behavior.Methods) string {
	var calls []string
	for _, name := range methods.Each() {
		calls = append(calls, "Method(`"+name+"`)")
	}
	if len(calls) == 1 {
		return calls[0]
	}
	return "(" + strings.Join(calls, " || ") + ")"
}

// noneOf is the condition that lets all others through.
func noneOf(methods behavior.Methods) string {
	var calls []string
	for _, name := range methods.Each() {
		calls = append(calls, "!Method(`"+name+"`)")
	}
	return strings.Join(calls, " && ")
}
