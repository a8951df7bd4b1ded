// Package cluster applies what retryctl writes to a real kube-apiserver with the real
// CRDs, reads it back as kubectl gives it, and holds retryctl diff against that. Real
// Traefik reads the same objects, and has the routers that retryctl says it has. It is
// a module of its own, so that Kubernetes is no requirement of retryctl. It runs by
// hand; README.md says what it leaves out.
package cluster
