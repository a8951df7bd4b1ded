package behavior

import "strings"

// A Methods is a set of request methods: those of RFC 9110 and PATCH. Other
// methods are not modelled; a gateway that treats them in a way of its own says
// so in its reasons.
type Methods uint16

// The methods, in the order in which they are printed.
const (
	GET Methods = 1 << iota
	HEAD
	OPTIONS
	TRACE
	PUT
	DELETE
	POST
	PATCH
	CONNECT

	AllMethods        Methods = 1<<iota - 1
	IdempotentMethods Methods = GET | HEAD | OPTIONS | TRACE | PUT | DELETE // RFC 9110, section 9.2.2
)

var methodNames = [...]string{"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "POST", "PATCH", "CONNECT"}

// ParseMethod gives the set of one method; "*" is every method. It is empty for
// a name that is not modelled. Methods are case-sensitive (RFC 9110, section 9.1).
func ParseMethod(name string) Methods {
	if name == "*" {
		return AllMethods
	}
	for i, known := range methodNames {
		if name == known {
			return 1 << i
		}
	}
	return 0
}

// ParseMethods gives the union of several methods.
func ParseMethods(names []string) Methods {
	var set Methods
	for _, name := range names {
		set |= ParseMethod(name)
	}
	return set
}

// Names gives the methods of the set in order; ["*"] for every method.
func (m Methods) Names() []string {
	if m == AllMethods {
		return []string{"*"}
	}
	return m.Each()
}

// Each gives the methods of the set one by one, even where it is every method.
func (m Methods) Each() []string {
	names := []string{}
	for i, name := range methodNames {
		if m&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// String gives "GET, HEAD", "every method" or "no method".
func (m Methods) String() string {
	switch m {
	case AllMethods:
		return "every method"
	case 0:
		return "no method"
	}
	return strings.Join(m.Each(), ", ")
}
