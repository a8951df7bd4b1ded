package undo

import (
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
)

func read(t *testing.T, text string) *manifest.Object {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(text), "test.yaml")
	if err != nil || len(objects) != 1 {
		t.Fatalf("%v\n%s", err, text)
	}
	return objects[0]
}

func print(t *testing.T, o *manifest.Object) string {
	t.Helper()
	var out strings.Builder
	if err := o.WriteYAML(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// written gives what a translation for a target makes of an object, with its mark.
func written(t *testing.T, was *manifest.Object, target, now string) *manifest.Object {
	t.Helper()
	edited := read(t, now)
	edited.Original = was
	Mark(target, manifest.NewSet([]*manifest.Object{was}), []*manifest.Object{edited}, everyForm(t))
	return edited
}

const untouched = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: a
spec:
  rules:
  - backendRefs:
    - name: s
      port: 80
  - name: two
    timeouts:
      request: 3s
    backendRefs:
    - name: t
      port: 80
`

// edits are what translations do to the route, and what others do then.
const edited = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: a
  annotations:
    konghq.com/plugins: ours
spec:
  rules:
  - backendRefs:
    - name: s
      port: 80
    filters:
    - type: ExtensionRef
      extensionRef:
        group: traefik.io
        kind: Middleware
        name: retry
  - name: two
    backendRefs:
    - name: t
      port: 80
  - name: two-retryable
    backendRefs:
    - name: t
      port: 80
`

func TestAnEditIsTakenBackWhateverWasAddedBesideIt(t *testing.T) {
	for _, c := range []struct{ about, from, to, want, stuck string }{
		{about: "nothing"},
		{about: "defaults of the API server", from: "name: t\n      port: 80\n  - name: two-", to: "name: t\n      port: 80\n      weight: 1\n  - name: two-",
			want: strings.Replace(untouched, "name: t\n      port: 80\n", "name: t\n      port: 80\n      weight: 1\n", 1)},
		{about: "defaults in what was written", from: "retryable\n    backendRefs:\n    - name: t", to: "retryable\n    backendRefs:\n    - weight: 1\n      group: ''\n      name: t"},
		{about: "another annotation", from: "    konghq", to: "    other: x\n    konghq", want: strings.Replace(untouched, "  name: a\n", "  name: a\n  annotations:\n    other: x\n", 1)},
		{about: "another plugin", from: "plugins: ours", to: "plugins: ours, theirs",
			want: strings.Replace(untouched, "  name: a\n", "  name: a\n  annotations:\n    konghq.com/plugins: theirs\n", 1)},
		{about: "another filter", from: "    filters:\n", to: "    filters:\n    - type: URLRewrite\n",
			want: strings.Replace(untouched, "      port: 80\n  - name: two\n", "      port: 80\n    filters:\n    - type: URLRewrite\n  - name: two\n", 1)},
		{about: "a rule before", from: "  rules:\n", to: "  rules:\n  - name: zero\n", want: strings.Replace(untouched, "  rules:\n", "  rules:\n  - name: zero\n", 1)},
		{about: "another backend in the rule that was split", from: "    - name: t\n      port: 80\n  - name: two-", to: "    - name: u\n      port: 80\n  - name: two-",
			want: strings.Replace(untouched, "name: t\n", "name: u\n", 1)},
		{about: "a filter in the new rule", from: "  - name: two-retryable\n", to: "  - name: two-retryable\n    filters:\n    - type: URLRewrite\n",
			want:  untouched + "  - name: two-retryable\n    filters:\n    - type: URLRewrite\n    backendRefs:\n    - name: t\n      port: 80\n",
			stuck: "spec.rules[two-retryable]"},
		{about: "another timeout in the place of what was taken out", from: "  - name: two\n", to: "  - name: two\n    timeouts:\n      request: 9s\n",
			want: strings.Replace(untouched, "3s", "9s", 1), stuck: "spec.rules[two].timeouts"},
		{about: "all of it undone by hand", from: edited[strings.Index(edited, "    filters"):], to: untouched[strings.Index(untouched, "  - name: two"):]},
	} {
		marked := print(t, written(t, read(t, untouched), "kong", edited))
		changed := strings.Replace(marked, c.from, c.to, 1)
		if c.from != "" && changed == marked {
			t.Fatalf("%s: nothing was changed in\n%s", c.about, marked)
		}
		given := read(t, changed)
		taken := TakeBack([]*manifest.Object{given}, []string{"kong"}, everyForm(t))
		if c.want == "" {
			c.want = untouched
		}
		if got := print(t, taken.Objects[0]); got != c.want {
			t.Errorf("%s:\n%s\nbecomes\n%s\nand is to be\n%s", c.about, changed, got, c.want)
		}
		if taken.Objects[0].Original != given || print(t, given) != print(t, read(t, changed)) {
			t.Errorf("%s: what was given has changed", c.about)
		}
		switch {
		case c.stuck == "" && len(taken.Findings) > 0, c.stuck != "" && (len(taken.Findings) != 1 || !strings.HasSuffix(taken.Findings[0].Message, " at "+c.stuck)):
			t.Errorf("%s: %v", c.about, taken.Findings)
		}
	}
}

func TestOnlyTheMarksOfTheTargetsCount(t *testing.T) {
	made := read(t, "apiVersion: v1\nkind: Service\nmetadata:\n  name: made\n  annotations:\n    retryctl.dev/undo-kong: delete\n")
	given := written(t, read(t, untouched), "kong", edited)
	objects := []*manifest.Object{made, given}
	if taken := TakeBack(objects, []string{"traefik", "istio"}, everyForm(t)); len(taken.Objects) != 2 || taken.Objects[0] != made || taken.Objects[1] != given || taken.Made != nil {
		t.Errorf("for other targets: %v", taken)
	}
	if taken := TakeBack(objects, []string{"traefik", "kong"}, everyForm(t)); len(taken.Objects) != 1 || len(taken.Made) != 1 || taken.Made[0] != made {
		t.Errorf("for the target: %v", taken)
	}
}

func TestOfTwoEditsTheLaterOneGoesFirst(t *testing.T) {
	for _, order := range [][]string{{"istio", "kong"}, {"kong", "istio"}} {
		was := read(t, "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {x: 1}}")
		now := was
		for n, target := range order {
			next := now.Clone()
			next.At("spec").Put("x", 2+n)
			Mark(target, manifest.NewSet([]*manifest.Object{now}), []*manifest.Object{next}, everyForm(t))
			now = next
		}
		taken := TakeBack([]*manifest.Object{now}, []string{"istio", "kong"}, everyForm(t))
		if !manifest.Equal(taken.Objects[0], was) || len(taken.Findings) > 0 {
			t.Errorf("%v: %s%v", order, print(t, taken.Objects[0]), taken.Findings)
		}
	}
}

func TestAMarkThatIsNoRecordIsSaid(t *testing.T) {
	for _, mark := range []string{"", "x", "[]", "3", `{"spec":`, `"delete"`} {
		o := read(t, untouched)
		o.Root().Make("metadata", "annotations").Put(Annotation("kong"), mark)
		taken := TakeBack([]*manifest.Object{o}, []string{"kong"}, everyForm(t))
		if len(taken.Objects) != 1 || len(taken.Findings) != 1 || print(t, taken.Objects[0]) != untouched {
			t.Errorf("%q: %v\n%s", mark, taken.Findings, print(t, taken.Objects[0]))
		}
	}
}

const plugin = `apiVersion: configuration.konghq.com/v1
kind: KongPlugin
metadata:
  name: ours
  namespace: shop
plugin: pre-function
config:
  access: [one]
`

func TestAnObjectOfOursThatWasChangedSinceIsNamedBeforeItGoes(t *testing.T) {
	made := read(t, plugin)
	Mark("kong", manifest.NewSet(nil), []*manifest.Object{made}, everyForm(t))
	for _, c := range []struct {
		about  string
		change func(root manifest.Value)
		found  int
	}{
		{"as it was written", func(manifest.Value) {}, 0},
		{"what servers and tools write", func(root manifest.Value) {
			root.Make("metadata", "labels").Put("app.kubernetes.io/instance", "shop")
			root.Make("metadata", "labels").Put("team", "pay")
			root.Make("metadata").Put("name", "dev-ours")
			root.Make("metadata").Put("resourceVersion", "12")
			root.Put("status", manifest.Map("conditions", manifest.List()))
		}, 0},
		{"another line of code", func(root manifest.Value) {
			root.Make("config", "access")
			root.At("config").Put("access", []string{"one", "two"})
		}, 1},
		{"one more field", func(root manifest.Value) { root.Put("disabled", true) }, 1},
		{"an older mark, and another field", func(root manifest.Value) {
			root.Put("disabled", true)
			root.At("metadata", "annotations").Put(Annotation("kong"), "delete")
		}, 0},
	} {
		now := made.Clone()
		c.change(now.Root())
		taken := TakeBack([]*manifest.Object{now}, []string{"kong"}, everyForm(t))
		if len(taken.Made) != 1 || len(taken.Objects) != 0 || len(taken.Findings) != c.found {
			t.Errorf("%s: %d made, %d left, %v", c.about, len(taken.Made), len(taken.Objects), taken.Findings)
		}
		if c.found == 1 && strings.Contains(taken.Findings[0].Hint.String(), "left as it is") {
			t.Errorf("%s: it goes, and %q is said", c.about, taken.Findings[0].Hint)
		}
	}
}
