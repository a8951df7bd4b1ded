package finding

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A writer prints findings in one form.
type writer struct {
	format string
	write  func(io.Writer, List) error
}

var writers = []writer{
	{"text", writeText},
	{"json", writeJSON},
	{"github", writeGitHub},
	{"sarif", writeSARIF},
	{"junit", writeJUnit},
}

// Formats names the forms in which Write prints findings.
func Formats() []string {
	names := make([]string, len(writers))
	for i, w := range writers {
		names[i] = w.format
	}
	return names
}

// Write prints findings in the order of the list, in one of the Formats.
func Write(w io.Writer, format string, list List) error {
	for _, one := range writers {
		if one.format == format {
			return one.write(w, list)
		}
	}
	return fmt.Errorf("unknown form of findings %q: one of %s is wanted", format, strings.Join(Formats(), ", "))
}

// position is where to look: the position, or the object where there is no line.
func (f Finding) position() string {
	file, object := clean(f.File), clean(f.object())
	switch {
	case file == "":
		return object
	case f.Line <= 0 && object == "":
		return file
	case f.Line <= 0:
		return file + ": " + object
	case f.Column <= 0:
		return fmt.Sprintf("%s:%d", file, f.Line)
	}
	return fmt.Sprintf("%s:%d:%d", file, f.Line, f.Column)
}

// headline is the message with the gateway and the field that it is about.
func (f Finding) headline() string {
	line := clean(f.Message)
	if f.Field != "" {
		line = clean(f.Field) + ": " + line
	}
	if f.Gateway != "" {
		line = "[" + clean(f.Gateway) + "] " + line
	}
	return line
}

// details are the lines that stand below the headline.
func (f Finding) details() []string {
	var lines []string
	if f.Want != "" && f.Got != "" {
		lines = append(lines, "asked "+clean(f.Want)+", gets "+clean(f.Got))
	}
	if f.Reason != "" {
		lines = append(lines, "why: "+clean(f.Reason))
	}
	if hint := f.Hint.String(); hint != "" {
		lines = append(lines, "try: "+clean(hint))
	}
	return lines
}

// clean makes text from a document safe to print on one line: what is not a
// printable character, such as a line break, a terminal's escape or a change of
// the writing direction, is spelled out as Go would.
func clean(s string) string {
	if isClean(s) {
		return s
	}
	var out strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&out, `\x%02x`, s[i])
		case unicode.IsPrint(r):
			out.WriteRune(r)
		default:
			out.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return out.String()
}

func isClean(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}
