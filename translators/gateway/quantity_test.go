package gateway_test

import (
	"testing"

	"retryctl.dev/translators/gateway"
)

func TestAQuantityIsANumberOfBytes(t *testing.T) {
	for text, want := range map[string]int64{"65536": 65536, "64Ki": 65536, "2Mi": 2 << 20, "1Gi": 1 << 30, "10k": 10000, "1.5Ki": 1536, "0": 0} {
		if got, ok := gateway.Quantity(text); !ok || got != want {
			t.Errorf("%s: %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "Ki", "64KiB", "1.3", "x"} {
		if got, ok := gateway.Quantity(text); ok {
			t.Errorf("%q is read as %d", text, got)
		}
	}
	for bytes, want := range map[int64]string{65536: "64Ki", 65537: "65537", 1 << 20: "1Mi", 0: "0"} {
		if got := gateway.QuantityOf(bytes); got != want {
			t.Errorf("%d is written %q, want %q", bytes, got, want)
		}
	}
}
