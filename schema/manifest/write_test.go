package manifest

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	yaml3 "go.yaml.in/yaml/v3"
	sigs "sigs.k8s.io/yaml"
)

func yamlOf(t *testing.T, objects ...*Object) string {
	t.Helper()
	var out bytes.Buffer
	if err := WriteYAML(&out, objects); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// awkward are texts that one reader of YAML or another takes for something else.
var awkward = []string{
	"on", "On", "ON", "off", "yes", "no", "No", "y", "Y", "n", "N", "true", "True", "FALSE", "null", "Null", "~", "",
	"1:30", "1:30:00", "-1:30", "+1:30.5", "190:20:30", "503", "-1", "+1", "017", "0x1f", "0o17", "0b11", "1_000", "1e3", "1E3", "12e03", "1.5", ".5", "5.", "1_0.5",
	".inf", "-.Inf", ".nan", "2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01 10:00:00", "=", "<<", "-", "--", "---", "...", "- a", "? a", ": a", "a: b", "a:", "a #b", "#a",
	" lead", "trail ", " ", "\ttab", "a\tb", "a\nb", "a\n", "\na", " \n", "\n", "  a\n b\n", "a\n\n", "a\r\nb", "\x1b[0m", "\x00", "\u0085", "\u2028", "\ufeff", "\u00a0", "😀", "ü",
	"'", "\"", "it's", "\"quoted\"", "\\n", "[a]", "{a}", "{a: b}", "a, b", "*a", "&a", "!a", "!!int 3", "%a", "@a", "`a", "|", ">", ">-\n", "a\n  \tb", "#\n", "a\n#b\n", "a\n---\nb\n",
	"5s", "1m30s", "0", "00", "08", "1,000", "0.0.0.0", "::1", "12:34:56:78", "1.2.3", "e3", "0x", "0xg", strings.Repeat("long ", 60),
}

func TestATextComesBackAsTheSameText(t *testing.T) {
	for _, s := range awkward {
		comesBack(t, s)
	}
}

func TestRandomTextsComeBackAsTheSameTexts(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	letters := []rune("aB0159 \t\n\r:-#'\"\\{}[],&*!|>%@`~=<._+xoeEyYnN\u0085\u2028\ufeff\x07üß漢😀")
	for range 5000 {
		text := make([]rune, random.IntN(8))
		for i := range text {
			text[i] = letters[random.IntN(len(letters))]
		}
		comesBack(t, string(text))
	}
}

// comesBack writes a text as a key, a value and an item, in YAML and in JSON,
// and reads it with what kubectl uses, with the YAML 1.2 reader and with Read.
func comesBack(t *testing.T, s string) {
	t.Helper()
	type data = struct {
		Data map[string]any `json:"data" yaml:"data"`
	}
	o := New("v1", "X", "", "x")
	o.Root().Put("data", Map("value", s, "list", []string{s}, "nested", List(Map("k", s)), "key "+s, "k"))
	want := data{map[string]any{"value": s, "list": []any{s}, "nested": []any{map[string]any{"k": s}}, "key " + s: "k"}}
	var asJSON bytes.Buffer
	if err := WriteJSON(&asJSON, []*Object{o}); err != nil {
		t.Fatal(err)
	}
	asYAML := yamlOf(t, o)
	for name, decode := range map[string]func(*data) error{
		"kubectl":    func(d *data) error { return sigs.Unmarshal([]byte(asYAML), d) },
		"YAML 1.2":   func(d *data) error { return yaml3.Unmarshal([]byte(asYAML), d) },
		"JSON":       func(d *data) error { return json.Unmarshal(asJSON.Bytes(), d) },
		"plain JSON": func(d *data) error { return json.Unmarshal(o.JSON(), d) },
	} {
		var got data
		if err := decode(&got); err != nil {
			t.Errorf("%q: %s: %v\n%s", s, name, err, asYAML)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %s reads %q\n%s", s, name, got, asYAML)
		}
	}
	for _, text := range []string{asYAML, asJSON.String()} {
		if again := one(t, text); !Equal(again, o) {
			t.Errorf("%q: read again as %s", s, again.JSON())
		}
	}
}

func TestAnAwkwardKeyIsQuoted(t *testing.T) {
	for _, key := range awkward {
		o := New("v1", "X", "", "x")
		o.Root().Put("data", Map(key, "v"))
		var got struct {
			Data map[string]string `json:"data"`
		}
		if err := sigs.Unmarshal([]byte(yamlOf(t, o)), &got); err != nil || len(got.Data) != 1 || got.Data[key] != "v" {
			t.Errorf("%q: read %q %v\n%s", key, got.Data, err, yamlOf(t, o))
		}
	}
}

func TestJSONAndYAMLHoldTheSameData(t *testing.T) {
	o := one(t, "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: {a: 1, b: 0x10, c: 1.50, d: [true, ~, \"1\", 017], e: {}, f: [], g: 1e3, h: 2026-01-01, i: 9007199254740993, j: -0.5, k: <&>}\n")
	var fromYAML, fromJSON any
	if err := sigs.Unmarshal([]byte(yamlOf(t, o)), &fromYAML); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(o.JSON(), &fromJSON); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(fromYAML, fromJSON) {
		t.Errorf("YAML %v\nJSON %v", fromYAML, fromJSON)
	}
	if want := `"i":9007199254740993,"j":-0.5,"k":"<&>"}}`; !strings.HasSuffix(string(o.JSON()), want) {
		t.Errorf("JSON %s", o.JSON())
	}
}

func TestANullWithoutTextStaysANull(t *testing.T) {
	head := "apiVersion: v1\nkind: X\nmetadata: {name: x}\n"
	for in, want := range map[string]string{
		"spec: {a}\n":            "spec: {a: null}\n",
		"spec: {a: , b: ~}\n":    "spec: {a: null, b: ~}\n",
		"spec: [{a: }, [b: ]]\n": "spec: [{a: null}, [{b: null}]]\n",
		"spec: {a: ''}\n":        "spec: {a: ''}\n",
		"spec:\nlast:\n- \n":     "spec:\nlast:\n-\n",
	} {
		o := one(t, head+in)
		if got := yamlOf(t, o); got != head+want {
			t.Errorf("%q was written as\n%s", in, got)
		}
		if again := one(t, yamlOf(t, o)); !Equal(o, again) {
			t.Errorf("%q came back as %s", in, again.JSON())
		}
	}
}

func TestANullOfABlockThatIsPutIntoBracesStaysANull(t *testing.T) {
	o := one(t, "apiVersion: v1\nkind: X\nmetadata: {name: x}\nblock:\n  a:\nflow: {in: {}}\n")
	o.At("flow", "in").Put("here", o.At("block"))
	if again := one(t, yamlOf(t, o)); !again.At("flow", "in", "here", "a").IsNull() {
		t.Errorf("came back as %s", again.JSON())
	}
}

func TestAFoldedTextWithAnIndentedLineKeepsItsLines(t *testing.T) {
	for _, in := range []string{"a\n   b\n  c", "a\n  \tb", "a\n  \n  b", "a\n\n   b\n\n  c\n"} {
		o := one(t, "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: >-\n  "+in+"\n")
		if again := one(t, yamlOf(t, o)); !Equal(o, again) {
			t.Errorf("%s came back as %s", o.JSON(), again.JSON())
		}
	}
}

func TestADeepNullIsWrittenFast(t *testing.T) {
	o := one(t, "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: "+strings.Repeat("[", 150)+"{a: }"+strings.Repeat("]", 150)+"\n")
	if again := one(t, yamlOf(t, o)); !Equal(o, again) {
		t.Errorf("came back as %s", again.JSON())
	}
}

func TestWhatJSONCannotHoldIsAText(t *testing.T) {
	if got := string(one(t, "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: [.inf, .nan, !!binary aGk=, !own x]\n").JSON()); !strings.HasSuffix(got, `"spec":[".inf",".nan","aGk=","x"]}`) {
		t.Error(got)
	}
}

func TestSeveralObjectsAreAStreamInYAMLAndAListInJSON(t *testing.T) {
	a, b := New("v1", "A", "", "a"), New("v1", "B", "", "b")
	if got, want := yamlOf(t, a, b), "apiVersion: v1\nkind: A\nmetadata:\n  name: a\n---\napiVersion: v1\nkind: B\nmetadata:\n  name: b\n"; got != want {
		t.Errorf("YAML\n%s", got)
	}
	for _, objects := range [][]*Object{nil, {a}, {a, b}} {
		var out bytes.Buffer
		if err := WriteJSON(&out, objects); err != nil || !json.Valid(out.Bytes()) {
			t.Fatalf("%v\n%s", err, out.String())
		}
		if got := read(t, out.String()); len(got) != len(objects) {
			t.Errorf("%d objects of %d came back", len(got), len(objects))
		}
		if got := read(t, yamlOf(t, objects...)); len(got) != len(objects) {
			t.Errorf("%d objects of %d came back", len(got), len(objects))
		}
	}
}

func TestCommentsAndTheOrderOfKeysSurviveAnEdit(t *testing.T) {
	in := `# about the route
apiVersion: g/v1
kind: HTTPRoute # a line comment
metadata:
  name: x
  # about the labels
  labels: {z: "1", a: 'two'}
spec:
  rules:
  # about the first rule
  - name: reads
    timeout: 5s # why 5s
    matches: []
  - name: writes # about the second
status: {}
# at the end
`
	o := one(t, in)
	if got := yamlOf(t, o); got != in {
		t.Errorf("unedited:\n%s", got)
	}
	c := o.Clone()
	first := c.At("spec", "rules").Index(0)
	first.Put("timeout", "7s")
	first.Put("retry", Map("attempts", 3))
	c.Root().Remove("status")
	want := strings.NewReplacer("5s # why", "7s # why", "    matches: []\n", "    matches: []\n    retry:\n      attempts: 3\n", "status: {}\n# at the end\n", "").Replace(in)
	if got := yamlOf(t, c); got != want {
		t.Errorf("edited:\n%s\nwant\n%s", got, want)
	}
	if got := yamlOf(t, o); got != in {
		t.Errorf("the original became\n%s", got)
	}
}

func TestATextThatIsNotUTF8CannotBeWritten(t *testing.T) {
	if err := WriteYAML(&bytes.Buffer{}, []*Object{New("v1", "X", "", "a\xff")}); err == nil {
		t.Error("it was written")
	}
}

func FuzzRead(f *testing.F) {
	head := "apiVersion: v1\nkind: X\nmetadata: {name: x}\n"
	for _, in := range []string{
		head, head + "---\n" + head, `{"apiVersion":"v1","kind":"List","items":[]}`,
		head + "spec: &a {k: [1, 0x10, 1.5, true, ~, 2026-01-01, !!binary aGk=, !own x]}\nb: *a\nc: {<<: *a}\n",
		head + "# c\nspec: |\n  text\n   more\nb: >-\n  folded\n  text\n# end\n", "\ufeff" + head + "...\n---\n", head + "? a\n: b\n\"on\": off\n1: 2\n",
	} {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		objects, err := Read(bytes.NewReader(in), "in.yaml")
		if err != nil {
			return
		}
		var asYAML, asJSON bytes.Buffer
		if err := WriteYAML(&asYAML, objects); err != nil {
			t.Fatal(err)
		}
		again, err := Read(&asYAML, "again.yaml")
		if err != nil || len(again) != len(objects) {
			t.Fatalf("%d objects of %d came back: %v", len(again), len(objects), err)
		}
		for i, o := range objects {
			if !Equal(o, again[i]) {
				t.Fatalf("%s came back as %s", o.JSON(), again[i].JSON())
			}
		}
		if err := WriteJSON(&asJSON, objects); err != nil {
			t.Fatal(err)
		}
		if back, err := Read(&asJSON, "again.json"); err != nil || len(back) != len(objects) {
			t.Fatalf("%d objects of %d came back from JSON: %v", len(back), len(objects), err)
		}
	})
}
