package backend

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// serveHTTP1 takes one request from each connection.
func (b *Backend) serveHTTP1(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		if !b.keep(c) {
			c.Close()
			return
		}
		go func() {
			defer b.drop(c)
			b.one(c.(*net.TCPConn))
		}()
	}
}

func (b *Backend) one(c *net.TCPConn) {
	in := bufio.NewReader(c)
	req, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	t := &Try{Arrived: time.Now(), Method: req.Method, Path: req.URL.RequestURI(), Proto: req.Proto, Header: req.Header}
	t.Body, err = io.Copy(io.Discard, req.Body)
	step := b.begin(t, err)
	gaveUp := err != nil
	switch step.Kind {
	case Reset:
		c.SetLinger(0)
	case Close:
	case Hang:
		if gaveUp = hungUp(c, in, step.Delay); !gaveUp && step.Delay > 0 {
			respond(c, req.Method, step.Status, nil)
		}
	case Slow:
		fmt.Fprintf(c, "HTTP/1.1 %d %s\r\n", step.Status, http.StatusText(step.Status))
		if gaveUp = hungUp(c, in, step.Delay); !gaveUp {
			io.WriteString(c, "Content-Length: 0\r\nConnection: close\r\n\r\n")
		}
	case Trickle, Drip:
		gaveUp = trickle(c, in, step)
	case Partial:
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\nsome")
		hungUp(c, in, 50*time.Millisecond) // let it be read before the reset throws it away
		c.SetLinger(0)
	case GRPC:
		respond(c, req.Method, http.StatusOK, map[string]string{"Content-Type": "application/grpc", "Grpc-Status": fmt.Sprint(step.Status)})
	case RefuseStream:
		respond(c, req.Method, http.StatusHTTPVersionNotSupported, nil)
	default:
		respond(c, req.Method, step.Status, nil)
	}
	b.end(t, gaveUp)
}

// begin reads the script and records the try. What cannot be read is answered
// with 501, which nothing else is.
func (b *Backend) begin(t *Try, err error) Step {
	t.ID = t.Header.Get(IDHeader)
	var script []Step
	if text := t.Header.Get(ScriptHeader); text != "" && err == nil {
		script, err = ParseScript(text)
	}
	step := b.Record.begin(t, script)
	if err != nil {
		return Step{Kind: Answer, Status: http.StatusNotImplemented}
	}
	return step
}

// hungUp waits for a while, or a minute where it is 0, and reports whether the
// peer closed the connection meanwhile.
func hungUp(c net.Conn, in *bufio.Reader, wait time.Duration) bool {
	if wait == 0 {
		wait = forever
	}
	c.SetReadDeadline(time.Now().Add(wait))
	defer c.SetReadDeadline(time.Time{})
	_, err := in.Peek(1)
	late, ok := err.(net.Error)
	return err != nil && !(ok && late.Timeout())
}

// trickle sends an answer in pieces, with a wait before each, and reports whether the
// peer closed the connection before the last.
func trickle(c net.Conn, in *bufio.Reader, step Step) bool {
	for n := range step.Pieces {
		if hungUp(c, in, step.Delay) {
			return true
		}
		io.WriteString(c, step.piece(n))
	}
	return false
}

// piece gives one of the pieces of an answer: of a Trickle the header, then a
// character of the body each, of a Drip a line of the header each.
func (s Step) piece(n int) string {
	last := n == s.Pieces-1
	switch {
	case s.Kind == Trickle && n > 0:
		return "b"
	case s.Kind == Trickle:
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", s.Pieces-1)
	case n == 0:
		return "HTTP/1.1 200 OK\r\n"
	case last:
		return "Content-Length: 0\r\nConnection: close\r\n\r\n"
	}
	return fmt.Sprintf("X-Piece-%d: p\r\n", n)
}

// respond answers and says that the connection ends.
func respond(c net.Conn, method string, status int, header map[string]string) {
	var out strings.Builder
	fmt.Fprintf(&out, "HTTP/1.1 %d %s\r\nConnection: close\r\n", status, http.StatusText(status))
	for _, name := range []string{"Content-Type", "Grpc-Status"} {
		if value, ok := header[name]; ok {
			fmt.Fprintf(&out, "%s: %s\r\n", name, value)
		}
	}
	body := fmt.Sprintf("%d\n", status)
	if status == http.StatusNoContent || status == http.StatusNotModified {
		body = ""
	} else {
		fmt.Fprintf(&out, "Content-Length: %d\r\n", len(body))
	}
	if method == http.MethodHead {
		body = ""
	}
	out.WriteString("\r\n" + body)
	io.WriteString(c, out.String())
}
