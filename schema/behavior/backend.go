package behavior

// NextBackend says which backend of a rule the next try goes to.
type NextBackend uint8

// Where the next try goes.
const (
	// AnyBackend is whichever comes next, the one that failed included.
	AnyBackend NextBackend = iota
	// OtherBackend is one at which no try of the request has failed, if there is one.
	OtherBackend
	// SameBackend is the one that failed.
	SameBackend
)

// String gives the word for machines.
func (n NextBackend) String() string { return [...]string{"any", "other", "same"}[n] }

// Text says it for people.
func (n NextBackend) Text() string {
	return [...]string{"any backend, also the one that failed", "another backend than those that failed, if there is one", "the backend that failed"}[n]
}
