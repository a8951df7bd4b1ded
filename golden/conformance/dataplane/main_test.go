package dataplane

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"retryctl.dev/golden/conformance/backend"
	"retryctl.dev/golden/conformance/binaries"
)

// envoyBinary gives Envoy, or skips with the reason.
func envoyBinary(t *testing.T) string {
	t.Helper()
	path, err := binaries.Envoy("../.cache")
	if err != nil {
		t.Skip(err)
	}
	return path
}

func startBackend(t *testing.T) *backend.Backend {
	t.Helper()
	b, err := backend.Start("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	return b
}

var sequence atomic.Int64

// fresh gives an ID that no other request has.
func fresh(name string) string { return fmt.Sprintf("%s-%d", name, sequence.Add(1)) }

func send(t *testing.T, addr string, r Request) Answer {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	return Send(ctx, addr, r)
}
