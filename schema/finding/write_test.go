package finding

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
)

var backoff = Finding{
	Code: NotCarried, Severity: Warning, Class: Dropped, Gateway: "kong", Object: manifest.ID{Kind: "RetryPolicy", Namespace: "shop", Name: "checkout"},
	Field: "spec.backoff", Want: "100ms", Got: "no wait", Message: "Kong has nothing for it",
	Reason: "Kong sends the next try at once", Hint: Do("accept it"), File: "checkout.yaml", Line: 14, Column: 7,
}

// nasty is what a policy may hold in a text.
const nasty = "a\nb\r\x1b[31mred\x00\u202e::error::x%0A]]>\u2028\u009b\xff<&\"'"

func hostile() Finding {
	return Finding{
		Code: BadValue, Severity: Error, Gateway: nasty, Object: manifest.ID{Kind: nasty, Namespace: nasty, Name: nasty}, Field: nasty, Want: nasty, Got: nasty,
		Message: nasty, Reason: nasty, Hint: Do(nasty), File: nasty, Line: 3, Column: 4,
	}
}

func write(t *testing.T, format string, list ...Finding) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, format, list); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTheFormatsAreInAFixedOrder(t *testing.T) {
	if got := Formats(); !slices.Equal(got, []string{"text", "json", "github", "sarif", "junit"}) {
		t.Fatalf("formats %v", got)
	}
}

func TestAnUnknownFormatIsAnErrorThatNamesTheOnesThereAre(t *testing.T) {
	err := Write(&bytes.Buffer{}, "xml", nil)
	if err == nil || !strings.Contains(err.Error(), `"xml"`) || !strings.Contains(err.Error(), "text, json, github, sarif, junit") {
		t.Fatalf("got %v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestEveryWriterReportsThatItCouldNotWrite(t *testing.T) {
	for _, format := range Formats() {
		if err := Write(broken{}, format, List{backoff}); err == nil {
			t.Errorf("%s: no error", format)
		}
	}
}

func TestTextIsOneLineForEachFindingAndItsDetailsBelow(t *testing.T) {
	for _, c := range []struct {
		name string
		in   Finding
		want string
	}{
		{"everything", backoff, `checkout.yaml:14:7: warning RT2004 [kong] spec.backoff: Kong has nothing for it
    asked 100ms, gets no wait
    why: Kong sends the next try at once
    try: accept it
`},
		{"only one side", Finding{Code: NotAsked, Severity: Note, Message: "m", Got: "15s", File: "a.yaml", Line: 2},
			"a.yaml:2: note RT2006 m\n"},
		{"no position", Finding{Code: NoTarget, Severity: Error, Object: manifest.ID{Kind: "RetryPolicy", Namespace: "shop", Name: "checkout"}, Field: "spec.targetRefs[0]", Message: "m"},
			"RetryPolicy shop/checkout: error RT3001 spec.targetRefs[0]: m\n"},
		{"no line", Finding{Code: NoTarget, Severity: Error, Object: manifest.ID{Kind: "Service", Namespace: "shop", Name: "a"}, Message: "m", File: "a.yaml"},
			"a.yaml: Service shop/a: error RT3001 m\n"},
		{"a file alone", Finding{Code: Syntax, Severity: Error, Message: "m", File: "a.yaml"}, "a.yaml: error RT1001 m\n"},
		{"nothing known", Finding{Code: Syntax, Severity: Error, Message: "m"}, "error RT1001 m\n"},
	} {
		if got := write(t, "text", c.in); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestCleanSpellsOutWhatIsNotPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"plain text, ü, 漢字":    "plain text, ü, 漢字",
		"a\nb\r\tc":            `a\nb\r\tc`,
		"\x1b[31m":             `\x1b[31m`,
		"\x00\x7f":             `\x00\x7f`,
		"\u009b\u202e\ufeff":   `\u009b\u202e\ufeff`,
		"bad \xff byte \ufffd": `bad \xff byte ` + "\ufffd",
		"it's\n":               `it's\n`,
		"":                     "",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestJSONIsAnEmptyListWhenThereIsNothing(t *testing.T) {
	if got := write(t, "json"); got != "[]\n" {
		t.Fatalf("got %q", got)
	}
}

func TestJSONGivesBackTheFindings(t *testing.T) {
	list := List{backoff, {Code: Syntax, Severity: Error, Message: "a <b> & c\nd \u202e \U000E0001 \x1b"}}
	raw := write(t, "json", list...)
	var got List
	if err := json.Unmarshal([]byte(raw), &got); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, list) {
		t.Errorf("read back %v", got)
	}
	if !strings.Contains(raw, "\n  {\n    \"code\": \"RT2004\",\n    \"severity\": \"warning\",\n    \"class\": \"dropped\",") {
		t.Errorf("the layout is\n%s", raw)
	}
	if !strings.Contains(raw, "<b> & c") {
		t.Errorf("HTML is escaped in\n%s", raw)
	}
}

func TestGitHubAnnotationsAreEscaped(t *testing.T) {
	for _, c := range []struct {
		name string
		in   Finding
		want string
	}{
		{"everything", backoff, "::warning file=checkout.yaml,line=14,col=7,title=RT2004::[kong] spec.backoff: Kong has nothing for it" +
			"%0Aasked 100ms, gets no wait%0Awhy: Kong sends the next try at once%0Atry: accept it\n"},
		{"a note", Finding{Code: Assumed, Severity: Note, Message: "100%", File: "a.yaml", Line: 2}, "::notice file=a.yaml,line=2,title=RT3006::100%25\n"},
		{"an odd file", Finding{Code: Syntax, Severity: Error, Message: "m", File: "a,b:c%.yaml"}, "::error file=a%2Cb%3Ac%25.yaml,title=RT1001::m\n"},
		{"no file", Finding{Code: Syntax, Severity: Error, Message: "m: x, y", Object: manifest.ID{Kind: "Service", Namespace: "a", Name: "b"}}, "::error title=RT1001::Service a/b: m: x, y\n"},
		{"a hostile message", Finding{Code: Syntax, Severity: Error, Message: "x\n::set-output name=a::b"}, "::error title=RT1001::x\\n::set-output name=a::b\n"},
	} {
		if got := write(t, "github", c.in); got != c.want {
			t.Errorf("%s:\n%swant\n%s", c.name, got, c.want)
		}
	}
}
