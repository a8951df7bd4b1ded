package controller

import (
	"regexp"
	"strings"

	"retryctl.dev/translators/precedence"
)

type request = precedence.Request

// A condition says whether a request meets it.
type condition = func(request) precedence.Answer

// open is a condition that cannot be told from here.
func open([]string) condition { return func(request) precedence.Answer { return precedence.Maybe } }

// exactly is a condition of one text.
func exactly(one func(value string, r request) bool) func([]string) condition {
	return func(values []string) condition {
		return func(r request) precedence.Answer { return answer(one(values[0], r)) }
	}
}

func answer(yes bool) precedence.Answer {
	if yes {
		return precedence.Yes
	}
	return precedence.No
}

// anyOf is a condition that one of the texts has to meet; templates are left open.
func anyOf(one func(value string, r request) bool) func([]string) condition {
	return func(values []string) condition {
		return func(r request) precedence.Answer {
			all := precedence.No
			for _, value := range values {
				if strings.ContainsAny(value, "{}") {
					all = max(all, precedence.Maybe)
				} else if one(value, r) {
					return precedence.Yes
				}
			}
			return all
		}
	}
}

func hostOf(r request) string { return r.Host }
func pathOf(r request) string { return r.Path }

// isHost looks at a wildcard for one label, and not at a dot at the end.
func isHost(value string, r request) bool {
	value, host := strings.ToLower(strings.TrimSuffix(value, ".")), strings.TrimSuffix(r.Host, ".")
	if value == "*" {
		return true
	}
	if rest, wild := strings.CutPrefix(value, "*."); wild {
		_, below, _ := strings.Cut(host, ".")
		return rest == below
	}
	return value == host
}

func isHostV2(value string, r request) bool {
	return strings.ToLower(strings.TrimSuffix(value, ".")) == strings.TrimSuffix(r.Host, ".")
}

func isPath(value string, r request) bool  { return r.Path == value }
func isBelow(value string, r request) bool { return strings.HasPrefix(r.Path, value) }

func matches(part func(request) string) func([]string) condition {
	return func(values []string) condition {
		re := regexp.MustCompile(values[0]) // which check has tried
		return func(r request) precedence.Answer { return answer(re.MatchString(part(r))) }
	}
}

func hasHeader(values []string) condition {
	name := strings.ToLower(values[0])
	return func(r request) precedence.Answer {
		value, there := r.Headers[name]
		return answer(there && value == values[1])
	}
}

func headerMatches(values []string) condition {
	name, re := strings.ToLower(values[0]), regexp.MustCompile(values[1])
	return func(r request) precedence.Answer {
		value, there := r.Headers[name]
		return answer(there && re.MatchString(value))
	}
}

func hasHeaders(values []string) condition {
	return func(r request) precedence.Answer {
		for n := 0; n < len(values); n += 2 {
			if value, there := r.Headers[strings.ToLower(values[n])]; !there || value != values[n+1] {
				return precedence.No
			}
		}
		return precedence.Yes
	}
}

func hasQuery(values []string) condition {
	wanted := ""
	if len(values) > 1 {
		wanted = values[1]
	}
	return func(r request) precedence.Answer {
		value, there := r.Queries[values[0]]
		return answer(there && value == wanted)
	}
}

func queryMatches(values []string) condition {
	if len(values) == 1 {
		return hasQuery(values)
	}
	re := regexp.MustCompile(values[1])
	return func(r request) precedence.Answer {
		value, there := r.Queries[values[0]]
		return answer(there && re.MatchString(value))
	}
}

func hasQueriesV2(values []string) condition {
	return func(r request) precedence.Answer {
		for _, value := range values {
			name, wanted, _ := strings.Cut(value, "=")
			if strings.ContainsAny(value, "{}") {
				return precedence.Maybe
			}
			if got, there := r.Queries[name]; !there || wanted != "" && got != wanted {
				return precedence.No
			}
		}
		return precedence.Yes
	}
}

func hostExamples(values []string) []request {
	var list []request
	for _, value := range values {
		list = append(list, request{Host: strings.ToLower(strings.Replace(value, "*", precedence.Fresh, 1))})
	}
	return list
}

func pathExamples(below string) func([]string) []request {
	return func(values []string) []request {
		var list []request
		for _, value := range values {
			list = append(list, request{Path: value + below})
		}
		return list
	}
}

// patternExamples are texts that an expression may match, behind something or not.
func patternExamples(part func(request) string, before string) func([]string) []request {
	return func(values []string) []request {
		text := precedence.Example(values[0])
		if part(request{Host: "x"}) == "x" {
			return []request{{Host: text}}
		}
		return []request{{Path: text}, {Path: before + text}}
	}
}

func headerExamples(values []string) []request {
	headers := map[string]string{}
	for n := 0; n+1 < len(values); n += 2 {
		headers[strings.ToLower(values[n])] = values[n+1]
	}
	return []request{{Headers: headers}}
}

func headerPatternExamples(values []string) []request {
	return []request{{Headers: map[string]string{strings.ToLower(values[0]): precedence.Example(values[1])}}}
}

func queryExamples(values []string) []request {
	if len(values) == 1 {
		return []request{{Queries: map[string]string{values[0]: ""}}}
	}
	return []request{{Queries: map[string]string{values[0]: values[1]}}}
}

func queryPatternExamples(values []string) []request {
	if len(values) == 1 {
		return queryExamples(values)
	}
	return []request{{Queries: map[string]string{values[0]: precedence.Example(values[1])}}}
}

func queryV2Examples(values []string) []request {
	queries := map[string]string{}
	for _, value := range values {
		name, wanted, _ := strings.Cut(value, "=")
		queries[name] = wanted
	}
	return []request{{Queries: queries}}
}
