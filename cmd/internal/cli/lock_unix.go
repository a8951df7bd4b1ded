//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package cli

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// lock keeps a folder to one run that writes into it, until it is unlocked or the
// run ends in whatever way. File systems that know no locks have none.
func lock(ctx context.Context, folder string) (unlock func(), err error) {
	f, err := os.Open(folder)
	if err != nil {
		return func() {}, nil // what is written there says what is wrong
	}
	for {
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); !errors.Is(err, syscall.EWOULDBLOCK) {
			return func() { f.Close() }, nil
		}
		select {
		case <-ctx.Done():
			f.Close()
			return func() {}, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}
