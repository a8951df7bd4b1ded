module retryctl.dev/golden/conformance/traefik

go 1.26.0

require github.com/traefik/traefik/v3 v3.7.13

// Lines that Traefik's own go.mod has, and that hold for the main module only.
replace (
	github.com/abbot/go-http-auth => github.com/containous/go-http-auth v0.4.1-0.20200324110947-a37a7636d23e
	github.com/gorilla/mux => github.com/containous/mux v0.0.0-20250523120546-41b6ec3aed59
	github.com/go-acme/lego/v5 => ../.cache/lego // without its DNS providers, which bring hundreds of modules
	github.com/traefik/traefik/dynamic/ext => ./ext
)

exclude github.com/tencentcloud/tencentcloud-sdk-go v3.0.83+incompatible
