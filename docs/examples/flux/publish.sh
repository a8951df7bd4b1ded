#!/usr/bin/env bash
# Renders a folder with policies and manifests, and pushes what comes out as an OCI
# artifact for Flux. A finding that no policy accepts, or nothing at all to push, fails.
#
#   publish.sh oci://registry.example.com/shop:main deploy
#
# Findings are in findings.json too, and in CI with FINDINGS=github in the pull request.
set -euo pipefail
url=$1 from=$2

source=$(git remote get-url origin)
branch=${GITHUB_REF_NAME:-${CI_COMMIT_REF_NAME:-$(git rev-parse --abbrev-ref HEAD)}}
revision=$branch@sha1:$(git rev-parse HEAD)

artifact=$(mktemp -d)
trap 'rm -rf "$artifact"' EXIT

# No pipe into flux: it would push what there is when retryctl fails, which is nothing,
# and Flux would take that for everything deleted. Write your gateway after --to.
retryctl translate -R -f "$from" --pass-through --strict --to envoy-gateway \
  --findings "${FINDINGS:-text}" --report findings.json >"$artifact/manifests.yaml"
grep -qE '^kind:|"kind"' "$artifact/manifests.yaml" || { echo "$from comes to nothing" >&2; exit 1; }

flux push artifact "$url" --path "$artifact" --source "$source" --revision "$revision"
