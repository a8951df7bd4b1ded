package gateway_test

import (
	"strings"
	"testing"

	"retryctl.dev/golden/input"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
)

func ruleOf(t *testing.T, rule string) manifest.Value {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader("apiVersion: v1\nkind: X\nmetadata: {name: x}\nrule: "+rule+"\n"), "in.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return objects[0].At("rule")
}

func TestAHeaderIsSetOnceWhateverWasThere(t *testing.T) {
	for _, rule := range []string{
		"{}",
		"{filters: []}",
		"{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-Key, value: old}]}}]}",
		"{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {add: [{name: x-key, value: old}]}}]}",
		"{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {add: [{name: x-key, value: a}, {name: other, value: b}], set: [{name: x-key, value: c}, {name: X-KEY, value: d}]}}]}",
		"{filters: [{type: URLRewrite}, {type: RequestHeaderModifier}]}",
	} {
		v := ruleOf(t, rule)
		gateway.SetHeader(v, "X-Key", "new")
		found, modifiers := 0, 0
		for _, f := range v.At("filters").Items() {
			if f.At("type").Text() == "RequestHeaderModifier" {
				modifiers++
			}
			for _, list := range []string{"set", "add"} {
				for _, h := range f.At("requestHeaderModifier", list).Items() {
					if strings.EqualFold(h.At("name").Text(), "x-key") {
						found++
					}
				}
			}
		}
		_, value, ok := gateway.HeaderSet(v, func(name, _ string) bool { return name == "X-Key" })
		if !ok || value != "new" || found != 1 || modifiers != 1 {
			t.Errorf("%s: the header is set to %q, %d times in %d modifiers", rule, value, found, modifiers)
		}
		if strings.Contains(rule, "other") && v.At("filters").Index(0).At("requestHeaderModifier", "add").Len() != 1 {
			t.Errorf("%s: another header was lost", rule)
		}
		if strings.Contains(rule, "URLRewrite") && v.At("filters").Len() != 2 {
			t.Errorf("%s: another filter was lost", rule)
		}
	}
}

func TestOnlyWhatDiffersIsAnEdit(t *testing.T) {
	p := input.Plan(t, routeText("own", "", "", ""), routeText("other", "", "", ""))
	own, other := p.World.All()[0], p.World.All()[1]
	edits := gateway.NewEdits(p.World, gateway.Settings{Split: gateway.SplitAlways})
	edits.Of(other)
	copied := edits.Of(own)
	if copied == own || edits.Of(own) != copied {
		t.Error("an object is not copied once")
	}
	if list := edits.Objects(); len(list) != 0 {
		t.Errorf("nothing was changed, and there are %d edits", len(list))
	}
	if name := gateway.NameRule(copied, 0); name != "rule-0" || gateway.NameRule(copied, 0) != name {
		t.Errorf("the rule is called %s", name)
	}
	if list := edits.Objects(); len(list) != 1 || list[0] != copied || own.At("spec", "rules").Index(0).At("name").Exists() {
		t.Error("the edit is not the changed copy, or the original was changed")
	}
}

func TestAVersionIsReadAsPeopleWriteIt(t *testing.T) {
	for text, want := range map[string]string{"1.9": "1.9", "v1.9": "1.9", "1.9.4": "1.9.4", "v1.9.0": "1.9.0", "1": "", "1.x": "", "1.2.3.4": "", "-1.2": "", "": ""} {
		v, err := gateway.ParseVersion(text)
		if (err != nil) != (want == "") || err == nil && v.String() != want {
			t.Errorf("%q is read as %s, %v", text, v, err)
		}
	}
	if v := (gateway.Version{Major: 1, Minor: 10}); !v.AtLeast(1, 9) || v.AtLeast(2, 0) || !v.Before(gateway.Version{Major: 2}) {
		t.Error("1.10 is not after 1.9 and before 2.0")
	}
}
