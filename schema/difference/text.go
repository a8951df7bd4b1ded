package difference

import (
	"fmt"
	"io"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"retryctl.dev/schema/manifest"
)

// WriteText writes a difference as a unified diff of the two states. The titles
// say in its head what the two sides are: "existing", "wanted".
func (d Difference) WriteText(w io.Writer, from, to string) error {
	title := func(side string, v manifest.Value) string {
		if !v.Exists() {
			side = "no"
		}
		return side + " " + d.ID.String()
	}
	_, err := io.WriteString(w, udiff.Unified(title(from, d.From), title(to, d.To), yaml(d.From), yaml(d.To)))
	return err
}

// yaml is a state as text; nothing for one that does not exist.
func yaml(v manifest.Value) string {
	if !v.Exists() {
		return ""
	}
	var out strings.Builder
	if err := v.WriteYAML(&out); err != nil {
		panic(fmt.Sprintf("difference: %v", err)) // the tree was read or built, and a Builder takes everything
	}
	return out.String()
}
