package cli

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"retryctl.dev/schema/manifest"
)

// longestName keeps a file's name, with what is put behind it, below the 255
// bytes that file systems take.
const longestName = 200

// fileNames gives each object a file name of its own, without an extension:
// kind_namespace_name, which stays the same whatever else is written. A mark of
// the whole ID is added where the name is not enough to tell objects apart, or
// had to be changed to be safe in every file system.
func fileNames(objects []*manifest.Object) []string {
	names := make([]string, len(objects))
	times := map[string]int{}
	for n, o := range objects {
		names[n] = plainName(o)
		times[names[n]]++
	}
	for n, o := range objects {
		safe := strings.Map(safeRune, names[n])
		if len(safe) > longestName {
			safe = safe[:longestName]
		}
		if safe != names[n] || times[names[n]] > 1 {
			id := o.ID()
			mark := sha256.Sum256([]byte(strings.Join([]string{id.Group, id.Kind, id.Namespace, id.Name}, "\x00")))
			safe += fmt.Sprintf("_%x", mark[:4])
		}
		names[n] = safe
	}
	return names
}

// plainName holds no two objects of one group alike: _ is in no Kubernetes name.
func plainName(o *manifest.Object) string {
	id := o.ID()
	parts := []string{strings.ToLower(id.Kind)}
	if o.RawNamespace() != "" {
		parts = append(parts, id.Namespace)
	}
	return strings.Join(append(parts, id.Name), "_")
}

// safeRune lets through what no file system minds; capitals are not, because
// some take them for small letters.
func safeRune(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
		return r
	}
	return '-'
}
