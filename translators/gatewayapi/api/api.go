// Package api has the words of the objects that carry the Gateway API's retries
// beside routes.
package api

// The experimental API for retry budgets (GEP-3388).
const (
	BudgetGroup      = "gateway.networking.x-k8s.io"
	BudgetAPIVersion = BudgetGroup + "/v1alpha1"
	BudgetKind       = "XBackendTrafficPolicy"
)
