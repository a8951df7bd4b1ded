package capability

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// WriteText prints the table for a terminal.
func (t Table) WriteText(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "\t")
	for _, c := range t.Columns {
		fmt.Fprintf(table, "%s\t", c.Name)
	}
	fmt.Fprintln(table)
	group := ""
	for _, r := range t.Rows {
		if r.Group != group {
			group = r.Group
			fmt.Fprintf(table, "%s%s\n", group, strings.Repeat("\t", len(t.Columns)+1))
		}
		fmt.Fprintf(table, "  %s\t", r.Feature)
		for _, c := range t.Columns {
			fmt.Fprintf(table, "%s\t", r.Cells[c.Name].Answer)
		}
		fmt.Fprintln(table)
	}
	return table.Flush()
}

// WriteJSON prints the rows with their reasons.
func (t Table) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(t.Rows)
}

// WriteMarkdown prints the table as a page, with every reason below it.
func (t Table) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# What each gateway can do\n\n" +
		"Printed by `retryctl gateways -o markdown`, which translates one small policy for each line, reads the\n" +
		"result back and looks at the findings. *yes*: as asked. *differs*: with other numbers. *more*: it retries\n" +
		"more than asked. *part*: some of it is not retried. *unknown*: the implementation decides. *no*: nothing\n" +
		"carries it. Methods are always limited where they are asked to be: by rules of their own, or by the gateway.\n")
	var notes []string
	group := ""
	for _, r := range t.Rows {
		if r.Group != group {
			group = r.Group
			fmt.Fprintf(&b, "\n## %s\n\n| |", group)
			for _, c := range t.Columns {
				fmt.Fprintf(&b, " %s |", c.Name)
			}
			fmt.Fprintf(&b, "\n|%s\n", strings.Repeat("---|", len(t.Columns)+1))
		}
		fmt.Fprintf(&b, "| %s |", r.Feature)
		for _, c := range t.Columns {
			cell := r.Cells[c.Name]
			mark := ""
			if cell.Answer != Yes && cell.Why != "" {
				note := cell.Why
				n := slices.Index(notes, note)
				if n < 0 {
					n, notes = len(notes), append(notes, note)
				}
				mark = fmt.Sprintf(" [%d](#why)", n+1)
			}
			fmt.Fprintf(&b, " %s%s |", cell.Answer, mark)
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## Why\n\n")
	for n, note := range notes {
		fmt.Fprintf(&b, "%d. %s\n", n+1, strings.NewReplacer("<", "&lt;", "|", `\|`).Replace(note))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
