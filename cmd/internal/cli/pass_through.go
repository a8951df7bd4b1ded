package cli

import (
	"bytes"
	"fmt"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
)

// passThrough prints what is given with the policies carried out. Nothing is printed
// of a run that has errors: a caller takes what is missing for deleted.
func (r *run) passThrough(s Streams, cmd *cobra.Command, args []string) error {
	r.input.keep = true
	p, flags, err := r.read(cmd.Context(), s, cmd, args)
	if err != nil {
		return err
	}
	assignments, lost, err := r.assignments(p)
	if err != nil {
		return err
	}
	if len(lost) > 0 {
		return fmt.Errorf("no targets for %s: give --to, the annotation %s on it, or spec.targets in a Config", resolve.PolicyID(lost[0]), toAnnotation)
	}
	if p.given == 0 && !r.input.allowEmpty {
		p.findings.Add(finding.Finding{Code: finding.NoPolicy, Message: errNoPolicy.Error(),
			Hint: "give the policies with -f, or see to it that the manifests have them"})
	}
	out, err := r.translate(cmd.Context(), p, flags, assignments)
	if err != nil {
		return err
	}
	text, conflicts, err := passed(r.input.given, out)
	if err != nil {
		return fmt.Errorf("write objects: %w", err)
	}
	list := append(out.findings, conflicts...).Sorted()
	if err := r.report.save(list); err != nil {
		return err
	}
	if err := r.report.print(s.Err, list); err != nil {
		return err
	}
	_, err = s.Out.Write(text)
	return err
}

// passed gives the documents with the edits in them and the new objects behind them,
// and a finding for each edit that cannot be made.
func passed(given []manifest.Document, out outcome) ([]byte, finding.List, error) {
	held := map[*manifest.Object]bool{}
	for _, d := range given {
		for _, o := range d.Objects {
			held[o] = true
		}
	}
	e := holder{
		holds: func(o *manifest.Object) bool { return held[o] },
		lacks: "needs an edit of it, and it is in a file that is only read",
		hint:  "give the file with -f: what a Config names is not printed",
		rival: "translate to one of them at a time",
	}.edits(out)
	var text []byte
	for _, d := range given {
		one, err := d.Text(func(o *manifest.Object) *manifest.Object {
			if schema.Ours(o) {
				return nil
			}
			if edited, is := e.instead[o]; is {
				return edited
			}
			return o
		})
		if err != nil {
			return nil, nil, err
		}
		text = manifest.AppendDocument(text, one)
	}
	for _, o := range e.added {
		var one bytes.Buffer
		if err := o.WriteYAML(&one); err != nil {
			return nil, nil, err
		}
		text = manifest.AppendDocument(text, one.Bytes())
	}
	return text, e.conflicts, nil
}
