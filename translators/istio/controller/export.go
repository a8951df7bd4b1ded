package controller

import (
	"slices"

	"retryctl.dev/schema/manifest"
)

// An export says which proxies see an object: all of them, those in some
// namespaces, or none.
type export struct {
	all        bool
	namespaces []string
}

// exportOf reads exportTo. Without it all proxies see the object, unless the mesh
// says otherwise, which cannot be seen from here; "." is the object's own namespace
// and "~" none at all (Istio 1.31 pilot/pkg/model/push_context.go:1806).
func exportOf(o *manifest.Object) export {
	list := o.At("spec", "exportTo")
	e := export{all: list.Len() == 0}
	for _, to := range list.Items() {
		switch text := to.Text(); text {
		case "*":
			return export{all: true}
		case "~":
			return export{}
		case ".":
			e.namespaces = append(e.namespaces, o.ID().Namespace)
		default:
			e.namespaces = append(e.namespaces, text)
		}
	}
	return e
}

// exported reports whether proxies in a namespace see an object. Where their
// namespace is not known, those do that some see.
func exported(o *manifest.Object, client string) bool {
	e := exportOf(o)
	return e.all || slices.Contains(e.namespaces, client) || client == "" && len(e.namespaces) > 0
}

// ForSome reports whether only proxies in some namespaces see an object. Whether
// those that have a request are among them is not known: a classic Gateway's pods
// may be in another namespace than the Gateway, and clients are anywhere.
func ForSome(o *manifest.Object) bool { return !exportOf(o).all }

// seen gives the VirtualServices that any proxy sees, in the order in which Istio
// takes them: those for some namespaces come first, then the older ones (1.31
// pilot/pkg/model/push_context.go:1138).
func seen(list []*manifest.Object) []*manifest.Object {
	list = slices.DeleteFunc(byAge(list), func(o *manifest.Object) bool { return !exported(o, "") })
	slices.SortStableFunc(list, func(a, b *manifest.Object) int {
		if ForSome(a) == ForSome(b) {
			return 0
		}
		if ForSome(a) {
			return -1
		}
		return 1
	})
	return list
}
