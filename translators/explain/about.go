package explain

import (
	"slices"

	"retryctl.dev/schema/behavior"
)

// About has entries say of what is retried only what they say of some causes; of all
// where there are none.
func About(entries []Entry, causes ...behavior.Cause) []Entry {
	if len(causes) == 0 {
		return entries
	}
	for n := range entries {
		e := &entries[n]
		was, unknown := e.Causes, e.Unknown
		e.Causes, e.Asked = map[string][]string{}, nil
		for _, c := range causes {
			name := c.String()
			e.Asked = append(e.Asked, name)
			if methods, ok := was[name]; ok {
				e.Causes[name] = methods
			}
		}
		e.Unknown = slices.DeleteFunc(slices.Clone(unknown), func(field string) bool {
			return len(field) > len("causes.") && field[:len("causes.")] == "causes." && !slices.Contains(e.Asked, field[len("causes."):])
		})
	}
	return entries
}
