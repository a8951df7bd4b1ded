package finding

import (
	"bufio"
	"io"
)

// writeText prints for people: a line for each finding, in the layout that
// editors and terminals turn into links, and below it what else is known.
func writeText(w io.Writer, list List) error {
	out := bufio.NewWriter(w)
	for _, f := range list {
		if position := f.position(); position != "" {
			out.WriteString(position + ": ")
		}
		out.WriteString(clean(string(f.Severity)) + " " + clean(string(f.Code)) + " " + f.headline() + "\n")
		for _, line := range f.details() {
			out.WriteString("    " + line + "\n")
		}
	}
	return out.Flush()
}
