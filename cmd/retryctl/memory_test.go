package main

import "testing"

// TestPace holds that collections are seldom while little is in use, and never more
// seldom than usual by what a large run has in use.
func TestPace(t *testing.T) {
	for bytes, want := range map[uint64]int{0: 400, 1 << 20: 400, 48 << 20: 400, 96 << 20: 200, 192 << 20: 100, 4 << 30: 100} {
		if got := paceFor(bytes); got != want {
			t.Errorf("with %d bytes in use the pace is %d, want %d", bytes, got, want)
		}
	}
}
