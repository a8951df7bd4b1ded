package finding

import (
	"fmt"
	"io"
)

// Write prints a page for a terminal.
func (p Page) Write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s (%s): %s\n\n%s\n", p.Code, p.Severity, p.Title, p.Text)
	return err
}
