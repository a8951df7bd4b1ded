package finding

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// writers are the forms in which findings are printed.
var writers = []struct {
	name  string
	write func(io.Writer, List) error
}{
	{"text", writeText}, {"json", writeJSON}, {"github", writeGitHub}, {"sarif", writeSARIF}, {"junit", writeJUnit},
}

// Formats gives the forms that Write knows.
func Formats() []string {
	var names []string
	for _, w := range writers {
		names = append(names, w.name)
	}
	return names
}

// Write prints findings in one of the Formats, in the order of the list.
func Write(w io.Writer, format string, list List) error {
	i := slices.IndexFunc(writers, func(x struct {
		name  string
		write func(io.Writer, List) error
	}) bool {
		return x.name == format
	})
	if i < 0 {
		return fmt.Errorf("unknown form %q: one of %s is wanted", format, strings.Join(Formats(), ", "))
	}
	return writers[i].write(w, list)
}

// clean makes text of the input harmless on a terminal and keeps it on its line.
func clean(s string) string {
	plain := func(r rune) bool { return unicode.IsPrint(r) }
	if strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	var out strings.Builder
	for _, r := range s {
		if plain(r) {
			out.WriteRune(r)
		} else {
			out.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return out.String()
}

// place is "file:line:column: ", or nothing.
func (f Finding) place() string {
	if f.File == "" {
		return ""
	}
	place := f.File
	if f.Line > 0 {
		place += ":" + strconv.Itoa(f.Line)
		if f.Column > 0 {
			place += ":" + strconv.Itoa(f.Column)
		}
	}
	return clean(place) + ": "
}

// subject is "[kong] spec.backoff: ", as far as there is any of it; without a
// position the object comes first.
func (f Finding) subject() string {
	subject := ""
	if f.Gateway != "" {
		subject = "[" + f.Gateway + "] "
	}
	about := f.Field
	if f.Line == 0 && f.Object != "" {
		about = strings.TrimSpace(f.Object + " " + f.Field)
	}
	if about != "" {
		subject += clean(about) + ": "
	}
	return subject
}

// details are the lines below a finding.
func (f Finding) details() []string {
	var lines []string
	if f.Want != "" && f.Got != "" {
		lines = append(lines, "asked: "+clean(f.Want)+"; gets: "+clean(f.Got))
	}
	if f.Reason != "" {
		lines = append(lines, "why: "+clean(f.Reason))
	}
	if f.Hint != "" {
		lines = append(lines, "try: "+clean(f.Hint))
	}
	return lines
}

func writeText(w io.Writer, list List) error {
	for _, f := range list {
		line := fmt.Sprintf("%s%s %s %s%s\n", f.place(), f.Severity, f.Code, f.subject(), clean(f.Message))
		for _, detail := range f.details() {
			line += "    " + detail + "\n"
		}
		if _, err := io.WriteString(w, line); err != nil {
			return err
		}
	}
	return nil
}

func writeJSON(w io.Writer, list List) error {
	if list == nil {
		list = List{}
	}
	return encode(w, list)
}

func encode(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

// writeGitHub prints workflow commands, which GitHub shows at the line of a file.
func writeGitHub(w io.Writer, list List) error {
	message := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	for _, f := range list {
		level := map[Severity]string{Error: "error", Warning: "warning", Note: "notice"}[f.Severity]
		var at []string
		if f.File != "" {
			at = append(at, "file="+property.Replace(clean(f.File)))
		}
		if f.Line > 0 {
			at = append(at, "line="+strconv.Itoa(f.Line), "col="+strconv.Itoa(max(f.Column, 1)))
		}
		at = append(at, "title="+property.Replace(string(f.Code)))
		text := strings.Join(append([]string{f.subject() + clean(f.Message)}, f.details()...), "\n")
		if _, err := fmt.Fprintf(w, "::%s %s::%s\n", level, strings.Join(at, ","), message.Replace(text)); err != nil {
			return err
		}
	}
	return nil
}
