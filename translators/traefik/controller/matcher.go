package controller

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"retryctl.dev/translators/precedence"
)

// A matcher is one of the conditions that a match is made of.
type matcher struct {
	// check says why Traefik refuses the texts; there is one at least, and none is
	// empty.
	check func(values []string) error
	// holds gives what says whether a request has what the texts ask for.
	holds func(values []string) func(precedence.Request) precedence.Answer
	// examples are requests that may have it, looking at nothing but it; the fields
	// that it does not look at are empty.
	examples func(values []string) []precedence.Request
}

// MatchersV3 are those of Traefik 3 (v3.7.13 pkg/muxer/http/matcher.go:15).
var MatchersV3 = map[string]matcher{
	"ClientIP":     {addresses(1), open, nil},
	"Method":       {texts(1), open, nil},
	"Host":         {hostname, exactly(isHost), hostExamples},
	"HostRegexp":   {both(ascii, pattern(0)), matches(hostOf), patternExamples(hostOf, "")},
	"Path":         {absolute(1), exactly(isPath), pathExamples("")},
	"PathPrefix":   {absolute(1), exactly(isBelow), pathExamples(precedence.Fresh)},
	"PathRegexp":   {pattern(0), matches(pathOf), patternExamples(pathOf, "/")},
	"Header":       {texts(2), hasHeader, headerExamples},
	"HeaderRegexp": {both(texts(2), pattern(1)), headerMatches, headerPatternExamples},
	"Query":        {texts(1, 2), hasQuery, queryExamples},
	"QueryRegexp":  {queryPattern, queryMatches, queryPatternExamples},
}

// matchersV2 are those of the syntax of Traefik 2, which 3 has besides, with
// templates in braces (v3.7.13 pkg/muxer/http/matcher_v2.go:15).
var matchersV2 = map[string]matcher{
	"ClientIP":      {addresses(-1), open, nil},
	"Method":        {texts(-1), open, nil},
	"Host":          {asciiAll, anyOf(isHostV2), hostExamples},
	"HostHeader":    {asciiAll, anyOf(isHostV2), hostExamples},
	"HostRegexp":    {both(asciiAll, templates), anyOf(isHostV2), hostExamples},
	"Path":          {both(absolute(-1), templates), anyOf(isPath), pathExamples("")},
	"PathPrefix":    {both(absolute(-1), templates), anyOf(isBelow), pathExamples(precedence.Fresh)},
	"Headers":       {pairs, hasHeaders, headerExamples},
	"HeadersRegexp": {pairs, open, nil},
	"Query":         {both(assignments, templates), hasQueriesV2, queryV2Examples},
}

func texts(wanted ...int) func([]string) error {
	return func(values []string) error {
		if wanted[0] >= 0 && !slices.Contains(wanted, len(values)) {
			return fmt.Errorf("%d texts, and it takes %d", len(values), wanted[len(wanted)-1])
		}
		return nil
	}
}

func both(a, b func([]string) error) func([]string) error {
	return func(values []string) error {
		if err := a(values); err != nil {
			return err
		}
		return b(values)
	}
}

// pattern checks the regular expression at an index, behind which nothing may stand.
func pattern(at int) func([]string) error {
	return func(values []string) error {
		if err := texts(at + 1)(values); err != nil {
			return err
		}
		_, err := regexp.Compile(values[at])
		return err
	}
}

func queryPattern(values []string) error {
	if len(values) == 1 {
		return nil
	}
	return pattern(1)(values)
}

// absolute checks paths, one or, for a number below 0, any number of them.
func absolute(number int) func([]string) error {
	return both(texts(number), func(values []string) error {
		for _, value := range values {
			if !strings.HasPrefix(value, "/") {
				return fmt.Errorf("%s does not begin with a slash", value)
			}
		}
		return nil
	})
}

func addresses(number int) func([]string) error {
	return both(texts(number), func(values []string) error {
		for _, value := range values {
			if _, _, err := net.ParseCIDR(value); err != nil && net.ParseIP(value) == nil {
				return fmt.Errorf("%s is no address", value)
			}
		}
		return nil
	})
}

func hostname(values []string) error {
	if err := texts(1)(values); err != nil || values[0] == "*" {
		return err
	}
	return asciiAll(values)
}

func ascii(values []string) error { return both(texts(1), asciiAll)(values) }

func asciiAll(values []string) error {
	for _, value := range values {
		if strings.ContainsFunc(value, func(r rune) bool { return r > 127 }) {
			return fmt.Errorf("%s is not all ASCII", value)
		}
	}
	return nil
}

func pairs(values []string) error {
	if len(values)%2 != 0 {
		return errors.New("a name without a value")
	}
	return nil
}

func assignments(values []string) error {
	for _, value := range values {
		if !strings.Contains(value, "=") {
			return fmt.Errorf("%s has no equals sign", value)
		}
	}
	return nil
}

// templates checks that braces are in pairs.
func templates(values []string) error {
	for _, value := range values {
		depth := 0
		for _, c := range value {
			switch c {
			case '{':
				depth++
			case '}':
				depth--
			}
			if depth < 0 {
				break
			}
		}
		if depth != 0 {
			return fmt.Errorf("unbalanced braces in %s", value)
		}
	}
	return nil
}
