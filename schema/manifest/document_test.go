package manifest

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func documentsOf(t *testing.T, text string) []Document {
	t.Helper()
	documents, err := ReadDocuments(strings.NewReader(text), "in.yaml")
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return documents
}

func same(o *Object) *Object { return o }

// object is one that needs a name only.
func object(name string) string { return "apiVersion: v1\nkind: X\nmetadata: {name: " + name + "}\n" }

func TestTheTextsOfAllDocumentsAreTheStream(t *testing.T) {
	a, b := object("a"), object("b")
	block := "apiVersion: v1\nkind: X\nmetadata: {name: c}\ndata: |\n  ---\n  # no comment\n  ...\n"
	for _, c := range []struct {
		about, in string
		texts     []string // beside one another, the names of the objects in each
	}{
		{"nothing", "", nil},
		{"a comment", "# a\n", []string{""}},
		{"one", a, []string{"a"}},
		{"one without a line end", strings.TrimSpace(a), []string{"a"}},
		{"two", a + "---\n" + b, []string{"a", "b"}},
		{"markers everywhere", "---\n---\n" + a + "---\n# none\n---\n\n---\n" + b + "---\n", []string{"", "a", "", "", "b", ""}},
		{"comments on and around markers", "# license\n--- # first\n# Source: a\n" + a + "--- # second\n" + b, []string{"", "a", "b"}},
		{"ends of documents", a + "...\n# between\n---\n" + b + "...\n", []string{"a", "", "b"}},
		{"a value beside its marker", "--- {apiVersion: v1, kind: X, metadata: {name: a}}\n--- \t\n" + b, []string{"a", "b"}},
		{"directives", "# c\n%YAML 1.1\n---\n" + a + "...\n%YAML 1.1\n# d\n---\n" + b, []string{"a", "b"}},
		{"no markers in block texts", block + "---\n" + b, []string{"c", "b"}},
		{"no markers without a space", a + "data: &x\n  ---x: y\n---\n" + b, []string{"a", "b"}},
		{"a mark of UTF-8", "\ufeff" + a, []string{"a"}},
		{"a List", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: X, metadata: {name: a}}\n- {apiVersion: v1, kind: X, metadata: {name: b}}\n", []string{"a b"}},
		{"JSON", "{\"apiVersion\": \"v1\", \"kind\": \"X\",\n\"metadata\": {\"name\": \"a\"}}\n", []string{"a"}},
		{"JSON between YAML", a + "---\n{\"apiVersion\": \"v1\", \"kind\": \"X\", \"metadata\": {\"name\": \"b\"}}\n---\n" + a, []string{"a", "b", "a"}},
		{"old line ends", strings.ReplaceAll(a+"---\n"+b, "\n", "\r"), []string{"a", "b"}},
		{"a quoted text that looks like a comment", "apiVersion: v1\nkind: X\nmetadata: {name: a}\ndata: \"x\n# y\"\n", []string{"a"}},
	} {
		for in, about := range map[string]string{c.in: c.about, strings.ReplaceAll(c.in, "\n", "\r\n"): c.about + ", from Windows"} {
			var all bytes.Buffer
			var got []string
			for _, d := range documentsOf(t, in) {
				text, err := d.Text(same)
				if err != nil {
					t.Fatal(err)
				}
				all.Write(text)
				var names []string
				for _, o := range d.Objects {
					names = append(names, o.ID().Name)
				}
				got = append(got, strings.Join(names, " "))
			}
			if all.String() != strings.TrimPrefix(in, "\ufeff") {
				t.Errorf("%s: of\n%q\nthere is\n%q", about, in, all.String())
			}
			if strings.Join(got, ",") != strings.Join(c.texts, ",") || len(got) != len(c.texts) {
				t.Errorf("%s: got %q and %q is expected", about, got, c.texts)
			}
		}
	}
}

func TestObjectsHaveTheirPlaceInTheWholeStream(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r", "\u2028"} {
		in := strings.ReplaceAll("# license\n\n---\n# Source: a\n\n"+object("a")+"# end\n---\n"+object("b")+"...\n%YAML 1.1\n---\n"+object("c"), "\n", end)
		all, err := Read(strings.NewReader(in), "in.yaml")
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range documentsOf(t, in) {
			for _, o := range d.Objects {
				if name := all[0].At("metadata", "name"); o.At("metadata", "name").Line() != name.Line() || o.ID().Name != name.Text() || o.File != "in.yaml" {
					t.Errorf("with %q: %s is in %s:%d, and %s in line %d", end, o.ID(), o.File, o.Root().Line(), all[0].ID(), all[0].Root().Line())
				}
				all = all[1:]
			}
		}
		if len(all) > 0 {
			t.Errorf("with %q: %d objects are left", end, len(all))
		}
	}
}

// textsWith gives a stream in which the object b has another name, and c is gone.
func textsWith(t *testing.T, in string) string {
	t.Helper()
	var out strings.Builder
	for _, d := range documentsOf(t, in) {
		text, err := d.Text(func(o *Object) *Object {
			switch o.ID().Name {
			case "b":
				o = o.Clone()
				o.At("metadata").Put("name", "edited")
			case "c":
				return nil
			}
			return o
		})
		if err != nil {
			t.Fatal(err)
		}
		out.Write(text)
	}
	return out.String()
}

func TestAnEditKeepsTheCommentsAroundTheValue(t *testing.T) {
	const head = "# license\n\n---\n# Source: chart/templates/b.yaml\n\n# About b.\n\n"
	const body = "apiVersion: v1 # the version\n# of what kind\nkind: X\nmetadata: {name: b}\ndata:\n  # inside\n  a: 1\n  # below\n"
	const tail = "# end\n\n# end of all\n"
	got := textsWith(t, head+body+tail)
	want := head + strings.Replace(body, "{name: b}", "{name: edited}", 1) + tail
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestADocumentIsEditedOrTakenOutInItsPlace(t *testing.T) {
	a, b, c, edited := object("a"), object("b"), object("c"), object("edited")
	flow := "{apiVersion: v1, kind: X, metadata: {name: %}}"
	list := func(names ...string) string {
		text := "apiVersion: v1\n# the items\nitems: # of a List\n"
		for _, name := range names {
			text += "# about " + name + "\n- " + strings.Replace(flow, "%", name, 1) + "\n"
		}
		return text + "kind: List\nmetadata: {resourceVersion: \"\"}\n"
	}
	json := "{\"apiVersion\": \"v1\", \"kind\": \"X\", \"metadata\": {\"name\": \"b\", \"a\": \"\\/ \\ud83d\\ude00\"}}\n"
	for _, one := range []struct{ about, in, want string }{
		{"one of three", a + "---\n" + b + "---\n" + a, a + "---\n" + edited + "---\n" + a},
		{"one is taken out", a + "---\n# Source: c\n" + c + "---\n" + b, a + "---\n" + edited},
		{"beside its marker", "--- " + strings.Replace(flow, "%", "b", 1) + "\n", "---\n" + strings.Replace(flow, "%", "edited", 1) + "\n"},
		{"with an end", "---\n" + b + "...\n---\n" + a, "---\n" + edited + "...\n---\n" + a},
		{"with directives", "%YAML 1.1\n---\n" + b, edited},
		{"a directive without an end before it", a + "%YAML 1.1\n---\n" + b, a + "---\n" + edited},
		{"from Windows", strings.ReplaceAll(a+"---\n# b\n"+b+"# e\n", "\n", "\r\n"), strings.ReplaceAll(a+"---\n# b\n", "\n", "\r\n") + edited + "# e\r\n"},
		{"in a List", list("a", "b", "c"), strings.Replace(list("a", "edited"), "about edited", "about b", 1)},
		{"out of a List", list("c", "a"), list("a")},
		{"all of a List", "---\n" + list("c", "c"), ""},
		{"a List that stays empty", "apiVersion: v1\nkind: List\nitems: []\n", "apiVersion: v1\nkind: List\nitems: []\n"},
		{"in a List of Lists", "kind: List\napiVersion: v1\nitems:\n- {kind: XList, apiVersion: v1, items: [" + strings.Replace(flow, "%", "c", 1) + "]}\n- " + strings.Replace(flow, "%", "b", 1) + "\n",
			"kind: List\napiVersion: v1\nitems:\n- {kind: XList, apiVersion: v1, items: []}\n- " + strings.Replace(flow, "%", "edited", 1) + "\n"},
		{"in JSON", json, "{\"apiVersion\": \"v1\", \"kind\": \"X\", \"metadata\": {\"name\": edited, \"a\": \"/ \\U0001F600\"}}\n"},
		{"a quoted text that looks like a comment", b + "data: \"x\n# y\"\n", edited + "data: \"x # y\"\n"},
		{"blank lines at the end of a text", b + "data: |+\n  x\n\n\n# e\n", edited + "data: |+\n  x\n\n\n# e\n"},
	} {
		if got := textsWith(t, one.in); got != one.want {
			t.Errorf("%s: got\n%s\nwant\n%s", one.about, got, one.want)
		}
	}
}

func TestWhatCannotBeReadIsRefusedWithItsPlace(t *testing.T) {
	for in, want := range map[string]string{
		object("a") + "---\na: [\n":          "in.yaml:",
		object("a") + "---\na: b\n":          "in.yaml:5:1: not a Kubernetes object: apiVersion or kind is missing",
		object("a") + "---\nx: {a: 1, a: 2}": "in.yaml:5:11: key \"a\" stands twice",
		"\xff":                               "in.yaml: not a text file: YAML and JSON in UTF-8 are read",
	} {
		if _, err := ReadDocuments(strings.NewReader(in), "in.yaml"); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestAStreamIsPutTogetherSoThatItReadsAsItsParts(t *testing.T) {
	a := object("a")
	open := a + "data: |\n  x"
	for _, parts := range [][]string{
		{a, a}, {"---\n" + a, "---\n" + a}, {strings.TrimSpace(a), a}, {a, "# license\n" + a}, {a, "# license\n---\n" + a},
		{a, "%YAML 1.1\n---\n" + a}, {a + "...\n", a}, {a + "...", "# c\n%YAML 1.1\n---\n" + a}, {a, "", a}, {"", a}, {"# only\n", a},
		{a, "{\"apiVersion\": \"v1\",\n\"kind\": \"X\"}", a}, {open, a}, {open + "\n", a}, {"---\n" + open, open, open},
		{a + "data: |+\n  x\n", "\n\n# license\n---\n" + a}, {a, "# only a comment", a}, {"\ufeff" + a, "\ufeff" + a},
	} {
		var want []*Object
		var stream []byte
		for _, part := range parts {
			objects, err := Read(strings.NewReader(part), "")
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, objects...)
			for _, d := range documentsOf(t, part) {
				text, err := d.Text(same)
				if err != nil {
					t.Fatal(err)
				}
				stream = AppendDocument(stream, text)
			}
		}
		got, err := Read(bytes.NewReader(stream), "")
		if err != nil || !slices.EqualFunc(got, want, Equal) {
			t.Errorf("%q become\n%s\n%v", parts, stream, err)
		}
	}
}

// TestEveryStreamThatCanBeReadCanBeTakenApart puts pieces together at random: what
// Read takes has the same objects, and the same bytes, as documents.
func TestEveryStreamThatCanBeReadCanBeTakenApart(t *testing.T) {
	pieces := []string{
		object("a"), object("b"), "---\n", "---\n", "--- # c\n", "--- ", "...\n", "# c\n", "  # c\n", "\n", " \n", "%YAML 1.1\n", "%", "\r\n", "\r", "\u2028", "\u0085",
		"data: |\n  x\n", "data: |+\n  x\n\n", "data: \"x\n# y\"\n", "more: 'a\n---x'\n", "x: >\n  # y\n", "---x: y\n", "\t", "{}", "null\n", "apiVersion: v1\nkind: List\nitems: []\n",
		"{\"apiVersion\": \"v1\", \"kind\": \"X\"}", "\ufeff", "x: &a {y: z}\nw: *a\n", "list:\n- |\n ---\n", "'\n", "\"\n",
	}
	random := rand.New(rand.NewPCG(1, 2))
	readable := 0
	for range 10_000 {
		var in strings.Builder
		for range random.IntN(9) {
			in.WriteString(pieces[random.IntN(len(pieces))])
		}
		want, err := Read(strings.NewReader(in.String()), "")
		if err != nil {
			if _, err := ReadDocuments(strings.NewReader(in.String()), ""); err == nil {
				t.Errorf("%q is read only in parts", in.String())
			}
			continue
		}
		documents, err := ReadDocuments(strings.NewReader(in.String()), "")
		if err != nil {
			t.Errorf("%q: %v", in.String(), err)
			continue
		}
		readable++
		var got []*Object
		var text []byte
		for _, d := range documents {
			one, err := d.Text(same)
			if err != nil {
				t.Fatal(err)
			}
			text, got = append(text, one...), append(got, d.Objects...)
		}
		open := strings.HasSuffix(in.String(), "x") // of a block text that had to be closed
		if !slices.EqualFunc(got, want, Equal) || !open && string(text) != strings.TrimPrefix(in.String(), "\ufeff") {
			t.Errorf("%q becomes %q, with %d objects and %d are expected", in.String(), text, len(got), len(want))
		}
	}
	if readable < 1500 {
		t.Errorf("only %d streams could be read", readable)
	}
}
