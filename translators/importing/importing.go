package importing

import (
	"bytes"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/survey"
)

// Options are what a caller wants of an import.
type Options struct {
	// WithoutDefaults leaves out what nobody has written: a gateway's defaults, and the
	// rules whose retries are such.
	WithoutDefaults bool
}

// Of gives policies for the rules of a survey of a world, as YAML, and what they cannot
// say. A rule of which something that decides a retry cannot be said has none: it goes on
// as it is.
func Of(rules []survey.Rule, world *manifest.Set, o Options) ([]byte, finding.List) {
	in := importing{Options: o, where: survey.PositionsIn(world), world: world}
	var found []wanted
	for _, r := range rules {
		if w, ok := in.wish(r); ok && in.valid(r, w) {
			found = append(found, wanted{r, w})
		}
	}
	policies := in.group(found)
	return write(policies), in.findings.Sort()
}

type importing struct {
	Options
	world    *manifest.Set
	where    survey.Positions
	findings finding.List
}

// valid reports whether a policy may hold a wish: it has bounds that a gateway need not have.
func (in *importing) valid(r survey.Rule, w wish) bool {
	id := r.Intent.ID()
	text := write([]policy{{name: "valid", wish: w, targets: []target{{id: id}}}})
	objects, err := manifest.Read(bytes.NewReader(text), "policy")
	if err != nil || len(objects) != 1 {
		in.loses(r, finding.Warning, "what it does cannot be written as a policy")
		return false
	}
	p, findings := schema.Decode(objects[0])
	if findings.Count(finding.Error) == 0 {
		findings = append(findings, schema.Validate(p, nil)...)
	}
	for _, f := range findings {
		if f.Severity == finding.Error {
			in.loses(r, finding.Warning, "a policy cannot hold it: "+f.Field+": "+f.Message)
			return false
		}
	}
	return true
}

// A wanted rule is one with what it does, as a policy says it.
type wanted struct {
	survey.Rule
	wish wish
}

// loses says what a policy cannot say of a rule. Of what decides a retry it is a warning,
// and the rule gets no policy.
func (in *importing) loses(r survey.Rule, severity finding.Severity, message string) {
	o := r.Intent.Object
	f := finding.Finding{
		Code: finding.NotImported, Severity: severity, Gateway: r.Gateway.Name, Object: o.ID(),
		Message: r.Intent.RuleName() + ": " + message, File: o.File, Line: r.Line(), Column: 1,
	}
	in.findings.Add(f)
}
