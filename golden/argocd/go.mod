module retryctl.dev/golden/argocd

go 1.26.0

replace retryctl.dev/golden/built => ../built

require retryctl.dev/golden/built v0.0.0

require sigs.k8s.io/yaml v1.6.0

require go.yaml.in/yaml/v2 v2.4.2 // indirect
