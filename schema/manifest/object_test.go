package manifest

import (
	"slices"
	"testing"
)

func TestAnObjectKnowsWhatItIs(t *testing.T) {
	o := one(t, "apiVersion: gateway.networking.k8s.io/v1beta1\nkind: HTTPRoute\nmetadata: {name: a, namespace: shop, annotations: {k: v, n: 3, e: \"\"}}\n")
	if o.ID() != (ID{"gateway.networking.k8s.io", "HTTPRoute", "shop", "a"}) || o.Version() != "v1beta1" || o.ID().String() != "HTTPRoute shop/a" {
		t.Errorf("it is %v of version %s", o.ID(), o.Version())
	}
	if !o.Is("gateway.networking.k8s.io", "HTTPRoute") || o.Is("", "HTTPRoute") || o.Is("gateway.networking.k8s.io", "GRPCRoute") {
		t.Error("it takes itself for something else")
	}
	for key, want := range map[string]string{"k": "v", "n": "3", "e": ""} {
		if got, ok := o.Annotation(key); got != want || !ok {
			t.Errorf("annotation %s is %q, %t", key, got, ok)
		}
	}
	if got, ok := o.Annotation("none"); got != "" || ok {
		t.Error("there is an annotation that is not there")
	}
}

func TestAnObjectWithoutANamespaceIsInTheDefaultOne(t *testing.T) {
	o := one(t, "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n")
	if o.ID() != (ID{"", "Service", "default", "a"}) || o.RawNamespace() != "" || o.Version() != "v1" {
		t.Errorf("it is %v, namespace %q", o.ID(), o.RawNamespace())
	}
}

func TestANewObjectHasOnlyWhatNamesIt(t *testing.T) {
	if got := string(New("g/v1", "X", "n", "a").JSON()); got != `{"apiVersion":"g/v1","kind":"X","metadata":{"name":"a","namespace":"n"}}` {
		t.Error(got)
	}
	if got := string(New("v1", "X", "", "a").JSON()); got != `{"apiVersion":"v1","kind":"X","metadata":{"name":"a"}}` {
		t.Error(got)
	}
}

func TestIDsAreOrderedByNamespaceNameGroupAndKind(t *testing.T) {
	want := []ID{{"z", "Z", "a", "a"}, {"a", "B", "a", "b"}, {"a", "C", "a", "b"}, {"b", "A", "a", "b"}, {"a", "A", "b", "a"}}
	got := []ID{want[3], want[1], want[4], want[0], want[2]}
	slices.SortFunc(got, func(a, b ID) int {
		switch {
		case a.Less(b):
			return -1
		case b.Less(a):
			return 1
		}
		return 0
	})
	if !slices.Equal(got, want) {
		t.Errorf("ordered %v", got)
	}
}

func TestAnEditOfACloneLeavesTheOriginalAlone(t *testing.T) {
	o := one(t, "apiVersion: v1\nkind: X\nmetadata: {name: a}\nspec: {a: {b: [1, {c: d}]}, e: f}\n")
	before := string(o.JSON())
	c := o.Clone()
	if c.Original != o || c.ID() != o.ID() || c.File != o.File || !Equal(c, o) {
		t.Fatal("the clone is another object")
	}
	c.At("spec", "a", "b").Append(2)
	c.At("spec", "a", "b").Index(1).Put("c", "changed")
	c.At("spec", "a").Make("new", "below").Put("k", true)
	c.At("spec").Remove("e")
	if got := string(o.JSON()); got != before {
		t.Errorf("the original became %s", got)
	}
	if got := string(c.JSON()); got != `{"apiVersion":"v1","kind":"X","metadata":{"name":"a"},"spec":{"a":{"b":[1,{"c":"changed"},2],"new":{"below":{"k":true}}}}}` {
		t.Errorf("the clone became %s", got)
	}
	if c.Clone().Original != o {
		t.Error("the clone of a clone has another original")
	}
}

func TestEqualIgnoresOrderQuotingAndComments(t *testing.T) {
	head := "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec:\n  "
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"{a: 1, b: [x, y]}", "{b: [\"x\", 'y'], a: 1} # comment", true},
		{"a: |\n    text", "{a: \"text\\n\"}", true},
		{"{a: 16, b: true, c: ~}", "{a: 0x10, b: True, c: }", true},
		{"{a: 1.50}", "{a: 1.5}", true},
		{"{a: 1}", "{a: \"1\"}", false},
		{"{a: 1}", "{a: 1.0}", false},
		{"{a: 1}", "{a: 2}", false},
		{"{a: true}", "{a: false}", false},
		{"{a: null}", "{}", false},
		{"{a: null}", "{a: \"\"}", false},
		{"{a: {}}", "{a: []}", false},
		{"{a: [x, y]}", "{a: [y, x]}", false},
		{"{a: 1}", "{b: 1}", false},
		{"{a: &x [1], b: *x}", "{a: [1], b: [1]}", true},
		{"{a: !custom x, b: 2001-01-01}", "{a: x, b: \"2001-01-01\"}", true},
		{"{a: !custom x}", "{a: !custom y}", false},
		{"{a: .nan, b: -.Inf}", "{a: \".nan\", b: \"-.Inf\"}", true},
	} {
		a, b := one(t, head+c.a+"\n"), one(t, head+c.b+"\n")
		if Equal(a, b) != c.want || Equal(b, a) != c.want {
			t.Errorf("Equal of %s and %s is not %t", c.a, c.b, c.want)
		}
	}
}

func TestWhatIsNotThereGivesZeroValues(t *testing.T) {
	v := one(t, "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: {text: a, list: [1], none: null}\n").At("spec")
	for _, gone := range []Value{{}, v.At("no"), v.At("text", "below"), v.At("list", "0"), v.At("list").Index(1), v.At("list").Index(-1), v.Index(0), v.At("none", "below")} {
		_, isInt := gone.Int()
		_, isBool := gone.Bool()
		_, isFloat := gone.Float()
		if gone.Exists() || gone.Written() || gone.IsNull() || gone.IsMap() || gone.IsList() || gone.IsScalar() || gone.IsPlain() || isInt || isBool || isFloat ||
			gone.Tag() != "" || gone.Text() != "" || gone.Len() != 0 || gone.Remove("x") || gone.Copy().Exists() {
			t.Errorf("%v is something", gone)
		}
		for range gone.Items() {
			t.Error("it has items")
		}
		for range gone.Fields() {
			t.Error("it has fields")
		}
	}
	if none := v.At("none"); none.Exists() || !none.Written() || !none.IsNull() || none.Text() != "" {
		t.Error("a null is no null")
	}
}

func TestNumbersAreReadInEverySpelling(t *testing.T) {
	for in, want := range map[string]int64{"0": 0, "7": 7, "-3": -3, "+5": 5, "0x1f": 31, "0o17": 15, "017": 15, "0b11": 3, "1_000": 1000, "9223372036854775807": 9223372036854775807} {
		if got, ok := spec(t, "n: "+in).At("n").Int(); got != want || !ok {
			t.Errorf("%s is %d, %t", in, got, ok)
		}
	}
	for _, in := range []string{"\"7\"", "1.5", "1e3", "true", "null", "[1]", "18446744073709551615", "a", "1:30"} {
		if got, ok := spec(t, "n: "+in).At("n").Int(); ok {
			t.Errorf("%s is the number %d", in, got)
		}
	}
	if got, ok := spec(t, "n: 1e3").At("n").Float(); got != 1000 || !ok {
		t.Errorf("1e3 is %v, %t", got, ok)
	}
}
