package gateway_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
)

// specOf reads one rule of a route.
func specOf(t *testing.T, rule string) manifest.Value {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader("apiVersion: v1\nkind: R\nmetadata: {name: r}\nspec: {"+rule+"}\n"), "test")
	if err != nil {
		t.Fatal(err)
	}
	return objects[0].At("spec")
}

func key(name, value string) bool { return strings.EqualFold(name, "Key") && value == "ours" }

func TestAHeaderThatIsChangedInAnotherWayAsWellIsNotSet(t *testing.T) {
	const set = "{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: Key, value: ours}, {name: X, value: y}]MORE}}"
	for _, c := range []struct {
		about, more, backend string
		want                 bool
	}{
		{"it is only set", "", "", true},
		{"others are added and removed", ", add: [{name: Other, value: a}], remove: [third]", "", true},
		{"it is removed", ", remove: [X-Debug, key]", "", false},
		{"it is added", ", add: [{name: KEY, value: a}]", "", false},
		{"a backend removes it", "", "{type: RequestHeaderModifier, requestHeaderModifier: {remove: [key]}}", false},
		{"a backend sets it", "", "{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: key, value: x}]}}", false},
		{"a backend changes another", "", "{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: other, value: x}]}}", true},
	} {
		rule := specOf(t, "filters: ["+strings.Replace(set, "MORE", c.more, 1)+"], backendRefs: [{name: a, filters: ["+c.backend+"]}]")
		if name, value, ok := gateway.HeaderSet(rule, key); ok != c.want || ok && (name != "Key" || value != "ours") {
			t.Errorf("%s: %s %s %t", c.about, name, value, ok)
		}
	}
}

func TestSettingAHeaderTakesThePlaceOfWhatWasSetAndAdded(t *testing.T) {
	rule := specOf(t, "filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: kEY, value: a}], add: [{name: key, value: b}, {name: x, value: y}]}}]")
	gateway.SetHeader(rule, "Key", "ours")
	m := rule.At("filters").Index(0).At("requestHeaderModifier")
	if _, _, ok := gateway.HeaderSet(rule, key); !ok || m.At("set").Len() != 1 || m.At("add").Len() != 1 {
		t.Errorf("%d set and %d added, and the header is set: %t", m.At("set").Len(), m.At("add").Len(), ok)
	}
}

func TestAHeaderThatIsRemovedIsNotSet(t *testing.T) {
	for _, text := range []string{
		"filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [key]}}]",
		"backendRefs: [{name: a, filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [key]}}]}]",
	} {
		rule := specOf(t, text)
		before := rule.Copy()
		gateway.SetHeader(rule, "Key", "ours")
		if rule.At("filters").Len() != before.At("filters").Len() || rule.At("filters").Index(0).At("requestHeaderModifier", "set").Exists() {
			t.Errorf("%s: the header is set", text)
		}
	}
}
