// Package admission takes an object or refuses it as the API server does with the
// gateways' own CRDs: unknown fields, defaults, the schema, list types and the
// rules in CEL. Nothing that it knows comes from the translators.
package admission

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/util/json"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

// A Server takes objects as an API server with some CRDs does.
type Server struct{ kinds map[kind]*resource }

type kind struct{ apiVersion, kind string }

type resource struct {
	structural *schema.Structural
	schema     validation.SchemaValidator
	cel        *cel.Validator // nil without rules
}

// add has the server know the CRDs of a stream of documents, which may hold other
// things; of two for one kind the later one counts.
func (s *Server) add(text []byte) error {
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var crd v1.CustomResourceDefinition
		if err := yaml.Unmarshal(document, &crd); err != nil || crd.Kind != "CustomResourceDefinition" {
			continue
		}
		for _, version := range crd.Spec.Versions {
			if version.Schema == nil {
				continue
			}
			r, err := newResource(version.Schema.OpenAPIV3Schema)
			if err != nil {
				return fmt.Errorf("CRD %s %s: %w", crd.Name, version.Name, err)
			}
			s.kinds[kind{crd.Spec.Group + "/" + version.Name, crd.Spec.Names.Kind}] = r
		}
	}
}

func newResource(props *v1.JSONSchemaProps) (*resource, error) {
	internal := &apiextensions.JSONSchemaProps{}
	if err := v1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(props, internal, nil); err != nil {
		return nil, err
	}
	structural, err := schema.NewStructural(internal)
	if err != nil {
		return nil, err
	}
	validator, _, err := validation.NewSchemaValidator(internal)
	if err != nil {
		return nil, err
	}
	return &resource{structural, validator, cel.NewValidator(structural, true, celconfig.PerCallLimit)}, nil
}

// Check gives what the server has against an object, in JSON: each message once,
// sorted. A field that the server would drop is one. known is false for a kind of
// which the server has no CRD, such as Service.
func (s *Server) Check(object []byte) (problems []string, known bool) {
	var o map[string]any
	if err := json.Unmarshal(object, &o); err != nil {
		return []string{err.Error()}, true
	}
	apiVersion, _ := o["apiVersion"].(string)
	name, _ := o["kind"].(string)
	r := s.kinds[kind{apiVersion, name}]
	if r == nil {
		return nil, false
	}
	for _, field := range pruning.PruneWithOptions(o, r.structural, true, schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}) {
		problems = append(problems, field+": unknown field, which the server drops")
	}
	defaulting.Default(o, r.structural)
	errs := validation.ValidateCustomResource(nil, o, r.schema)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, r.structural, o)...)
	if r.cel != nil {
		found, _ := r.cel.Validate(context.Background(), nil, r.structural, o, nil, celconfig.RuntimeCELCostBudget)
		errs = append(errs, found...)
	}
	for _, err := range errs {
		problems = append(problems, err.Error())
	}
	slices.Sort(problems)
	return slices.Compact(problems), true
}
