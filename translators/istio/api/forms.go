package api

import (
	_ "embed"

	"retryctl.dev/schema/normal"
)

//go:embed forms.txt
var forms string

// Forms are those of Istio's kinds.
var Forms = normal.FormsOf(forms)
