package backend

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func start(t *testing.T) *Backend {
	t.Helper()
	b, err := Start("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	return b
}

// send makes one try.
func send(t *testing.T, addr, id, script string) (*http.Response, error) {
	t.Helper()
	c, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprintf(c, "PUT /a HTTP/1.1\r\nHost: h\r\n%s: %s\r\n%s: %s\r\nContent-Length: 4\r\n\r\nbody", IDHeader, id, ScriptHeader, script)
	return http.ReadResponse(bufio.NewReader(c), nil)
}

func TestTheTriesOfARequestFollowItsScriptAndItsLastStepStays(t *testing.T) {
	b := start(t)
	for _, want := range []int{503, 429, 200, 200} {
		r, err := send(t, b.HTTP1, "a", "503,429,200")
		if err != nil || r.StatusCode != want {
			t.Fatalf("%v %v: want %d", r, err, want)
		}
	}
	send(t, b.HTTP1, "b", "200")
	tries := b.Tries("a")
	if len(tries) != 4 || len(b.All()) != 5 || tries[3].Number != 4 || tries[0].Method != "PUT" || tries[0].Body != 4 {
		t.Errorf("%+v", tries)
	}
	if tries[1].Arrived.Before(tries[0].Done) {
		t.Errorf("the second try came before the first was done: %+v", tries)
	}
}

func TestARequestWithoutAScriptFollowsTheOneOfItsID(t *testing.T) {
	b := start(t)
	b.Script("a", []Step{{Kind: Answer, Status: 404}})
	if r, err := send(t, b.HTTP1, "a", ""); err != nil || r.StatusCode != 404 {
		t.Errorf("%v %v", r, err)
	}
	if r, err := send(t, b.HTTP1, "other", ""); err != nil || r.StatusCode != 200 {
		t.Errorf("%v %v", r, err)
	}
}

func TestEachFaultLooksToAClientLikeWhatItIs(t *testing.T) {
	b := start(t)
	for _, script := range []string{"reset", "close"} {
		_, err := send(t, b.HTTP1, script, script)
		if got := errors.Is(err, syscall.ECONNRESET); err == nil || got != (script == "reset") {
			t.Errorf("%s: %v", script, err)
		}
	}
	r, err := send(t, b.HTTP1, "partial", "partial")
	if err != nil || r.StatusCode != 200 {
		t.Fatal(r, err)
	}
	if text, err := io.ReadAll(r.Body); err == nil || string(text) != "some" {
		t.Errorf("partial: %q %v", text, err)
	}
	for _, script := range []string{"hang:80:503", "slow:80:503"} {
		began := time.Now()
		r, err := send(t, b.HTTP1, script, script)
		if err != nil || r.StatusCode != 503 || time.Since(began) < 80*time.Millisecond {
			t.Errorf("%s: %v %v after %s", script, r, err, time.Since(began))
		}
	}
	if r, err := send(t, b.HTTP1, "odd", "nonsense"); err != nil || r.StatusCode != 501 {
		t.Errorf("a script that cannot be read: %v %v", r, err)
	}
}

func TestATrickleComesInPieces(t *testing.T) {
	b := start(t)
	began := time.Now()
	r, err := send(t, b.HTTP1, "a", "trickle:20:5")
	if err != nil || r.StatusCode != 200 {
		t.Fatalf("%v %v", r, err)
	}
	body, err := io.ReadAll(r.Body)
	if took := time.Since(began); err != nil || string(body) != "bbbb" || took < 100*time.Millisecond {
		t.Errorf("%q after %s: %v", body, took, err)
	}
	began = time.Now()
	r, err = send(t, b.HTTP1, "b", "drip:20:5")
	if took := time.Since(began); err != nil || len(r.Header) != 4 || took < 100*time.Millisecond {
		t.Errorf("%v after %s: %v", r, took, err)
	}
	for _, text := range []string{"trickle", "trickle:20", "trickle:0:3", "drip:20:1"} {
		if _, err := ParseScript(text); err == nil {
			t.Errorf("%s is a step", text)
		}
	}
}

func TestSomeAddressesFailBeforeARequestIsRead(t *testing.T) {
	b := start(t)
	if _, err := net.DialTimeout("tcp", b.Refused, time.Second); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("refused: %v", err)
	}
	if _, err := net.DialTimeout("tcp", b.Silent, 150*time.Millisecond); !os.IsTimeout(err) {
		t.Errorf("silent: %v", err)
	}
	if _, err := send(t, b.Resetting, "a", ""); err == nil {
		t.Error("resetting: no error")
	}
	if n := len(b.All()); n != 0 {
		t.Errorf("%d requests were read", n)
	}
}

func TestStreamsAreRefusedWithTheCodeForIt(t *testing.T) {
	b := start(t)
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	client := &http.Client{Transport: &http.Transport{Protocols: protocols}, Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	do := func(script string) (*http.Response, error) {
		// A body that cannot be sent twice: net/http would try a refused stream again.
		req, _ := http.NewRequest("POST", "http://"+b.HTTP2+"/", io.MultiReader(strings.NewReader("body")))
		req.Header.Set(IDHeader, script)
		req.Header.Set(ScriptHeader, script)
		r, err := client.Do(req)
		if err == nil {
			r.Body.Close()
		}
		return r, err
	}
	if _, err := do("refuse-stream"); err == nil || !strings.Contains(err.Error(), "REFUSED_STREAM") {
		t.Errorf("refused stream: %v", err)
	}
	if r, err := do("grpc:14"); err != nil || r.Header.Get("Grpc-Status") != "14" {
		t.Errorf("grpc: %v %v", r, err)
	}
	if r, err := do("503"); err != nil || r.StatusCode != 503 {
		t.Errorf("after a refused stream: %v %v", r, err)
	}
}

func TestScriptsThatSayNothingAreRefused(t *testing.T) {
	for _, text := range []string{"199", "600", "hang:x", "hang:1:2:3", "slow", "reset:1", "grpc", "503;200", "grpc:-1"} {
		if steps, err := ParseScript(text); err == nil {
			t.Errorf("%q is %+v", text, steps)
		}
	}
}
