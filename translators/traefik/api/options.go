package api

import "retryctl.dev/schema"

// SafeNaming is the provider's setting of that name (Traefik 3.7.11).
var SafeNaming = schema.Option{
	Field: "traefik.safeNaming", About: "is providers.kubernetesCRD.safeNaming.",
	Flag: "traefik-safe-naming", Usage: "Traefik runs with safeNaming (providers.kubernetesCRD.safeNaming)",
}

// AcrossNamespaces is the provider's setting allowCrossNamespace.
var AcrossNamespaces = schema.Option{
	Field: "traefik.allowCrossNamespace", About: "is providers.kubernetesCRD.allowCrossNamespace.",
	Flag: "traefik-allow-cross-namespace", Usage: "Traefik runs with allowCrossNamespace (providers.kubernetesCRD.allowCrossNamespace)",
}
