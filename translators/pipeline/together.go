package pipeline

import (
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/undo"
	"retryctl.dev/translators"
)

// A writing is an object with the targets that write it, the first of them as it is.
type writing struct {
	object   *manifest.Object
	gateways []string
}

// Together gives the results of several targets for one stream, in which an object
// stands once: what two targets write alike is the first one's, with the marks of both. There is an error, with
// a hint, for each object that they write otherwise.
func Together(results []translators.Result, hint string) ([]translators.Result, finding.List) {
	if len(results) < 2 {
		return results, nil
	}
	written := map[manifest.ID]*writing{}
	var disputed []*writing
	once := make([]translators.Result, len(results))
	for n, r := range results {
		once[n] = r
		once[n].Objects = nil
		for _, o := range r.Objects {
			first := written[o.ID()]
			switch {
			case first == nil:
				written[o.ID()] = &writing{o, []string{r.Gateway.Name}}
				once[n].Objects = append(once[n].Objects, o)
			case !undo.Join(first.object, o):
				if len(first.gateways) == 1 {
					disputed = append(disputed, first)
				}
				first.gateways = append(first.gateways, r.Gateway.Name)
			}
		}
	}
	var list finding.List
	for _, w := range disputed {
		last := len(w.gateways) - 1
		list.Add(finding.Finding{
			Code: finding.SeveralTargets, Object: w.object.ID(), File: w.object.File, Hint: hint,
			Message: strings.Join(w.gateways[:last], ", ") + " and " + w.gateways[last] + " write it, each in its own way, and it can be there once",
		})
	}
	return once, list
}
