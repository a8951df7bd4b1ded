package finding

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// catalogue is in the order of the codes; a test holds it to the constants. In
// a Text what is indented by four spaces is an example, to be left as it is.
var catalogue = slices.Concat(inputPages, lossPages, contextPages, existingPages)

// Write prints the page for a terminal.
func (p Page) Write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s %s (%s)\n%s.\n\n%s\n", p.Code, p.Name, p.Severity, capital(p.Title), strings.TrimSpace(p.Text))
	return err
}

const preface = `# Findings

What retryctl has to say about an input is a finding with a code. A code never
changes its meaning. ` + "`retryctl explain RT2004`" + ` prints a page of this list.

- An **error** stops the output of its policy and gateway; the others go on.
- A **warning** is printed; with ` + "`--strict`" + ` it is an error.
- A **note** never changes the run.

A difference between what was asked and what a gateway does (RT2...) can be
accepted in the policy, where the acceptance is reviewed. Then it is a note,
with ` + "`--strict`" + ` too:

` + "```yaml" + `
spec:
  accept:
  - gateway: kong            # the target
    finding: RT2004          # the code
    field: spec.backoff      # this field and those below it; left out: any
    reason: "Kong retries at once; checkout tolerates it"
` + "```" + `
`

// WriteCatalogue prints every page as one Markdown document.
func WriteCatalogue(w io.Writer) error {
	var out bytes.Buffer
	out.WriteString(preface)
	out.WriteString("\n| Code | Name | Severity | Meaning |\n|---|---|---|---|\n")
	for _, p := range catalogue {
		fmt.Fprintf(&out, "| [%s](#%s) | %s | %s | %s |\n", p.Code, strings.ToLower(string(p.Code)), p.Name, p.Severity, p.Title)
	}
	for _, p := range catalogue {
		fmt.Fprintf(&out, "\n## %s\n\n**%s** (%s, %s)\n\n%s\n", p.Code, capital(p.Title), p.Name, p.Severity, strings.TrimSpace(p.Text))
	}
	_, err := w.Write(out.Bytes())
	return err
}

// capital begins a title, which is ASCII, as a sentence.
func capital(title string) string { return strings.ToUpper(title[:1]) + title[1:] }
