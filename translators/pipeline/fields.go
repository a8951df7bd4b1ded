package pipeline

import (
	"fmt"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/fields"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// unknownFields gives a finding for each field about retries that an object's kind does not
// have: the API server takes it out, and whoever wrote it believes that it holds.
func unknownFields(o *manifest.Object) (list finding.List) {
	for _, u := range fields.Check(o) {
		f := finding.Finding{
			Code: finding.NoSuchField, Severity: finding.NoSuchField.Severity(), Object: o.ID(), Field: u.Path,
			Message: fmt.Sprintf("%s: there is no field %s, and the API server takes it out without a word", o.ID(), u.Path),
			File:    o.File, Line: u.Value.Line(), Column: u.Value.Column(),
		}
		switch elsewhere := fields.Elsewhere(o.ID(), u.Name); {
		case meant(u) != "":
			f.Hint = finding.Do("did you mean " + meant(u) + "?")
		case elsewhere != "":
			f.Hint = finding.Do("a field of that name is at " + elsewhere)
		default:
			f.Hint = finding.Do("the fields there are " + strings.Join(u.Known, ", "))
		}
		list.Add(f)
	}
	return list
}

// meant gives the field that a name was probably to be: one that differs little, or that
// the name begins with.
func meant(u fields.Unknown) string {
	if near := schema.Nearest(u.Name, u.Known); near != "" {
		return near
	}
	for _, name := range u.Known {
		if len(name) > 3 && strings.HasPrefix(strings.ToLower(u.Name), strings.ToLower(name)) {
			return name
		}
	}
	return ""
}
