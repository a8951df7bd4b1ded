// Package admission tells what the API server would refuse of an object that was
// written or edited here: what its CRD says of the places that a translation writes
// to. The limits (types, patterns, enumerations, bounds, lengths) are taken out of the
// CRDs by golden/conformance/admission, and the rules in CEL are written in Go; the
// same package holds both to the real CRDs, and their verdicts to those of the API
// server's own code. What no edit can break is not looked at: it is as it was given.
package admission
