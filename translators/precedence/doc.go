// Package precedence tells which rule serves a request on a gateway that tries the
// matches of rules in an order of its own, and where that differs from the Gateway
// API's order.
//
// A gateway says of each match where it stands (Rank) and which requests it takes
// (Holds); everything else is found by examples. The example of a match is the
// request that has what its conditions want and nothing else, so that no request of
// the match is taken by fewer others: where conditions only ask for something to be
// there, a match is reached if its example reaches it, and of the requests that two
// matches have in common, those where two orders differ can be told by the request
// that has what both want. Regular expressions are tried on examples of themselves;
// a condition that cannot be evaluated is Maybe, and then several rules may serve.
package precedence
