package backend

import (
	"fmt"
	"net"
	"syscall"
	"time"
)

type socket int

// Close closes the socket.
func (s socket) Close() error { return syscall.Close(int(s)) }

// refused gives an address that refuses: a port that is taken, so that nobody
// else gets it, on which nobody listens.
func (b *Backend) refused(host string) (string, error) {
	_, addr, err := b.bind(host)
	return addr, err
}

// silent gives an address that never completes a connection: nobody accepts
// there, and the queue, which has room for one, is full. Linux drops what comes
// then, and the peer's connect runs into its own timeout.
func (b *Backend) silent(host string) (string, error) {
	s, addr, err := b.bind(host)
	if err != nil {
		return "", err
	}
	if err := syscall.Listen(int(s), 0); err != nil {
		return "", fmt.Errorf("listen without a queue: %w", err)
	}
	for range 3 {
		c, err := net.DialTimeout("tcp", addr, 200*time.Millisecond)
		if err != nil {
			return addr, nil // full
		}
		b.closes = append(b.closes, c)
	}
	return "", fmt.Errorf("fill the queue of %s: it takes more than three connections", addr)
}

// bind takes a free port of an IPv4 address.
func (b *Backend) bind(host string) (socket, string, error) {
	ip := net.ParseIP(host).To4()
	if ip == nil {
		return 0, "", fmt.Errorf("bind %q: an IPv4 address is wanted", host)
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, "", fmt.Errorf("open socket: %w", err)
	}
	b.closes = append(b.closes, socket(fd))
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte(ip)}); err != nil {
		return 0, "", fmt.Errorf("bind: %w", err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		return 0, "", fmt.Errorf("find the port: %w", err)
	}
	return socket(fd), fmt.Sprintf("%s:%d", ip, name.(*syscall.SockaddrInet4).Port), nil
}
