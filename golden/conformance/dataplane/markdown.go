package dataplane

import (
	"fmt"
	"io"
	"strings"

	"retryctl.dev/golden/conformance/planted"
)

const preface = "# What the gateways did\n\n" +
	"Printed by `make conformance`, which gives every output of golden/cases to the gateways' data planes and counts\n" +
	"the tries. *predicted* is what `retryctl explain` says, *n* the number of requests; what was not run says why.\n" +
	"Kong itself is in no registry: its balancer's directives are run in nginx, its code in Lua. So are the directives\n" +
	"that ingress-nginx writes, with a balancer in Lua that asks for one more try with each as its own does.\n"

const aboutFaults = "A comparison that cannot fail proves nothing. So faults were planted in what retryctl wrote, one at a time,\n" +
	"such as one retry too many, and in what it read of ingress-nginx; each has to be found, and a fault that changes\n" +
	"nothing fails the run.\n\n" +
	"| gateway | planted faults that were found |\n|---|---|\n"

// WriteMarkdown prints results as tables, one for each gateway, and the scores
// before them. What was not run says so and why; n is the number of requests.
func WriteMarkdown(w io.Writer, results []Result, scores []planted.Score) error {
	if _, err := io.WriteString(w, preface); err != nil {
		return err
	}
	if len(scores) > 0 {
		fmt.Fprint(w, "\n"+aboutFaults)
	}
	for _, s := range scores {
		if _, err := fmt.Fprintf(w, "| %s | %s |\n", cell(s.Gateway), cell(s.String())); err != nil {
			return err
		}
	}
	gateway := ""
	for _, r := range results {
		if r.Gateway != gateway {
			gateway = r.Gateway
			if _, err := fmt.Fprintf(w, "\n## %s\n\n| case | cause | method | predicted | measured | n |\n|---|---|---|---|---|---:|\n", cell(gateway)); err != nil {
				return err
			}
		}
		measured, n := r.Measured, fmt.Sprint(r.N)
		switch {
		case r.N == 0:
			measured, n = "not run: "+measured, "-"
		case !r.Fine:
			measured += ", which contradicts"
		}
		if _, err := fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |\n", cell(r.Case), cell(r.Cause), cell(methodNames(r)), cell(r.Predicted), cell(measured), n); err != nil {
			return err
		}
	}
	return nil
}

func methodNames(r Result) string {
	if r.Methods == 0 {
		return "-"
	}
	return strings.Join(r.Methods.Names(), ", ")
}

// cell keeps a text within its cell.
func cell(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.NewReplacer("|", "\\|", "<", "&lt;", "*", "\\*").Replace(text)
}
