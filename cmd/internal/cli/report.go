package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// reporting is where findings go, and in which form.
type reporting struct {
	form word
	file reportFile
}

func (r *reporting) flags(cmd *cobra.Command) {
	r.form = word{value: "text", allowed: finding.Formats()}
	addWord(cmd, &r.form, "findings", "", "`form` of the findings on standard error")
	cmd.Flags().Var(&r.file, "report", "write the findings to a `file` as well, for callers that hide standard error: JSON, or what its name ends in, .sarif, .xml (JUnit) or .txt")
}

// save writes the report file, if one is asked for.
func (r *reporting) save(list finding.List) error { return r.file.save(list) }

// print prints the findings and tells by its error whether one is an error.
func (r *reporting) print(w io.Writer, list finding.List) error {
	if err := finding.Write(w, r.form.value, list); err != nil {
		return fmt.Errorf("write findings: %w", err)
	}
	if list.Count(finding.Error) > 0 {
		return errFindings
	}
	return nil
}

// unreadable reports a text that cannot be read as objects as the finding that
// it is, in a run that then could not be done; other errors are given back.
func (r *reporting) unreadable(w io.Writer, err error) error {
	var syntax *manifest.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	var list finding.List
	list.Add(finding.Finding{Code: finding.Syntax, Message: syntax.Message, File: syntax.File, Line: syntax.Line, Column: syntax.Column})
	return r.stop(w, list)
}

// also prints what is wrong with the documents, if anything is, in a run that could not
// be done for another reason, which it gives back.
func (r *reporting) also(w io.Writer, list finding.List, reason error) error {
	if list.Count(finding.Error) > 0 {
		if err := r.stop(w, list.Sorted()); !errors.Is(err, errReported) {
			return err
		}
	}
	return reason
}

func (r *reporting) stop(w io.Writer, list finding.List) error {
	if err := r.save(list); err != nil {
		return err
	}
	if err := r.print(w, list); !errors.Is(err, errFindings) {
		return err
	}
	return errReported
}
