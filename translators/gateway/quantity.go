package gateway

import (
	"math"
	"strconv"
	"strings"
)

// units are the suffixes of a Kubernetes quantity that is a number of bytes.
var units = []struct {
	suffix string
	bytes  float64
}{
	{"Ki", 1 << 10}, {"Mi", 1 << 20}, {"Gi", 1 << 30}, {"Ti", 1 << 40}, {"Pi", 1 << 50}, {"Ei", 1 << 60},
	{"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"P", 1e15}, {"E", 1e18},
}

// Quantity reads a Kubernetes quantity that is a whole number of bytes: "64Ki", "65536".
func Quantity(text string) (bytes int64, ok bool) {
	number, times := text, 1.0
	for _, u := range units {
		if rest, found := strings.CutSuffix(text, u.suffix); found {
			number, times = rest, u.bytes
			break
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	n *= times
	if err != nil || n != math.Trunc(n) || math.Abs(n) >= 1<<63 {
		return 0, false
	}
	return int64(n), true
}

// QuantityOf writes a number of bytes as a quantity, in the largest unit that is whole.
func QuantityOf(bytes int64) string {
	for _, u := range []struct {
		suffix string
		bytes  int64
	}{{"Gi", 1 << 30}, {"Mi", 1 << 20}, {"Ki", 1 << 10}} {
		if bytes > 0 && bytes%u.bytes == 0 {
			return strconv.FormatInt(bytes/u.bytes, 10) + u.suffix
		}
	}
	return strconv.FormatInt(bytes, 10)
}
