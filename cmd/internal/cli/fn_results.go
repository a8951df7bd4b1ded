package cli

import (
	"strings"

	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"retryctl.dev/schema/finding"
)

// located takes the positions off findings about items, which are positions in a
// stream that nobody sees.
func (l *list) located(findings finding.List) finding.List {
	out := make(finding.List, len(findings))
	for n, f := range findings {
		if _, item := l.paths[f.File]; item || f.File == "" {
			f.Line, f.Column = 0, 0
		}
		out[n] = f
	}
	return out
}

// results gives findings the form that a ResourceList has for them.
func (l *list) results(findings finding.List) framework.Results {
	var out framework.Results
	named := l.references()
	for _, f := range findings {
		r := &framework.Result{
			Message:  strings.TrimSpace(string(f.Code) + " " + f.Message),
			Severity: severity(f.Severity),
			Tags:     map[string]string{"code": string(f.Code)},
		}
		for key, value := range map[string]string{"gateway": f.Gateway, "class": string(f.Class), "reason": f.Reason, "hint": f.Hint} {
			if value != "" {
				r.Tags[key] = value
			}
		}
		r.ResourceRef = named[f.Object]
		if r.ResourceRef != nil && f.Field != "" {
			r.Field = &framework.Field{Path: f.Field}
		}
		if f.File != "" {
			r.File = &framework.File{Path: f.File}
		}
		out = append(out, r)
	}
	return out
}

func severity(s finding.Severity) framework.Severity {
	switch s {
	case finding.Error:
		return framework.Error
	case finding.Warning:
		return framework.Warning
	}
	return framework.Info
}

// references gives the objects by the names that findings have for them, "Kind
// namespace/name"; of two of one name the first.
func (l *list) references() map[string]*yaml.ResourceIdentifier {
	named := make(map[string]*yaml.ResourceIdentifier, len(l.objects))
	for _, o := range l.objects {
		id := o.ID()
		if named[id.String()] == nil {
			named[id.String()] = &yaml.ResourceIdentifier{
				TypeMeta: yaml.TypeMeta{APIVersion: o.At("apiVersion").Text(), Kind: id.Kind},
				NameMeta: yaml.NameMeta{Name: id.Name, Namespace: o.RawNamespace()},
			}
		}
	}
	return named
}
