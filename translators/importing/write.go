package importing

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
)

// toAnnotation names the gateway that a policy is for.
const toAnnotation = schema.Group + "/to"

// write writes policies as a stream of YAML, with a comment where each value comes from.
// Where they are for several gateways each names its own.
func write(policies []policy) []byte {
	var out bytes.Buffer
	several := slices.ContainsFunc(policies, func(p policy) bool { return p.gateway != policies[0].gateway })
	for n, p := range policies {
		if n > 0 {
			out.WriteString("---\n")
		}
		fmt.Fprintf(&out, "apiVersion: %s\nkind: %s\nmetadata:\n  name: %s\n", schema.APIVersion, schema.Kind, quoted(p.name))
		if p.namespace != "" {
			fmt.Fprintf(&out, "  namespace: %s\n", quoted(p.namespace))
		}
		if several {
			fmt.Fprintf(&out, "  annotations:\n    %s: %s\n", toAnnotation, quoted(p.gateway))
		}
		out.WriteString("spec:\n  targetRefs:\n")
		for _, t := range p.targets {
			group := ""
			if t.id.Group != "" {
				group = "group: " + quoted(t.id.Group) + ", "
			}
			section := ""
			if t.section != "" {
				section = ", sectionName: " + quoted(t.section)
			}
			fmt.Fprintf(&out, "  - {%skind: %s, name: %s%s}%s\n", group, quoted(t.id.Kind), quoted(t.id.Name), section, comment(t.place))
		}
		fields(&out, p.wish, "  ")
	}
	return out.Bytes()
}

func fields(out *bytes.Buffer, list []field, indent string) {
	for _, f := range list {
		if len(f.below) == 0 {
			fmt.Fprintf(out, "%s%s: %s%s\n", indent, f.name, f.value, comment(f.from))
			continue
		}
		fmt.Fprintf(out, "%s%s:%s\n", indent, f.name, comment(f.from))
		fields(out, f.below, indent+"  ")
	}
}

// comment writes a text behind a line. It is the reader's, with names of the input in it.
func comment(text string) string {
	if text == "" {
		return ""
	}
	return " # " + strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 || r == 0xfeff {
			return ' '
		}
		return r
	}, text)
}

// quoted writes a text as YAML reads it, in quotes where it has to be.
func quoted(text string) string {
	var out strings.Builder
	if err := manifest.List(text).Index(0).WriteYAML(&out); err != nil {
		return fmt.Sprintf("%q", text) // of a strings.Builder there is none
	}
	written := strings.TrimSuffix(out.String(), "\n")
	if strings.ContainsAny(written, "\n,[]{}") && !strings.HasPrefix(written, `"`) {
		return fmt.Sprintf("%q", text)
	}
	return written
}
