// Package cluster applies what retryctl writes to a real kube-apiserver with the real
// CRDs, reads it back as kubectl gives it, and holds retryctl diff against that. It is
// a module of its own, so that Kubernetes is no requirement of retryctl.
package cluster
