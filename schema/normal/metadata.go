package normal

import (
	"strings"

	"retryctl.dev/schema/manifest"
)

// serverSet are the keys of metadata that are the API server's, or another
// controller's, to write.
var serverSet = []string{
	"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields",
	"ownerReferences", "resourceVersion", "selfLink", "uid",
}

// toolMarks are what tools put on each object that they apply, as the beginning of
// a key: kubectl, Argo CD, Flux, Helm, kapp, kustomize with its functions, and
// schema/undo.
var toolMarks = []string{
	"kubectl.kubernetes.io/", "argocd.argoproj.io/", "kustomize.toolkit.fluxcd.io/", "helm.toolkit.fluxcd.io/", "meta.helm.sh/",
	"kapp.k14s.io/", "config.kubernetes.io/", "config.k8s.io/", "internal.config.kubernetes.io/", "kustomize.config.k8s.io/",
	"app.kubernetes.io/managed-by", "app.kubernetes.io/instance", "helm.sh/chart",
	"retryctl.dev/undo-",
}

// metadata takes out what does not belong to an object's meaning.
func metadata(meta manifest.Value) {
	for _, key := range serverSet {
		meta.Remove(key)
	}
	if meta.At("namespace").Text() == manifest.DefaultNamespace {
		meta.Remove("namespace")
	}
	for _, key := range []string{"annotations", "labels"} {
		marks := meta.At(key)
		var drop []string
		for k := range marks.Fields() {
			if isToolMark(k.Text()) {
				drop = append(drop, k.Text())
			}
		}
		for _, k := range drop {
			marks.Remove(k)
		}
		if marks.Len() == 0 {
			meta.Remove(key)
		}
	}
}

func isToolMark(key string) bool {
	for _, mark := range toolMarks {
		if key == mark || strings.ContainsAny(mark[len(mark)-1:], "/-") && strings.HasPrefix(key, mark) {
			return true
		}
	}
	return false
}

// given are the fields that a cluster gives out, by group and kind; finalizers are
// those of every kind.
var given = map[string][]string{
	"/Service": {
		"spec.clusterIP", "spec.clusterIPs", "spec.ipFamilies", "spec.ipFamilyPolicy", "spec.healthCheckNodePort",
		"spec.ports[].nodePort", "spec.externalTrafficPolicy", "spec.allocateLoadBalancerNodePorts",
	},
}

// allocated takes out of one state of an object what a cluster gives out and the
// other state does not have.
func allocated(from, other manifest.Value) {
	group, _, grouped := strings.Cut(from.At("apiVersion").Text(), "/")
	if !grouped {
		group = ""
	}
	for _, path := range append(given[group+"/"+from.At("kind").Text()], "metadata.finalizers") {
		if len(places(other, path)) == 0 {
			for _, p := range places(from, path) {
				if !headless(p.in.At(p.key)) {
					p.in.Remove(p.key)
				}
			}
		}
	}
}

// headless reports whether a cluster IP is the word that asks for none.
func headless(v manifest.Value) bool { return v.Text() == "None" }
