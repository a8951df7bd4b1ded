package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	gateway "sigs.k8s.io/gateway-api/apis/v1"
	strict "sigs.k8s.io/yaml"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
)

// misshapen gives what is wrong with the form of each document of a file.
func misshapen(name, text string) (problems []string) {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		var doc yaml.Node
		err := decoder.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return problems
		}
		if err != nil {
			return append(problems, err.Error())
		}
		if len(doc.Content) > 0 {
			problems = append(problems, document(name, doc.Content[0])...)
		}
	}
}

func document(name string, root *yaml.Node) []string {
	object := objectOf(root)
	raw, err := yaml.Marshal(root)
	if err != nil {
		return []string{err.Error()}
	}
	switch object {
	case "retryctl.dev/v1alpha1 RetryPolicy", "retryctl.dev/v1alpha1 Config":
		return invalid(name, raw)
	case "gateway.networking.k8s.io/v1 HTTPRoute":
		var route gateway.HTTPRoute
		if err := strict.UnmarshalStrict(raw, &route); err != nil {
			return []string{err.Error()}
		}
		return nil
	}
	if f, ok := formatOf(name, object); ok {
		return f.shape.wrong(root)
	}
	return []string{fmt.Sprintf("no format is known for %q in %s: add it to formats", object, path.Base(name))}
}

// objectOf gives "apiVersion kind", or nothing.
func objectOf(root *yaml.Node) string {
	version, kind := field(root, "apiVersion"), field(root, "kind")
	if version == nil || kind == nil {
		return ""
	}
	return version.Value + " " + kind.Value
}

func formatOf(name, object string) (format, bool) {
	for _, f := range formats {
		if object != "" && f.object == object || f.file != nil && f.file.MatchString(name) {
			return f, true
		}
	}
	return format{}, false
}

// invalid gives what is wrong with objects of ours, those in files that a Config
// names not included.
func invalid(name string, raw []byte) (problems []string) {
	objects, err := manifest.Read(bytes.NewReader(raw), name)
	if err != nil {
		return []string{err.Error()}
	}
	var found finding.List
	for _, o := range objects {
		if o.ID().Kind == schema.Kind {
			policy, list := schema.Decode(o)
			found = slices.Concat(found, list, schema.Validate(policy, translators.All().Documents()))
			continue
		}
		config, list := schema.DecodeConfig(o, translators.All().Documents())
		found = slices.Concat(found, list, schema.ValidateConfig(config, translators.All().Documents()))
		for _, file := range slices.Concat(config.Spec.Policies, config.Spec.Manifests) {
			if _, err := os.Stat(filepath.Join(top, filepath.Dir(name), file)); err != nil {
				problems = append(problems, err.Error())
			}
		}
	}
	for _, f := range found {
		problems = append(problems, f.Field+": "+f.Message)
	}
	return problems
}

// TestASpoiledFormIsFound takes from each document each key that must be there, and
// gives it one that must not.
func TestASpoiledFormIsFound(t *testing.T) {
	spoiled := 0
	for _, name := range documents(t) {
		if filepath.Ext(name) == ".md" || filepath.Ext(name) == ".sh" || filepath.Base(name) == "Dockerfile" {
			continue
		}
		decoder := yaml.NewDecoder(strings.NewReader(read(t, filepath.Join(top, name))))
		for {
			var doc yaml.Node
			if err := decoder.Decode(&doc); err != nil {
				break // which the test of every example reports
			}
			root := doc.Content[0]
			f, ok := formatOf(name, objectOf(root))
			for _, r := range f.shape {
				if r.required {
					spoiled += spoil(t, name, root, root, r.path, r.path)
				}
			}
			if ok && root.Kind == yaml.MappingNode {
				root.Content = append(root.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "foreign"}, &yaml.Node{Kind: yaml.ScalarNode, Value: "x"})
				if len(document(name, root)) == 0 {
					t.Errorf("%s with a foreign key has no problem", name)
				}
			}
		}
	}
	if spoiled < 40 {
		t.Errorf("spoiled only %d documents", spoiled)
	}
}

// spoil takes away the key at the end of a path, one place after another.
func spoil(t *testing.T, name string, root, at *yaml.Node, path, whole []string) (times int) {
	for i := 0; i < len(at.Content); i++ {
		kid := at.Content[i]
		if at.Kind == yaml.MappingNode {
			key := at.Content[i].Value
			i++
			kid = at.Content[i]
			if path[0] == "[]" || path[0] != "*" && path[0] != key {
				continue
			}
			if len(path) == 1 {
				kept := at.Content
				at.Content = slices.Concat(kept[:i-1], kept[i+1:])
				if len(document(name, root)) == 0 {
					t.Errorf("%s without %s has no problem", name, strings.Join(whole, "."))
				}
				at.Content = kept
				times++
				continue
			}
		} else if path[0] != "[]" {
			continue
		}
		if len(path) > 1 {
			times += spoil(t, name, root, kid, path[1:], whole)
		}
	}
	return times
}
