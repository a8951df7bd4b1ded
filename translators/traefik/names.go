package traefik

import (
	"strings"
	"unicode"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
)

// naming is how the CRD provider names its objects: normalised, so that two
// objects can share a name, or with providers.kubernetesCRD.safeNaming as they
// are (v3.7.13 pkg/provider/kubernetes/crd/name_builder.go:60).
type naming struct{ safe bool }

func namingOf(s gateway.Settings) naming {
	return naming{s.Traefik.SafeNaming && s.Version.AtLeast(3, 7)}
}

// id is the name of an object within the CRD provider.
func (n naming) id(namespace, name string) string {
	if n.safe {
		return namespace + "_" + name
	}
	return strings.Join(strings.FieldsFunc(namespace+"-"+name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	}), "-")
}

// A reference is what a router or a service says of a Middleware or a
// ServersTransport.
type reference struct {
	// id names an object of the CRD provider; it is empty for another provider's.
	id string
	// text is the reference for people.
	text string
}

// to refers to an object by its name, beside an object of the namespace. A name
// with @ is one of the form that annotations use.
func (n naming) to(namespace, name string) reference {
	if strings.Contains(name, "@") {
		return qualified(name)
	}
	return reference{n.id(namespace, name), namespace + "/" + name}
}

// qualified reads the form name@provider.
func qualified(name string) reference {
	if id, ok := strings.CutSuffix(name, crdProvider); ok {
		return reference{id, name}
	}
	return reference{"", name}
}

// qualifiedList reads a list of them as annotations have it.
func qualifiedList(text string) []reference {
	var refs []reference
	for _, one := range strings.Split(text, ",") {
		if one = strings.TrimSpace(one); one != "" {
			refs = append(refs, qualified(one))
		}
	}
	return refs
}

// annotation finds an annotation and the spelling of its key: Traefik does not
// look at the case.
func annotation(o *manifest.Object, name string) (key, value string) {
	for k, v := range o.At("metadata", "annotations").Fields() {
		if strings.EqualFold(k.Text(), name) {
			return k.Text(), v.Text()
		}
	}
	return name, ""
}
