package cli

import (
	"io"
	"strings"
	"testing"
)

// BenchmarkTranslate is one policy for every gateway, from text to text.
func BenchmarkTranslate(b *testing.B) { benchmark(b, policy, "translate", "-f", "-") }

// BenchmarkExplain is the same, to the table.
func BenchmarkExplain(b *testing.B) { benchmark(b, policy, "explain", "-f", "-") }

// BenchmarkTranslateManyRoutes is one policy among a thousand routes.
func BenchmarkTranslateManyRoutes(b *testing.B) {
	var text strings.Builder
	text.WriteString(policy)
	for n := range 1000 {
		text.WriteString("---\n" + strings.ReplaceAll(routes, "name: api,", "name: api"+strings.Repeat("x", n%50)+string(rune('a'+n/50))+","))
	}
	benchmark(b, text.String(), "translate", "-f", "-")
}

func benchmark(b *testing.B, input string, args ...string) {
	b.ReportAllocs()
	for b.Loop() {
		if status := Main(b.Context(), args, Streams{In: strings.NewReader(input), Out: io.Discard, Err: io.Discard}); status == Trouble {
			b.Fatal("it could not run")
		}
	}
}
