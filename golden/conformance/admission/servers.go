package admission

import (
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/stanza"
)

// A source is some CRDs of a module.
type source struct {
	module module
	below  []string // paths in the module begin with one of these
}

func newServer(sources ...source) (*Server, error) {
	s := &Server{kinds: map[kind]*resource{}}
	for _, from := range sources {
		files, err := from.module.files(from.below...)
		if err != nil {
			return nil, err
		}
		for _, text := range files {
			if err := s.add(text); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

// For gives the API server of a cluster with a gateway of some settings: the CRDs
// that the gateway's own installation brings, with the experimental channel of the
// Gateway API, since routes of the input may use it, or for the Gateway API itself
// those of its version and channel. A version without a published module of its own here
// gets the newest one that is older.
func For(name string, s gateway.Settings) (*Server, error) {
	switch name {
	case "envoy-gateway":
		m := envoyGateway13
		for _, newer := range []struct {
			minor  int
			module module
		}{{5, envoyGateway15}, {7, envoyGateway17}, {8, envoyGateway18}, {9, envoyGateway19}} {
			if s.Version.AtLeast(1, newer.minor) {
				m = newer.module
			}
		}
		return newServer(source{m, []string{"charts/gateway-helm/crds/", "charts/gateway-helm/charts/crds/crds/"}})
	case "istio":
		return newServer(gatewayAPI(gatewayAPI16, "experimental"), source{istioAPI, []string{"kubernetes/customresourcedefinitions.gen.yaml"}})
	case "kong":
		return newServer(gatewayAPI(gatewayAPI16, "experimental"), source{kong, []string{"config/crd/ingress-controller/"}})
	case "traefik":
		return newServer(gatewayAPI(gatewayAPI16, "experimental"), source{traefik37, []string{"docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml"}})
	}
	m := gatewayAPI12
	for _, newer := range []struct {
		minor  int
		module module
	}{{5, gatewayAPI15}, {6, gatewayAPI16}, {7, gatewayAPI17}} {
		if s.Version.AtLeast(1, newer.minor) {
			m = newer.module
		}
	}
	channel := s.Word(stanza.Channel)
	if channel == "" {
		channel = "experimental"
	}
	return newServer(gatewayAPI(m, channel))
}

func gatewayAPI(m module, channel string) source {
	return source{m, []string{"config/crd/" + channel + "/"}}
}
