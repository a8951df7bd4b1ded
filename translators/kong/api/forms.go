package api

import (
	_ "embed"

	"retryctl.dev/schema/normal"
)

//go:embed forms.txt
var forms string

// Forms are those of Kong's kinds, and of its annotations.
var Forms = normal.FormsOf(forms)
