// Package envoygateway has Envoy Gateway's own translator, egctl, make Envoy
// configuration of worlds of objects, so that what package envoy reads in it can
// be held against what the project says that Envoy Gateway does.
//
// egctl drops labels and times of creation, so a policy that is attached by
// labels, or that wins by age, cannot be checked with it. It knows no version but
// its own.
package envoygateway
