// Package route reads Gateway API routes the way the standard has every gateway
// match requests: which rule a request reaches, with which methods, and how a
// rule can be split by method without another request changing its rule.
package route
