package ingressnginx

import (
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/ingressnginx/api"
	"retryctl.dev/translators/ingressnginx/controller"
	"retryctl.dev/translators/ingressnginx/read"
	"retryctl.dev/translators/nginx"
	"retryctl.dev/translators/precedence"
)

// Gateway is ingress-nginx.
type Gateway struct{}

// Profile gives what is true of ingress-nginx as data.
func (Gateway) Profile() gateway.Profile {
	return gateway.Profile{
		Name: "ingress-nginx", Title: "ingress-nginx",
		Oldest: gateway.Version{Major: 1, Minor: 9}, Newest: gateway.Version{Major: 1, Minor: 15},
		Reasons:      reasons,
		Answers:      nginx.Unreachable,
		OtherMethods: "LOCK is treated like POST: not tried again once it was sent. Every other method (MKCOL, MOVE, COPY, PROPPATCH, UNLOCK and so on) is tried again like PUT.",
		Domains:      []string{"nginx.ingress.kubernetes.io"},
		Signs: gateway.Signs{
			IngressControllers: []string{api.Controller},
			IngressClasses:     []string{api.Class},
			Annotations:        []string{api.Prefix},
		},
	}
}

// Order gives the paths of Ingresses in the order in which nginx tries them.
func (Gateway) Order(world *manifest.Set, _ gateway.Settings) *precedence.Table {
	return controller.Order(world)
}

// Reader gives what ingress-nginx does with the requests of each Ingress.
func (Gateway) Reader(world *manifest.Set, s gateway.Settings) gateway.Reader {
	return read.New(world, s)
}
