module retryctl.dev/golden/built

go 1.26.0
