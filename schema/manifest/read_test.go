package manifest

import (
	"errors"
	"io"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"
)

// read takes a text that must be right.
func read(t *testing.T, text string) []*Object {
	t.Helper()
	objects, err := Read(strings.NewReader(text), "in.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// one takes a text with a single object.
func one(t *testing.T, text string) *Object {
	t.Helper()
	objects := read(t, text)
	if len(objects) != 1 {
		t.Fatalf("read %d objects", len(objects))
	}
	return objects[0]
}

// spec gives an object with the given text as its spec.
func spec(t *testing.T, text string) Value {
	t.Helper()
	return one(t, "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec:\n  "+strings.ReplaceAll(text, "\n", "\n  ")+"\n").At("spec")
}

// refused gives the error of a text that must be refused.
func refused(t *testing.T, text string) *SyntaxError {
	t.Helper()
	objects, err := Read(strings.NewReader(text), "in.yaml")
	var syntax *SyntaxError
	if !errors.As(err, &syntax) {
		t.Fatalf("read %d objects with the error %v, want a syntax error", len(objects), err)
	}
	if strings.ContainsAny(syntax.Error(), "\n\t") {
		t.Errorf("not one line: %q", syntax.Error())
	}
	return syntax
}

func TestEveryDocumentOfAStreamAndEveryItemOfAListIsRead(t *testing.T) {
	got := read(t, "apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\n# nothing\n---\n{apiVersion: v1, kind: List, items: [{apiVersion: g/v1, kind: B, metadata: {name: b, namespace: n}}]}\n")
	if len(got) != 2 || got[0].ID() != (ID{"", "A", DefaultNamespace, "a"}) || got[1].ID() != (ID{"g", "B", "n", "b"}) {
		t.Fatalf("read %v", got)
	}
}

func TestAListOfItsOwnKindAndAListInAListAreTakenApart(t *testing.T) {
	got := read(t, `{apiVersion: g/v1, kind: HTTPRouteList, items: [
  {apiVersion: g/v1, kind: HTTPRoute, metadata: {name: a}},
  {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Service, metadata: {name: b}}]},
  {apiVersion: v1, kind: List, items: []}]}`)
	if len(got) != 2 || got[0].ID().Name != "a" || got[1].ID().Name != "b" {
		t.Fatalf("read %v", got)
	}
}

func TestAKindThatOnlySoundsLikeAListIsAnObject(t *testing.T) {
	if got := one(t, "{apiVersion: g/v1, kind: AllowList, metadata: {name: a}, spec: {items: []}}"); got.ID().Kind != "AllowList" {
		t.Fatalf("read %v", got.ID())
	}
}

func TestValuesKnowWhereTheyStandInTheWholeFile(t *testing.T) {
	got := read(t, "# a comment\napiVersion: v1\nkind: A\nmetadata:\n  name: a\n---\napiVersion: v1\nkind: B\nmetadata:\n  name: b\nspec:\n  list:\n  - ü: x\n    b: {c: 1, d: [2, 3]}\n")
	for _, c := range []struct {
		name         string
		v            Value
		line, column int
	}{
		{"the first root", got[0].Root(), 2, 1},
		{"the second root", got[1].Root(), 7, 1},
		{"a name", got[1].At("metadata", "name"), 10, 9},
		{"an item", got[1].At("spec", "list").Index(0), 13, 5},
		{"after a letter of two bytes", got[1].At("spec", "list").Index(0).At("ü"), 13, 8},
		{"in flow style", got[1].At("spec", "list").Index(0).At("b", "d").Index(1), 14, 22},
		{"nothing", got[1].At("spec", "none"), 0, 0},
	} {
		if c.v.Line() != c.line || c.v.Column() != c.column {
			t.Errorf("%s is at %d:%d, want %d:%d", c.name, c.v.Line(), c.v.Column(), c.line, c.column)
		}
	}
	if got[1].File != "in.yaml" || got[1].Original != nil {
		t.Errorf("the file is %q", got[1].File)
	}
}

func TestJSONIsRead(t *testing.T) {
	got := one(t, "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"X\",\n\t\"metadata\": {\"name\": \"x\"},\n\t\"spec\": {\"a\": 1, \"b\": \"1\", \"c\": true, \"d\": null, \"e\": \"\\u00fc\\n\\/\"}\n}\n")
	if n, ok := got.At("spec", "a").Int(); n != 1 || !ok {
		t.Error("a is no number")
	}
	if _, ok := got.At("spec", "b").Int(); ok {
		t.Error("b is a number")
	}
	if b, ok := got.At("spec", "c").Bool(); !b || !ok {
		t.Error("c is not true")
	}
	if !got.At("spec", "d").IsNull() || got.At("spec", "e").Text() != "ü\n/" {
		t.Errorf("d and e are %q, %q", got.At("spec", "d").Text(), got.At("spec", "e").Text())
	}
	if got.At("spec", "a").Line() != 5 {
		t.Errorf("a is in line %d", got.At("spec", "a").Line())
	}
}

func TestEveryEscapeOfJSONIsRead(t *testing.T) {
	got := one(t, `{"apiVersion":"v1","kind":"X","metadata":{"name":"x"},"spec":{"a":"\/\\/\\\/","b":"\ud83d\ude00","c":"\\ud83d\\ude00","d":"\"\b\f\n\r\t\u0041"}}`)
	for key, want := range map[string]string{"a": `/\/\/`, "b": "😀", "c": `\ud83d\ude00`, "d": "\"\b\f\n\r\tA"} {
		if text := got.At("spec", key).Text(); text != want {
			t.Errorf("%s is %q, want %q", key, text, want)
		}
	}
}

func TestEmptyDocumentsGiveNoObjects(t *testing.T) {
	for _, in := range []string{"", "\n", "---\n", "---\n---\n", "# only a comment\n", "null\n", "~\n", "---\n...\n---\n", "\ufeff", "\ufeff# x\n", "\r\n"} {
		if got := read(t, in); len(got) != 0 {
			t.Errorf("%q gave %d objects", in, len(got))
		}
	}
}

func TestAByteOrderMarkAndWindowsLineEndsAreRead(t *testing.T) {
	got := read(t, "\ufeffapiVersion: v1\r\nkind: X\r\nmetadata:\r\n  name: x\r\n---\r\napiVersion: v1\r\nkind: X\r\nmetadata:\r\n  name: y\r\n")
	if len(got) != 2 || got[0].ID().Name != "x" || got[1].ID().Name != "y" || got[1].At("metadata", "name").Line() != 9 {
		t.Fatalf("read %v", got)
	}
}

func TestADirectiveAndAnEndMarkAreRead(t *testing.T) {
	if got := one(t, "%YAML 1.1\n---\napiVersion: v1\nkind: X\nmetadata: {name: x}\n...\n"); got.ID().Name != "x" {
		t.Fatalf("read %v", got.ID())
	}
}

func TestAnObjectMayHaveNoName(t *testing.T) {
	if got := one(t, "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"); got.ID().Name != "" {
		t.Fatalf("read %v", got.ID())
	}
}

func TestWhatIsNoKubernetesObjectIsRefusedWithItsPosition(t *testing.T) {
	good := "apiVersion: v1\nkind: X\nmetadata: {name: x}\n---\n"
	for in, want := range map[string]string{
		"just text\n":                                      "in.yaml:1:1: not a Kubernetes object: a mapping with apiVersion and kind is wanted",
		good + "- a\n":                                     "in.yaml:5:1: not a Kubernetes object: a mapping with apiVersion and kind is wanted",
		good + "a: b\n":                                    "in.yaml:5:1: not a Kubernetes object: apiVersion or kind is missing",
		"apiVersion: v1\nmetadata: {name: x}\n":            "in.yaml:1:1: not a Kubernetes object: apiVersion or kind is missing",
		"apiVersion: v1\nkind: X\nmetadata: name\n":        "in.yaml:1:1: metadata.name of X is no text",
		"apiVersion: v1\nkind: X\nmetadata: {name: [x]}\n": "in.yaml:1:1: metadata.name of X is no text",
		"{apiVersion: v1, kind: List, items: [\n  {apiVersion: v1, kind: X, metadata: [x]},\n]}\n": "in.yaml:2:3: metadata.name of X is no text",
		"apiVersion: v1\nkind: X\nmetadata:\n  name: x\n  labels: {a: b}\n  name: y\n":             `in.yaml:6:3: key "name" stands twice`,
		"apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: {a: 1, 'a': 2}\n":                     `in.yaml:4:14: key "a" stands twice`,
		"apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: {? [a, b] : 1}\n":                     "in.yaml:4:10: a key is a plain word in Kubernetes objects",
		"apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: {~: 1}\n":                             "in.yaml:4:8: a key is a plain word in Kubernetes objects",
		"apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: {<<: 3}\n":                            "in.yaml:4:12: a merge key (<<) takes a mapping",
		"apiVersion: v1\nkind: X\nmetadata: &a {name: x, self: *a}\n":                              "in.yaml:3:30: alias *a stands inside its own anchor",
		"apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: &a\n  b: &b\n  - [1, *a]\n":           "in.yaml:6:9: alias *a stands inside its own anchor",
		"apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: &a\n  <<: *a\n":                       "in.yaml:5:7: alias *a stands inside its own anchor",
	} {
		if got := refused(t, in).Error(); got != want {
			t.Errorf("%q\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestBrokenYAMLIsExplainedInOneLineWithItsNumber(t *testing.T) {
	head := "apiVersion: v1\nkind: X\nmetadata:\n  name: x\n"
	for _, c := range []struct {
		name, in, want string
		line           int
	}{
		{"a tab", head + "spec:\n\ta: 1\n", "tab", 6},
		{"an unclosed quote", head + "spec:\n  a: \"b\n  c: 1\n", "never closed", 6},
		{"an unclosed bracket", head + "spec:\n  a: [1, 2\n  b: 3\n", "not closed", 6},
		{"a wrong indentation", head + "spec:\n  a: 1\n b: 2\n", "indentation", 7},
		{"a second colon", head + "a: b: c\n", "mapping values", 5},
		{"a second colon in the first line", "a: b: c\n", "mapping values", 1},
		{"an unclosed quote in the first line", "a: 'b\n", "never closed", 1},
		{"an unknown anchor", head + "spec: *none\n", "none", 5},
		{"a control character", head + "spec: \x01\n", "control", 5},
		{"in a later document", head + "---\n" + head + "spec: [\n---\n", "node content", 11},
	} {
		got := refused(t, c.in)
		if c.line != 0 && got.Line != c.line {
			t.Errorf("%s is in line %d, want %d: %s", c.name, got.Line, c.line, got)
		}
		if !strings.HasPrefix(got.Message, "not valid YAML: ") || !strings.Contains(got.Message, c.want) {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

func TestWhatIsNoTextIsRefused(t *testing.T) {
	for name, in := range map[string]string{
		"a binary":  "\x7fELF\x02\x01\x01\x00\x00",
		"Latin-1":   "apiVersion: v1\nkind: X\nmetadata: {name: caf\xe9}\n",
		"UTF-16":    "\xff\xfea\x00:\x00 \x00b\x00",
		"a null":    "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: \"a\x00b\"\n",
		"surrogate": "a: \xed\xa0\x80\n",
	} {
		if got := refused(t, in); !strings.Contains(got.Message, "not a text file") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// endless gives spaces for ever.
type endless struct{ taken int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.taken += len(p)
	return len(p), nil
}

func TestAFileBeyondTheLimitIsRefusedWithoutReadingItAll(t *testing.T) {
	source := &endless{}
	_, err := Read(source, "big.yaml")
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || err.Error() != "big.yaml: larger than 64 MiB, the most that is read from one file" {
		t.Fatalf("got %v", err)
	}
	if source.taken > 2*MaxBytes {
		t.Errorf("%d bytes were taken", source.taken)
	}
}

func TestTroubleOfTheReaderIsNoSyntaxError(t *testing.T) {
	_, err := Read(io.MultiReader(strings.NewReader("a: "), failing{}), "in.yaml")
	var syntax *SyntaxError
	if err == nil || errors.As(err, &syntax) || !errors.Is(err, io.ErrClosedPipe) {
		t.Fatalf("got %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestATextOfVeryManySmallValuesIsRefused(t *testing.T) {
	for _, mark := range []string{"- a\n", "[],", "{", "a,", "a:", "- ", "? "} {
		got := refused(t, strings.Repeat(mark, MaxMarks+1))
		if want := "more than 1600000 lines, keys and items, the most that is read from one file"; got.Message != want {
			t.Errorf("%q: %s", mark, got.Message)
		}
	}
}

// TestTheLargestFilesTakeLessThanAGibibyte reads an eighth of what Read takes, in the
// forms that take most, and holds an eighth of a gibibyte against it.
func TestTheLargestFilesTakeLessThanAGibibyte(t *testing.T) {
	const part = 8
	head := "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec:\n"
	for _, c := range []struct{ name, before, again, after string }{
		{"keys in braces", "- [", "{a,b,c,d,e,f,g,h},", "]\n"},
		{"many braces", "- [", "{a},", "]\n"},
		{"items with comments", "", "- a #b\n", ""},
		{"lists in lists", "", strings.Repeat("- ", 150) + "a\n", ""},
	} {
		times := (MaxMarks/part - Marks([]byte(head+c.before+c.after))) / Marks([]byte(c.again))
		text := head + c.before + strings.Repeat(c.again, times) + c.after
		peak := peakOf(func() { one(t, text) })
		if peak > 1<<30/part {
			t.Errorf("%s: %d MiB at once for an eighth of %d marks", c.name, peak>>20, MaxMarks)
		}
	}
}

// peakOf gives the most bytes that are on the heap, beyond what is there before,
// while something is done.
func peakOf(do func()) (peak uint64) {
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	now := func() uint64 {
		metrics.Read(heap)
		return heap[0].Value.Uint64()
	}
	runtime.GC()
	before, done := now(), make(chan bool)
	go func() {
		defer close(done)
		do()
	}()
	for {
		select {
		case <-done:
			return peak
		case <-time.After(time.Millisecond):
			if at := now(); at > before {
				peak = max(peak, at-before)
			}
		}
	}
}
