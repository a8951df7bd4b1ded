package schema

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
)

// many is a stream of policies with every field.
func many(n int) []byte {
	var text bytes.Buffer
	for i := range n {
		text.WriteString("---\n" + strings.Replace(whole, "name: checkout, namespace", fmt.Sprintf("name: checkout-%d, namespace", i), 1))
	}
	return text.Bytes()
}

// decodeAll reads no text: that is the benchmark of the package manifest.
func decodeAll(t testing.TB, objects []*manifest.Object) {
	for _, o := range objects {
		p, findings := Decode(o)
		if findings = append(findings, Validate(p, known)...); len(findings) > 0 {
			t.Fatal(lines(findings))
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	objects, err := manifest.Read(bytes.NewReader(many(5000)), "p.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		decodeAll(b, objects)
	}
}

func BenchmarkRead(b *testing.B) {
	text := many(5000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := manifest.Read(bytes.NewReader(text), "p.yaml"); err != nil {
			b.Fatal(err)
		}
	}
}

// Time depends on the machine, what is allocated does not.
func TestAPolicyIsCheckedWithFewAllocations(t *testing.T) {
	objects := []*manifest.Object{object(t, whole)}
	if n := testing.AllocsPerRun(100, func() { decodeAll(t, objects) }); n > 250 {
		t.Errorf("%.0f allocations", n)
	}
}
