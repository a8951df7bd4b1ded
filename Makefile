.PHONY: help build image ko release-check release test fuzz callers conformance demo lint bench golden docs

# CASE is the input that make demo shows: any of golden/cases, or a file of yours.
CASE ?= golden/cases/selective/in.yaml

# IMAGE is the name and tag of the image that make image and make ko build, and
# TARBALL the file that make ko writes.
IMAGE ?= retryctl:dev
TARBALL ?= bin/retryctl-image.tar

# FUZZTIME is how long make fuzz breaks inputs, from the seed FUZZSEED on.
FUZZTIME ?= 10m
FUZZSEED ?= $(shell date +%s)000

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 15

build: ## build the command into bin/
	go build -o bin/retryctl ./cmd/retryctl

image: ## build the container image IMAGE, which is a KRM function
	CGO_ENABLED=0 GOOS=linux go build -trimpath -o bin/image/retryctl ./cmd/retryctl
	docker build -t "$(IMAGE)" -f cmd/retryctl/Dockerfile bin/image

ko: ## build IMAGE without docker, into a file for docker load
	cd golden/image && go build -o ../../bin/release/ko github.com/google/ko
	image="$(IMAGE)"; KO_DOCKER_REPO="$${image%:*}" bin/release/ko build --push=false --sbom=none --bare \
		--tags="$${image##*:}" --platform="linux/$$(go env GOARCH)" --tarball="$(TARBALL)" ./cmd/retryctl

release-check: ## build a release twice, compare, look into it and run it; it is left in bin/dist
	@.release/check

release: ## publish the release of the tag that is checked out, if release-check passes
	git describe --tags --exact-match --match 'v*'
	$(MAKE) release-check
	PATH="$(CURDIR)/bin/release:$$PATH" goreleaser release --clean

test: ## vet, and every test that needs nothing but Go
	go vet ./...
	go test ./...

fuzz: ## break inputs as trees for FUZZTIME, and run every command over them
	FUZZTIME=$(FUZZTIME) FUZZSEED=$(FUZZSEED) go test ./cmd/internal/cli -run TestNoMutantBreaksACommand -v -timeout 0

demo: build ## translate CASE for all five gateways, show what each will do, and write out every case
	@bash golden/demo.sh "$(CASE)"

callers: ## run retryctl in the real kustomize, helm, kubectl and the other programs that call it
	@go run ./golden/run callers

conformance: ## get the real gateways and hold the output against them; says what it leaves out
	@go run ./golden/run conformance

lint: ## gofmt, go.mod, vet, staticcheck, govulncheck
	@.ci/lint

bench: ## how long a run takes, and what it allocates; whole commands beside a YAML loop
	go run ./golden/bench
	go test -run '^$$' -bench . -benchmem ./...

golden: ## write what golden/cases and golden/scripts expect anew; the run stays red, for you to look at
	go test ./golden ./cmd/retryctl -update

docs: ## print the pages of docs/ that are made from code, and the output of the examples
	go run ./cmd/internal/docs
