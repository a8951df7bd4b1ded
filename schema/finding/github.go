package finding

import (
	"bytes"
	"io"
	"path"
	"strconv"
	"strings"
)

var (
	messageEscapes  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// writeGitHub prints workflow commands, which GitHub Actions shows as
// annotations of the lines that they are about.
func writeGitHub(w io.Writer, list List) error {
	var out bytes.Buffer
	for _, f := range list {
		message := strings.Join(append([]string{f.headline()}, f.details()...), "\n")
		if f.object() != "" && (f.File == "" || f.Line <= 0) {
			message = clean(f.object()) + ": " + message
		}
		out.WriteString("::" + annotation(f.Severity) + " " + properties(f) + "::" + messageEscapes.Replace(message) + "\n")
	}
	_, err := w.Write(out.Bytes())
	return err
}

func annotation(s Severity) string {
	switch s {
	case Error, Warning:
		return string(s)
	}
	return "notice"
}

// properties leaves out what is not known: a line 0 or an empty file would hide
// the annotation.
func properties(f Finding) string {
	var list []string
	add := func(name, value string) {
		list = append(list, name+"="+propertyEscapes.Replace(clean(value)))
	}
	if f.File != "" {
		add("file", path.Clean(f.File)) // ./a.yaml is the path of no file in a pull request
		if f.Line > 0 {
			add("line", strconv.Itoa(f.Line))
			if f.Column > 0 {
				add("col", strconv.Itoa(f.Column))
			}
		}
	}
	add("title", string(f.Code))
	return strings.Join(list, ",")
}
