.PHONY: help build image test callers conformance demo lint bench golden docs

# CASE is the input that make demo shows: any of golden/cases, or a file of yours.
CASE ?= golden/cases/selective/in.yaml

# IMAGE is the name of the image that make image builds.
IMAGE ?= retryctl:dev

# CALLERS are the modules below golden that run retryctl in another program.
CALLERS = kustomize kubectl

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

build: ## build the command into bin/
	go build -o bin/retryctl ./cmd/retryctl

image: ## build the container image IMAGE, which is a KRM function
	CGO_ENABLED=0 GOOS=linux go build -trimpath -o bin/image/retryctl ./cmd/retryctl
	docker build -t "$(IMAGE)" -f cmd/retryctl/Dockerfile bin/image

test: ## vet, and every test that needs nothing but Go
	go vet ./...
	go test ./...

demo: build ## translate CASE for all five gateways, show what each will do, and write out every case
	@bash golden/demo.sh "$(CASE)"

callers: ## run retryctl in the real kustomize, kubectl, helm and the other programs that call it
	@for folder in $(CALLERS); do echo "golden/$$folder"; (cd "golden/$$folder" && go vet ./... && go test ./...) || exit 1; done

conformance: ## get the real gateways and hold the output against them; says what it skips
	cd golden/conformance && go run ./run

lint: ## gofmt, go.mod, vet, staticcheck, govulncheck
	@.ci/lint

bench: ## how long a run takes, and what it allocates
	go test -run '^$$' -bench . -benchmem ./...

golden: ## write what golden/cases and golden/scripts expect anew; the run stays red, for you to look at
	go test ./golden ./cmd/retryctl -update

docs: ## print the pages of docs/ that are made from code, and the output of the examples
	go run ./cmd/internal/docs
