package controller

import (
	"strings"
	"unicode"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/traefik/api"
)

// naming is how the CRD provider names its objects: normalised, so that two
// objects can share a name, or with providers.kubernetesCRD.safeNaming as they
// are (v3.7.13 pkg/provider/kubernetes/crd/name_builder.go:60).
type naming struct{ Safe bool }

func namingOf(s gateway.Settings) naming {
	return naming{s.On(api.SafeNaming) && s.Version.AtLeast(3, 7)}
}

// ID is the name of an object within the CRD provider.
func (n naming) Id(namespace, name string) string {
	if n.Safe {
		return namespace + "_" + name
	}
	return strings.Join(strings.FieldsFunc(namespace+"-"+name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	}), "-")
}

// A Reference is what a router or a service says of a Middleware or a
// ServersTransport.
type Reference struct {
	// ID names an object of the CRD provider; it is empty for another provider's.
	ID string
	// Text is the reference for people.
	Text string
}

// To refers to an object by its name, beside an object of the namespace. A name
// with @ is one of the form that annotations use.
func (n naming) To(namespace, name string) Reference {
	if strings.Contains(name, "@") {
		return Qualified(name)
	}
	return Reference{n.Id(namespace, name), namespace + "/" + name}
}

// Qualified reads the form name@provider.
func Qualified(name string) Reference {
	if id, ok := strings.CutSuffix(name, api.CrdProvider); ok {
		return Reference{id, name}
	}
	return Reference{"", name}
}

// QualifiedList reads a list of them as annotations have it.
func QualifiedList(text string) []Reference {
	var refs []Reference
	for _, one := range strings.Split(text, ",") {
		if one = strings.TrimSpace(one); one != "" {
			refs = append(refs, Qualified(one))
		}
	}
	return refs
}

// Annotation finds an annotation and the spelling of its key: Traefik does not
// look at the case.
func Annotation(o *manifest.Object, name string) (key, value string) {
	for k, v := range o.At("metadata", "annotations").Fields() {
		if strings.EqualFold(k.Text(), name) {
			return k.Text(), v.Text()
		}
	}
	return name, ""
}
