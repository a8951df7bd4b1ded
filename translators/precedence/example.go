package precedence

import (
	"regexp/syntax"
	"strings"
)

// Example gives a short text that a regular expression of Go's may match; what it
// gives is to be tried.
func Example(expression string) string {
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return ""
	}
	var b strings.Builder
	write(&b, parsed, 0)
	return b.String()
}

// longest bounds an example.
const longest = 1000

func write(b *strings.Builder, re *syntax.Regexp, depth int) {
	if depth > 100 || b.Len() > longest {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		if len(re.Rune) > 0 {
			b.WriteRune(readable(re.Rune))
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteString(Fresh)
	case syntax.OpCapture, syntax.OpPlus:
		write(b, re.Sub[0], depth+1)
	case syntax.OpRepeat:
		for range re.Min {
			write(b, re.Sub[0], depth+1)
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			write(b, sub, depth+1)
		}
	case syntax.OpAlternate:
		write(b, re.Sub[0], depth+1)
	}
}

// readable gives a character of a class, Fresh or a letter where it has one.
func readable(ranges []rune) rune {
	for _, want := range Fresh + "a0-" {
		for n := 0; n+1 < len(ranges); n += 2 {
			if ranges[n] <= want && want <= ranges[n+1] {
				return want
			}
		}
	}
	return ranges[0]
}
