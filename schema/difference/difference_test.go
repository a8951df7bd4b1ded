package difference

import (
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/normal"
)

func read(t *testing.T, text string) []*manifest.Object {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(text), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

const route = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: a, namespace: b, annotations: {konghq.com/x: "1"}}
spec:
  hostnames: [a.example]
  rules:
  - {name: one, backendRefs: [{name: s, port: 80}]}
  - {name: two, backendRefs: [{name: s, port: 80}]}
`

func TestFieldsNameWhatDiffersByPath(t *testing.T) {
	for _, c := range []struct{ about, old, new, want string }{
		{"a number in a named item", "{name: two, backendRefs: [{name: s, port: 80}]}", "{name: two, backendRefs: [{name: s, port: 81}]}",
			`spec.rules[?(@.name=="two")].backendRefs[?(@.name=="s")].port 80 81`},
		{"a list of scalars", "[a.example]", "[a.example, b.example]", `spec.hostnames ["a.example"] ["a.example", "b.example"]`},
		{"an annotation", `{konghq.com/x: "1"}`, `{konghq.com/x: "2"}`, `metadata.annotations["konghq.com/x"] "1" "2"`},
		{"a field that is new", "hostnames:", "more: [x]\n  hostnames:", `spec.more - ["x"]`},
		{"the order of rules", "  - {name: one, backendRefs: [{name: s, port: 80}]}\n  - {name: two, backendRefs: [{name: s, port: 80}]}",
			"  - {name: two, backendRefs: [{name: s, port: 80}]}\n  - {name: one, backendRefs: [{name: s, port: 80}]}", `spec.rules[*].name ["one", "two"] ["two", "one"]`},
	} {
		other := strings.Replace(route, c.old, c.new, 1)
		list := Of(read(t, route), read(t, other), normal.Options{})
		if len(list) != 1 || list[0].Change() != "changed" {
			t.Errorf("%s: %d differences", c.about, len(list))
			continue
		}
		var got []string
		for _, f := range list[0].Fields() {
			got = append(got, f.Path+" "+Inline(f.From)+" "+Inline(f.To))
		}
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%s:\n%s\nand %s is expected", c.about, strings.Join(got, "\n"), c.want)
		}
	}
}

func TestAnObjectThatOneSideLacksIsAddedOrRemoved(t *testing.T) {
	objects := read(t, route)
	for _, c := range []struct {
		from, to []*manifest.Object
		want     string
	}{{nil, objects, "added"}, {objects, nil, "removed"}} {
		list := Of(c.from, c.to, normal.Options{})
		if len(list) != 1 || list[0].Change() != c.want {
			t.Fatalf("%v, and one that is %s is expected", list, c.want)
		}
		var out strings.Builder
		if err := list[0].WriteText(&out, "old", "new"); err != nil || !strings.Contains(out.String(), "no HTTPRoute b/a\n") {
			t.Errorf("%v\n%s", err, out.String())
		}
	}
	if list := Of(objects, objects, normal.Options{}); len(list) != 0 {
		t.Errorf("an object differs from itself: %v", list[0].Fields())
	}
}
