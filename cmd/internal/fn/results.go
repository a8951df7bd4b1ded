package fn

import (
	"strings"

	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// Findings gives findings for a caller of functions: each once, in order, without positions
// that nobody sees, and with hints to name files in the words that functions have for it.
func (l *List) Findings(list finding.List) finding.List {
	list = l.located(list)
	for n, f := range list {
		list[n].Hint = f.Hint.By("among the items (a generator has none), or in spec.manifests of a Config")
	}
	return list.Sorted()
}

// located takes the positions off findings about items, which are positions in a
// stream that nobody sees.
func (l *List) located(findings finding.List) finding.List {
	out := make(finding.List, len(findings))
	for n, f := range findings {
		if _, item := l.paths[f.File]; item || f.File == "" {
			f.Line, f.Column = 0, 0
		}
		out[n] = f
	}
	return out
}

// Results gives findings the form that a ResourceList has for them.
func (l *List) Results(findings finding.List) framework.Results {
	var out framework.Results
	named := l.references()
	for _, f := range findings {
		r := &framework.Result{
			Message:  strings.TrimSpace(string(f.Code) + " " + f.Message),
			Severity: severity(f.Severity),
			Tags:     map[string]string{"code": string(f.Code)},
		}
		for key, value := range map[string]string{"gateway": f.Gateway, "class": string(f.Class), "reason": f.Reason, "hint": f.Hint.String()} {
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

// references gives the objects as results name them.
func (l *List) references() map[manifest.ID]*yaml.ResourceIdentifier {
	named := make(map[manifest.ID]*yaml.ResourceIdentifier, len(l.objects))
	for _, o := range l.objects {
		id := o.ID()
		if named[id] == nil {
			named[id] = &yaml.ResourceIdentifier{
				TypeMeta: yaml.TypeMeta{APIVersion: o.At("apiVersion").Text(), Kind: id.Kind},
				NameMeta: yaml.NameMeta{Name: id.Name, Namespace: o.RawNamespace()},
			}
		}
	}
	return named
}
