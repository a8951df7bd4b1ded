package kong

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// witness gives a short text that a regular expression matches, as far as it is made
// of literals, classes, repetition and alternatives.
func witness(expr *regexp.Regexp) string {
	tree, err := syntax.Parse(expr.String(), syntax.Perl)
	if err != nil {
		return ""
	}
	var out strings.Builder
	var write func(*syntax.Regexp)
	write = func(t *syntax.Regexp) {
		switch t.Op {
		case syntax.OpLiteral:
			out.WriteString(string(t.Rune))
		case syntax.OpCharClass:
			if len(t.Rune) > 0 {
				out.WriteRune(t.Rune[0])
			}
		case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
			out.WriteString(below)
		case syntax.OpCapture, syntax.OpPlus:
			write(t.Sub[0])
		case syntax.OpRepeat:
			for range t.Min {
				write(t.Sub[0])
			}
		case syntax.OpConcat:
			for _, sub := range t.Sub {
				write(sub)
			}
		case syntax.OpAlternate:
			write(t.Sub[0])
		}
	}
	write(tree)
	return out.String()
}
