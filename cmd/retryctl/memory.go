package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// A run is short and most of what it makes is kept to its end, so that collecting often
// finds little: at the usual pace it is two fifths of a large run's work. So the
// collector waits until four times what is in use is allocated, as long as that is
// little, and goes back to the usual pace as more is in use.
const (
	seldom  = 400       // percent of what is in use, as GOGC has it
	usual   = 100       // GOGC's default
	ahead   = 192 << 20 // bytes that may be allocated before the next collection where the pace is between the two
	inUse   = "/gc/heap/live:bytes"
	ownPace = "GOGC" // whoever sets it knows better
)

// collectSeldom sets the collector's pace, and again after each collection.
func collectSeldom() {
	if os.Getenv(ownPace) != "" {
		return
	}
	debug.SetGCPercent(seldom)
	afterCollection(func() {
		sample := []metrics.Sample{{Name: inUse}}
		metrics.Read(sample)
		debug.SetGCPercent(paceFor(sample[0].Value.Uint64()))
	})
}

// paceFor gives the percentage for what is in use.
func paceFor(bytes uint64) int {
	return max(usual, min(seldom, int(ahead*100/max(bytes, 1))))
}

// afterCollection calls a function after each collection: when one has found that an
// object is not used any more, which is made anew then.
func afterCollection(f func()) {
	type object struct{ _ [16]byte }
	var watch func()
	watch = func() {
		o := &object{}
		runtime.SetFinalizer(o, func(*object) {
			f()
			watch()
		})
	}
	watch()
}
