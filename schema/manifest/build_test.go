package manifest

import (
	"strings"
	"testing"
)

func jsonOf(v Value) string {
	var out strings.Builder
	if err := WriteJSON(&out, []*Object{{root: v.node}}); err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(out.String()), "")
}

func TestMapsAndListsTakeEveryKindOfValue(t *testing.T) {
	v := Map(
		"text", "a", "bool", true, "int", 1, "int32", int32(2), "int64", int64(3), "float", 1.5, "whole", 2.0,
		"texts", []string{"x", "y"}, "ints", []int{4, 5}, "values", []Value{Map("k", "v"), List()},
		"map", Map("a", List(1, "b", false)), "left out", Value{}, "empty", Map(), "none", ListOf[string](nil),
	)
	want := `{"text":"a","bool":true,"int":1,"int32":2,"int64":3,"float":1.5,"whole":2,"texts":["x","y"],"ints":[4,5],` +
		`"values":[{"k":"v"},[]],"map":{"a":[1,"b",false]},"empty":{},"none":[]}`
	if got := jsonOf(v); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAValueOfAnotherTypeIsAMistakeOfTheCaller(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a channel became YAML")
		}
	}()
	Map("a", make(chan int))
}

func TestPutKeepsThePlaceOfAKeyThatIsThere(t *testing.T) {
	v := Map("a", 1, "b", 2, "c", 3)
	v.Put("b", "new")
	v.Put("d", 4)
	v.Put("a", Value{})
	if got := jsonOf(v); got != `{"a":1,"b":"new","c":3,"d":4}` {
		t.Error(got)
	}
}

func TestRemoveTakesOneKey(t *testing.T) {
	v := Map("a", 1, "b", 2, "c", 3)
	if !v.Remove("b") || v.Remove("b") || v.Remove("none") || List(1).Remove("a") {
		t.Error("what was removed is not what was there")
	}
	if got := jsonOf(v); got != `{"a":1,"c":3}` {
		t.Error(got)
	}
}

func TestItemsAreAppendedInsertedAndRemoved(t *testing.T) {
	v := List("b")
	v.Append("d")
	v.Append(Value{})
	v.Insert(0, "a")
	v.Insert(2, "c")
	v.Insert(4, "e")
	v.Insert(1, Value{})
	if got := jsonOf(v); got != `["a","b","c","d","e"]` {
		t.Fatal(got)
	}
	v.RemoveIndex(4)
	v.RemoveIndex(0)
	if got := jsonOf(v); got != `["b","c","d"]` {
		t.Error(got)
	}
}

func TestMakeBuildsWhatIsMissingAndReplacesWhatIsInTheWay(t *testing.T) {
	v := Map("a", Map("kept", true), "text", "x", "null", Map())
	v.Make("a", "b", "c").Put("k", 1)
	v.Make("text", "below").Put("k", 2)
	if v.Make().node != v.node {
		t.Error("a walk without keys goes somewhere")
	}
	if got := jsonOf(v); got != `{"a":{"kept":true,"b":{"c":{"k":1}}},"text":{"below":{"k":2}},"null":{}}` {
		t.Error(got)
	}
	w := spec(t, "timeouts: null")
	w.Make("timeouts").Put("request", "5s")
	if got := jsonOf(w); got != `{"timeouts":{"request":"5s"}}` {
		t.Error(got)
	}
}

func TestACopyIsDeep(t *testing.T) {
	v := Map("a", List(1))
	c := v.Copy()
	c.At("a").Append(2)
	if jsonOf(v) != `{"a":[1]}` || jsonOf(c) != `{"a":[1,2]}` {
		t.Errorf("%s and %s", jsonOf(v), jsonOf(c))
	}
}

func TestAShallowCopyHasKeysOfItsOwn(t *testing.T) {
	v := Map("a", List(1), "b", 2)
	c := v.Shallow()
	c.Put("b", 3)
	c.Put("c", 4)
	if jsonOf(v) != `{"a":[1],"b":2}` || jsonOf(c) != `{"a":[1],"b":3,"c":4}` || (Value{}).Shallow().Exists() {
		t.Errorf("%s and %s", jsonOf(v), jsonOf(c))
	}
}

func TestListsThatGrowAreWrittenInBlockStyle(t *testing.T) {
	v := spec(t, "methods: [GET]\nmap: {a: 1}\nleft: [x]")
	v.At("methods").Append("PUT")
	v.At("map").Put("b", 2)
	var out strings.Builder
	if err := v.WriteYAML(&out); err != nil {
		t.Fatal(err)
	}
	if want := "methods:\n- GET\n- PUT\nmap:\n  a: 1\n  b: 2\nleft: [x]\n"; out.String() != want {
		t.Errorf("written\n%s", out.String())
	}
}

func TestWhatIsOfAnotherShapeStaysAsItIs(t *testing.T) {
	for _, text := range []string{"{a: x}", "{a: 2147483648}", "{a: null}", "{a: [1]}", "{a: {k: v}}", "{}"} {
		objects, err := Read(strings.NewReader("apiVersion: v1\nkind: K\nmetadata: {name: n}\nspec: "+text), "")
		if err != nil {
			t.Fatal(err)
		}
		v := objects[0].At("spec", "a")
		before := jsonOf(objects[0].At("spec"))
		if !v.IsMap() {
			v.Put("k", 1)
			v.Make("k", "l").Put("m", 1)
			v.Remove("k")
		}
		if !v.IsList() {
			v.Append(1)
			v.Insert(0, 1)
		}
		v.Insert(7, 1)
		v.RemoveIndex(7)
		v.RemoveIndex(-1)
		if got := jsonOf(objects[0].At("spec")); got != before {
			t.Errorf("%s became %s", text, got)
		}
	}
}
