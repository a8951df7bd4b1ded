// Package capability finds out what each gateway can do by trying: it translates
// one small policy for each feature and looks at the findings. Nothing in its
// table is written by hand.
package capability

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/pipeline"
)

// An Answer says how far a gateway does what a feature asks.
type Answer string

// The answers, from the best to the worst.
const (
	Yes     Answer = "yes"
	Differs Answer = "differs" // with other numbers, or bounded by something else
	More    Answer = "more"    // it retries more than asked
	Unknown Answer = "unknown" // the implementation decides
	Part    Answer = "part"    // some of it is not retried
	No      Answer = "no"
)

var order = []Answer{Yes, Differs, More, Unknown, Part, No}

// A Cell is what one gateway makes of one feature.
type Cell struct {
	Answer Answer `json:"answer"`
	// Why is the reason of the finding that the answer stands for.
	Why string `json:"why,omitempty"`
}

// A Row is one feature.
type Row struct {
	Feature string `json:"feature"`
	Group   string `json:"group"`
	// Cells are by the names of the columns.
	Cells map[string]Cell `json:"cells"`
}

// A Column is a gateway in one way of using it.
type Column struct {
	Name    string
	Gateway gateway.Target
	use     gateway.Use
}

// columnsOf gives the gateways with one column for each way in which a gateway takes its
// configuration.
func columnsOf(all translators.Gateways) []Column {
	var columns []Column
	for _, g := range all {
		p := g.Profile()
		uses := p.Uses
		if len(uses) == 0 {
			uses = []gateway.Use{{Name: p.Name}}
		}
		for _, use := range uses {
			columns = append(columns, Column{use.Name, g, use})
		}
	}
	return columns
}

// A Table is what every gateway makes of every feature.
type Table struct {
	Columns []Column
	Rows    []Row
}

// Of probes every feature on every gateway. It fails only if a probe is not a
// valid input, which is a mistake of this package.
func Of(all translators.Gateways) (Table, error) {
	t := Table{Columns: columnsOf(all)}
	for _, f := range features {
		row := Row{Feature: f.name, Group: f.group, Cells: map[string]Cell{}}
		for _, c := range t.Columns {
			cell, err := probe(all, f, c)
			if err != nil {
				return Table{}, fmt.Errorf("probe %s on %s: %w", f.name, c.Name, err)
			}
			row.Cells[c.Name] = cell
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

func probe(all translators.Gateways, f feature, c Column) (Cell, error) {
	objects, err := pipeline.Read(pipeline.Source{Name: f.name, Text: []byte(f.input(cmp.Or(c.use.Class, "other")))})
	if err != nil {
		return Cell{}, err
	}
	in := pipeline.Decode(all, objects)
	if in.Findings.Count(finding.Error) > 0 {
		return Cell{}, fmt.Errorf("%s: %s", in.Findings[0].Field, in.Findings[0].Message)
	}
	target := translators.Target{Gateway: c.Gateway, Version: c.Gateway.Profile().Newest}
	own := schema.ConfigSpec{Split: gateway.SplitAlways, Settings: c.use.Settings}
	out, err := in.Translate(context.Background(), []pipeline.Assignment{{Target: target, Policies: in.Policies}}, pipeline.Options{Settings: own})
	if err != nil {
		return Cell{}, err
	}
	cell := Cell{Answer: Yes}
	for _, found := range out.Results[0].Findings {
		if one := answer(f, found); slices.Index(order, one.Answer) > slices.Index(order, cell.Answer) {
			cell = one
		}
	}
	return cell, nil
}

// answer judges one finding by whether it is about the feature.
func answer(f feature, found finding.Finding) Cell {
	cell := Cell{Yes, found.Reason}
	if strings.HasPrefix(found.Field, "spec.targetRefs") {
		if found.Severity == finding.Error {
			cell.Answer = No
		}
		return cell
	}
	if !f.about(found) {
		return cell
	}
	switch found.Class {
	case finding.Dropped:
		cell.Answer = No
	case finding.Narrowed:
		cell.Answer = Part
		if f.single {
			cell.Answer = No
		}
	case finding.Widened:
		cell.Answer = More
	case finding.Unknown:
		cell.Answer = Unknown
	case finding.Approximated, finding.Extra:
		cell.Answer = Differs
	}
	return cell
}
