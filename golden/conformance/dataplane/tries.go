package dataplane

import (
	"sync"
	"time"

	"retryctl.dev/golden/conformance/backend"
)

// counts are tries by request, as a gateway's log tells them.
type counts struct {
	mu      sync.Mutex
	of      map[string]int
	running map[string]int // of requests that are not done
}

// pending notes the tries so far of a request that goes on.
func (c *counts) pending(id string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running == nil {
		c.running = map[string]int{}
	}
	c.running[id] = max(c.running[id], n)
}

// done ends a request; it had at least one try.
func (c *counts) done(id string) {
	c.mu.Lock()
	n := max(1, c.running[id])
	delete(c.running, id)
	c.mu.Unlock()
	c.set(id, n)
}

func (c *counts) set(id string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string]int{}
	}
	c.of[id] = max(c.of[id], n)
}

// Tries gives the tries of a request.
func (c *counts) Tries(id string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of[id]
}

// logPatience is how long a gateway's log may lag behind.
const logPatience = 10 * time.Second

// triesOf gives the tries of a request that has its answer: those that the
// backend recorded, or where it records none those that the gateway tells.
func triesOf(b *backend.Backend, plane DataPlane, id string, kind Upstream) int {
	if kind == Scripted || kind == Framed {
		return len(b.Tries(id))
	}
	for end := time.Now().Add(logPatience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if n := plane.Tries(id); n > 0 {
			return n
		}
	}
	return 0
}
