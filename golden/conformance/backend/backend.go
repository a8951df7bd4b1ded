package backend

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
)

// A Backend is a running server.
type Backend struct {
	*Record
	// HTTP1 and HTTP2 are the addresses that play scripts, as "host:port".
	HTTP1, HTTP2 string
	// Refused refuses connections, Silent never completes one, and Resetting
	// resets each one without having read anything.
	Refused, Silent, Resetting string

	mu     sync.Mutex
	conns  map[net.Conn]bool
	ended  bool
	closes []io.Closer
}

// Start listens on free ports of the IP address host.
func Start(host string) (*Backend, error) {
	b := &Backend{Record: newRecord(), conns: map[net.Conn]bool{}}
	if err := b.listen(host); err != nil {
		b.Stop()
		return nil, fmt.Errorf("start backend: %w", err)
	}
	return b, nil
}

func (b *Backend) listen(host string) error {
	plain, err1 := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err1 != nil {
		return err1
	}
	b.closes = append(b.closes, plain)
	framed, err2 := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err2 != nil {
		return err2
	}
	resetting, err3 := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err3 != nil {
		framed.Close()
		return err3
	}
	b.HTTP1, b.HTTP2, b.Resetting = plain.Addr().String(), framed.Addr().String(), resetting.Addr().String()
	b.closes = append(b.closes, b.serveHTTP2(framed), resetting)
	go b.serveHTTP1(plain)
	go reset(resetting)
	var err4, err5 error
	b.Refused, err4 = b.refused(host)
	b.Silent, err5 = b.silent(host)
	return errors.Join(err4, err5)
}

// reset has every connection end in a reset before anything is read.
func reset(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		c.(*net.TCPConn).SetLinger(0)
		c.Close()
	}
}

// Stop closes everything. It may be called twice.
func (b *Backend) Stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	for _, c := range b.closes {
		c.Close()
	}
	for c := range b.conns {
		c.Close()
	}
	b.closes, b.conns = nil, map[net.Conn]bool{}
}

// keep holds a connection until drop; it reports whether the backend still runs.
func (b *Backend) keep(c net.Conn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return false
	}
	b.conns[c] = true
	return true
}

func (b *Backend) drop(c net.Conn) {
	c.Close()
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.conns, c)
}

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
