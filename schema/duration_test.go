package schema

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"
)

func TestADurationIsPrintedWithItsLargestUnitsFirst(t *testing.T) {
	for text, want := range map[string]string{
		"0s": "0s", "1ms": "1ms", "1000ms": "1s", "90s": "1m30s", "1h": "1h", "60m": "1h", "1s1h": "1h1s", "99999h": "99999h", "1h2m3s4ms": "1h2m3s4ms", "5s5s5s5s": "20s",
	} {
		d, err := ParseDuration(text)
		if err != nil || d.String() != want {
			t.Errorf("%s is %s, %v", text, d, err)
		}
	}
	if got := Duration(-90 * time.Second).String(); got != "-1m30s" {
		t.Error(got)
	}
}

func TestWhatGEP2257DoesNotTakeIsRefused(t *testing.T) {
	for _, text := range []string{"", "1", "s", "1.5s", "-1s", "+1s", "1us", "1ns", "1d", "123456s", "1h1h1h1h1h", " 1s", "1s ", "1s\n", "1S", "١s", "1 s", "Infinity"} {
		if d, err := ParseDuration(text); err == nil {
			t.Errorf("%q is %s", text, d)
		}
	}
}

func TestADurationThatIsPrintedIsReadAsItself(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		d := Duration(time.Duration(random.Int64N(int64(99_999*time.Hour/time.Millisecond))>>random.IntN(40)) * time.Millisecond)
		if again, err := ParseDuration(d.String()); err != nil || again != d {
			t.Fatalf("%s came back as %s, %v", d, again, err)
		}
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var again Duration
		if err := json.Unmarshal(raw, &again); err != nil || again != d {
			t.Fatalf("%s came back from JSON as %s, %v", raw, again, err)
		}
	}
}

func TestACodeRangeComesBackFromJSON(t *testing.T) {
	for want, c := range map[string]CodeRange{`503`: {503, 503}, `"520-529"`: {520, 529}} {
		raw, err := json.Marshal(c)
		if err != nil || string(raw) != want {
			t.Errorf("%v is %s, %v", c, raw, err)
		}
		var again CodeRange
		if err := json.Unmarshal(raw, &again); err != nil || again != c {
			t.Errorf("%s came back as %v, %v", raw, again, err)
		}
	}
	for _, text := range []string{"", "5", "50", "5033", "503-", "-503", "503-504-505", "5xx", "503.0", "0503", "+50", "503 - 504"} {
		if c, err := ParseCodeRange(text); err == nil && c.First >= 100 {
			t.Errorf("%q is %s", text, c)
		}
	}
}

func TestMethodsLeftOutAreTheIdempotentOnes(t *testing.T) {
	for _, c := range []struct {
		given []string
		want  int
	}{{nil, 6}, {[]string{"*"}, 9}, {[]string{"POST"}, 1}} {
		if got := (&RetryOn{Methods: c.given}).MethodNames(); len(got) != c.want {
			t.Errorf("%v are %v", c.given, got)
		}
	}
}
