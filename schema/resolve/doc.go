// Package resolve brings policies and manifests together: which policy holds for
// which rule of which route, the most specific one winning as a whole, never
// field by field.
package resolve
