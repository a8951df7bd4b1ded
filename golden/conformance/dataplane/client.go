package dataplane

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"retryctl.dev/golden/conformance/backend"
)

// A Request is one request of a client. It is written by hand, so that nothing
// is sent that is not here, and nothing is sent twice.
type Request struct {
	ID, Script         string
	Method, Host, Path string
	Header             map[string]string
	Body               int // bytes
}

// An Answer is what the client gets.
type Answer struct {
	Status int // 0 where there was no answer
	Header http.Header
	Err    error // also where the body was cut
	Took   time.Duration
}

// patience bounds a request whatever the gateway does.
const patience = 30 * time.Second

// Send sends a request on a connection of its own and reads the whole answer.
func Send(ctx context.Context, addr string, r Request) (a Answer) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	began := time.Now()
	defer func() { a.Took = time.Since(began) }()
	c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return Answer{Err: err}
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	if _, err := io.WriteString(c, r.text()); err != nil {
		return Answer{Err: err}
	}
	response, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: r.Method})
	if err != nil {
		return Answer{Err: err}
	}
	a = Answer{Status: response.StatusCode, Header: response.Header}
	if r.Method != http.MethodConnect {
		_, a.Err = io.Copy(io.Discard, response.Body)
	}
	return a
}

// SendStream sends a request over HTTP/2, without TLS, on a connection of its own.
func SendStream(ctx context.Context, addr string, r Request) (a Answer) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	began := time.Now()
	defer func() { a.Took = time.Since(began) }()
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: protocols}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, r.Method, "http://"+addr+r.Path, strings.NewReader(strings.Repeat("b", r.Body)))
	if err != nil {
		return Answer{Err: err}
	}
	request.Host, request.GetBody = r.Host, nil // so that nothing is sent twice from here
	request.Header.Set(backend.IDHeader, r.ID)
	if r.Script != "" {
		request.Header.Set(backend.ScriptHeader, r.Script)
	}
	for name, value := range r.Header {
		request.Header.Set(name, value)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return Answer{Err: err}
	}
	defer response.Body.Close()
	a = Answer{Status: response.StatusCode, Header: response.Header}
	_, a.Err = io.Copy(io.Discard, response.Body)
	return a
}

func (r Request) text() string {
	var out strings.Builder
	target := r.Path
	if r.Method == http.MethodConnect {
		target = r.Host + ":80" // the only form that CONNECT has (RFC 9110, section 9.3.6)
	}
	fmt.Fprintf(&out, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s: %s\r\n", r.Method, target, r.Host, backend.IDHeader, r.ID)
	if r.Script != "" {
		fmt.Fprintf(&out, "%s: %s\r\n", backend.ScriptHeader, r.Script)
	}
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&out, "%s: %s\r\n", name, r.Header[name])
	}
	if r.Body > 0 {
		fmt.Fprintf(&out, "Content-Length: %d\r\n", r.Body)
	}
	out.WriteString("\r\n" + strings.Repeat("b", r.Body))
	return out.String()
}
