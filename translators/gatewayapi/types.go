package gatewayapi

// The experimental API for retry budgets (GEP-3388).
const (
	budgetGroup      = "gateway.networking.x-k8s.io"
	budgetAPIVersion = budgetGroup + "/v1alpha1"
	budgetKind       = "XBackendTrafficPolicy"
)
