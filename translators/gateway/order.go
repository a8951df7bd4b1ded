package gateway

import (
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/precedence"
)

// An Orderer is a gateway that tries the matches of rules in an order of its own.
type Orderer interface {
	// Order gives the matches of a world as the gateway tries them.
	Order(*manifest.Set, Settings) *precedence.Table
}
