module retryctl.dev/golden/precommit

go 1.26.0
