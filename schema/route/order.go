package route

import "retryctl.dev/schema/behavior"

// A ReachFunc is ReachOf, or what takes its place for a gateway that orders
// matches in another way than the standard does.
type ReachFunc func(rules []Rule, i int, m Match) behavior.Methods

// ReachCounting is ReachOf for a gateway that counts a method as one header more
// instead of placing it above all headers, as Envoy Gateway does (v1.9.1
// internal/gatewayapi/sort.go:53, route.go, where the method becomes a header): a
// match with a method takes only requests from matches with no more headers.
func ReachCounting(rules []Rule, i int, m Match) behavior.Methods {
	return reachOf(rules, i, m, func(n Match) bool { return n.Headers == m.Headers })
}

// ServingBy is Serving under another order of matches.
func ServingBy(reach ReachFunc, original, edited []Rule, i int) (indexes []int, methods []behavior.Methods) {
	serves := make([]behavior.Methods, len(edited))
	for _, m := range original[i].Matches {
		reached := reach(original, i, m)
		for method := behavior.GET; method <= behavior.CONNECT; method <<= 1 {
			if reached&method == 0 {
				continue
			}
			if at := server(edited, m, method); at >= 0 {
				serves[at] |= method
			}
		}
	}
	for at, set := range serves {
		if set != 0 {
			indexes, methods = append(indexes, at), append(methods, set)
		}
	}
	return indexes, methods
}

// ReachBy is Reach under another order of matches; nothing reaches a rule that does
// not exist.
func ReachBy(reach ReachFunc, rules []Rule, i int) (methods behavior.Methods) {
	if i < 0 || i >= len(rules) {
		return 0
	}
	for _, m := range rules[i].Matches {
		methods |= reach(rules, i, m)
	}
	return methods
}
