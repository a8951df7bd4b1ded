// Package backend is a server that fails on request: each try of a request does
// what the next step of a script says, and is recorded with the time at which it
// came. It is put behind a gateway to find out what the gateway does about
// failures.
//
// A request names itself in the header X-Retryctl-Id and brings its script in
// X-Retryctl-Script: "503,reset,200" answers the first try with 503, resets the
// connection of the second and answers all later ones with 200. What no request
// can ask for, because it is never read, has an address of its own: Refused,
// Silent and Resetting.
//
// It speaks HTTP/1.1 by hand, so that nothing is sent but what a step says, and
// closes the connection after each answer: a kept one that dies would have
// clients such as Go's net/http send a request once more by themselves. HTTP/2,
// in clear text, is net/http's.
package backend
