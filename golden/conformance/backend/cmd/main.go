// Command backend runs the scripted backend until it is interrupted, and prints
// its addresses and then, at the end, every try as a line of JSON.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"retryctl.dev/golden/conformance/backend"
)

func main() {
	host := flag.String("host", "127.0.0.1", "IPv4 address to listen on")
	flag.Parse()
	b, err := backend.Start(*host)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	defer b.Stop()
	fmt.Printf("HTTP/1.1  %s\nHTTP/2    %s\nrefused   %s\nsilent    %s\nresetting %s\n", b.HTTP1, b.HTTP2, b.Refused, b.Silent, b.Resetting)
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	<-interrupted
	out := json.NewEncoder(os.Stdout)
	for _, t := range b.All() {
		out.Encode(t)
	}
}
