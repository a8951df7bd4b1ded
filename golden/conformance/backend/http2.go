package backend

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// serveHTTP2 takes requests in HTTP/2 without TLS.
func (b *Backend) serveHTTP2(l net.Listener) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Handler: http.HandlerFunc(b.stream), Protocols: protocols, ErrorLog: quiet()}
	go server.Serve(refusing{l})
	return server
}

// stream plays a step on an HTTP/2 stream. Resets and closes of the connection
// would take other streams along, so they end the stream: it is refused.
func (b *Backend) stream(w http.ResponseWriter, req *http.Request) {
	t := &Try{Arrived: time.Now(), Method: req.Method, Path: req.URL.RequestURI(), Proto: req.Proto, Header: req.Header.Clone()}
	var err error
	t.Body, err = io.Copy(io.Discard, req.Body)
	step := b.begin(t, err)
	gaveUp := false
	defer func() { b.end(t, gaveUp) }()
	switch step.Kind {
	case RefuseStream, Reset, Close:
		panic(http.ErrAbortHandler)
	case Hang, Slow, Drip: // a header is one frame
		wait := step.Delay
		if wait == 0 {
			wait = forever
		}
		select {
		case <-req.Context().Done():
			gaveUp = true
		case <-time.After(wait):
			w.WriteHeader(step.Status)
		}
	case Trickle:
		gaveUp = !trickled(req.Context(), w, step)
	case Partial:
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, "some")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	case GRPC:
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Grpc-Status", fmt.Sprint(step.Status))
		w.WriteHeader(http.StatusOK)
	default:
		w.WriteHeader(step.Status)
	}
}

// trickled sends an answer in pieces, with a wait before each, the header being the
// first, and reports whether the stream lasted until the end.
func trickled(ctx context.Context, w http.ResponseWriter, step Step) bool {
	for n := range step.Pieces {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(step.Delay):
		}
		if n == 0 {
			w.WriteHeader(step.Status)
		} else {
			io.WriteString(w, "b")
		}
		w.(http.Flusher).Flush()
	}
	return true
}

// refusing turns each RST_STREAM that net/http sends into one with the code
// REFUSED_STREAM, which net/http has no way to ask for.
type refusing struct{ net.Listener }

// Accept gives a connection that does so.
func (l refusing) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &refusingConn{Conn: c}, nil
}

type refusingConn struct {
	net.Conn
	head []byte // of the frame that is being written, up to 9 bytes
	left int    // bytes of its payload to come
}

const (
	frameHead     = 9 // length (3), type, flags, stream (4)
	rstStream     = 3
	refusedStream = 7
)

// Write passes the frames on, whose borders are those of the length in each head
// (RFC 9113, section 4.1).
func (c *refusingConn) Write(p []byte) (int, error) {
	out := make([]byte, len(p))
	for i, octet := range p {
		if c.left > 0 {
			c.left--
			if c.head[3] == rstStream {
				octet = 0
				if c.left == 0 {
					octet = refusedStream
				}
			}
			if out[i] = octet; c.left == 0 {
				c.head = nil
			}
			continue
		}
		out[i] = octet
		if c.head = append(c.head, octet); len(c.head) == frameHead {
			if c.left = int(c.head[0])<<16 | int(c.head[1])<<8 | int(c.head[2]); c.left == 0 {
				c.head = nil
			}
		}
	}
	return c.Conn.Write(out)
}
