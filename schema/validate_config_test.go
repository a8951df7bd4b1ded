package schema

import "testing"

const settings = `apiVersion: retryctl.dev/v1alpha1
kind: Config
spec:
`

func TestGoodSettingsGiveNoFinding(t *testing.T) {
	hold(t, settings, []rule{
		{"  targets: [all]", ""},
		{"  targets: [envoy-gateway@1.9, istio@v1.31.2, kong, traefik, gateway-api]\n" +
			"  clusterDomain: cluster.example\n" +
			"  istio: {api: auto, gateways: [{parent: infra/edge, gateway: istio-system/edge}]}\n" +
			"  gatewayAPI: {channel: experimental, implementation: none}\n" +
			"  traefik: {safeNaming: true}\n" +
			"  kong: {untrustedLua: Open}\n" +
			"  policies: [policies.yaml, ../other]\n" +
			"  manifests: [routes]", ""},
	})
	hold(t, "", []rule{{"apiVersion: retryctl.dev/v1alpha1\nkind: Config\nmetadata: {name: x}\nspec: {}", ""}})
}

func TestEverySettingIsHeldToItsForm(t *testing.T) {
	hold(t, settings, []rule{
		{"  target: [istio]", "4:3 RT1002 spec.target: there is no field target -> did you mean targets?"},
		{"  targets: [envoy]", "4:13 RT1004 spec.targets[0]: \"envoy\" is no target -> one of all, envoy-gateway, istio, kong, traefik, gateway-api"},
		{"  targets: [istoi@1.30]", "4:13 RT1004 spec.targets[0]: \"istoi\" is no target -> did you mean istio?"},
		{"  targets: [istio@new]", "4:13 RT1004 spec.targets[0]: \"istio@new\" is no target -> a name, and a version where it is not the newest that is known: envoy-gateway@1.9"},
		{"  targets: [all@1.9]", "4:13 RT1004 spec.targets[0]: \"all@1.9\": a version is that of one gateway -> write all, or name the gateway"},
		{"  targets: [\"istio,kong\"]", "4:13 RT1004 spec.targets[0]: \"istio,kong\" is more than one target -> give each target an item of its own"},
		{"  targets: [istio@1.29, istio@1.30]", "4:25 RT1004 spec.targets[1]: istio stands there twice -> take one of the two out"},
		{"  targets: [~]", "4:13 RT1003 spec.targets[0]: an item without a value -> take the item out"},
		{"  clusterDomain: cluster.local.", "4:18 RT1004 spec.clusterDomain: \"cluster.local.\" is no domain -> such as cluster.local"},
		{"  clusterDomain: \"\"", "4:18 RT1004 spec.clusterDomain: an empty text -> leave the field out for no wish"},
		{"  istio: {api: VirtualService}", "4:16 RT1004 spec.istio.api: \"VirtualService\" is not known here -> did you mean virtualservice?"},
		{"  istio: {gateways: [{parent: edge, gateway: a/b/c}]}", "4:31 RT1004 spec.istio.gateways[0].parent: \"edge\" is no Gateway -> write namespace/name\n4:46 RT1004 spec.istio.gateways[0].gateway: \"a/b/c\" is no Gateway -> write namespace/name"},
		{"  istio: {gateways: [{parent: a/b, gateway: a/c}, {parent: a/b, gateway: a/d}]}", "4:51 RT1004 spec.istio.gateways[1]: a/b stands there twice -> take one of the two out"},
		{"  gatewayAPI: {channel: beta}", "4:25 RT1004 spec.gatewayAPI.channel: \"beta\" is not known here -> one of standard, experimental"},
		{"  gatewayAPI: {implementation: envoygateway}", "4:32 RT1004 spec.gatewayAPI.implementation: \"envoygateway\" is not known here -> did you mean envoy-gateway?"},
		{"  traefik: {safeNaming: yes}", "4:25 RT1003 spec.traefik.safeNaming: true or false is wanted, not the text \"yes\""},
		{"  kong: {untrustedLua: on}", "4:24 RT1003 spec.kong.untrustedLua: on is a boolean or a number to YAML 1.1 readers such as kubectl -> quote it: \"on\""},
		{"  kong: {untrustedLua: sandbox}", "4:24 RT1004 spec.kong.untrustedLua: \"sandbox\" is not known here -> did you mean Sandbox?"},
		{"  kong: {untrustedLua: \"on\"}", "4:24 RT1004 spec.kong.untrustedLua: \"on\" is not known here -> did you mean Open?"},
		{"  policies: [\"\"]", "4:14 RT1004 spec.policies[0]: \"\" is no path -> a path relative to this file"},
		{"  manifests: [a, a]", "4:18 RT1004 spec.manifests[1]: a stands there twice -> take one of the two out"},
	})
}
