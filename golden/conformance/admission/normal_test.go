package admission

import (
	"bytes"
	"encoding/json"
	"testing"

	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"retryctl.dev/golden/conformance/input"
	"retryctl.dev/schema/difference"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
)

// defaulted gives an object as the server stores it; nil without a CRD for it.
func (s *Server) defaulted(t *testing.T, o *manifest.Object) *manifest.Object {
	t.Helper()
	var tree map[string]any
	if err := utiljson.Unmarshal(o.JSON(), &tree); err != nil {
		t.Fatal(err)
	}
	r := s.kinds[kind{tree["apiVersion"].(string), tree["kind"].(string)}]
	if r == nil {
		return nil
	}
	defaulting.Default(tree, r.structural)
	raw, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := manifest.Read(bytes.NewReader(raw), "server.json")
	if err != nil || len(objects) != 1 {
		t.Fatalf("%d objects, %v", len(objects), err)
	}
	return objects[0]
}

// TestNoDefaultOfTheServerIsADifference compares the output of every golden case,
// and of random ones, with what the API server makes of it.
func TestNoDefaultOfTheServerIsADifference(t *testing.T) {
	cases, err := input.Golden("../../cases")
	if err != nil {
		t.Fatal(err)
	}
	for n := range uint64(100) {
		cases = append(cases, one(t, n))
	}
	for _, g := range translators.All() {
		filled := 0
		for _, in := range cases {
			result, s := in.Run(g, nil)
			opts := translators.All().Normal()
			opts.StanzaDefaults = g.Profile().Standard && s.Version.AtLeast(1, 7)
			// The input's own objects have defaults that the output has not.
			for _, o := range in.Plan.World.With(result.Objects...).All() {
				stored := server(t, g.Profile().Name, s).defaulted(t, o)
				if stored == nil {
					continue
				}
				if !manifest.Equal(o, stored) {
					filled++
				}
				for _, d := range difference.Of([]*manifest.Object{o}, []*manifest.Object{stored}, opts) {
					for _, f := range d.Fields() {
						t.Errorf("%s: %s: %s: %s is %s, and the server stores %s", in.Name, g.Profile().Name, d.ID, f.Path, difference.Inline(f.From), difference.Inline(f.To))
					}
				}
			}
		}
		t.Logf("%s: the server fills something in for %d objects", g.Profile().Name, filled)
		if filled == 0 {
			t.Errorf("%s: the server fills nothing in", g.Profile().Name)
		}
	}
}

// TestTheTableHasEveryDefaultOfTheServer takes every default out of the CRDs, at
// its path, by having the server fill in an object that has everything around it.
func TestTheTableHasEveryDefaultOfTheServer(t *testing.T) {
	for _, g := range translators.All() {
		s := gateway.Defaults(g.Profile())
		opts := translators.All().Normal()
		opts.StanzaDefaults = g.Profile().Standard
		tried := 0
		for k, r := range server(t, g.Profile().Name, s).kinds {
			if !opts.Knows(k.apiVersion, k.kind) {
				continue
			}
			tree := around(r.structural)
			tree["apiVersion"], tree["kind"], tree["metadata"] = k.apiVersion, k.kind, map[string]any{"name": "a", "namespace": "b"}
			delete(tree, "status")
			raw, err := json.Marshal(tree)
			if err != nil {
				t.Fatal(err)
			}
			objects, err := manifest.Read(bytes.NewReader(raw), "around.json")
			if err != nil {
				t.Fatal(err)
			}
			stored := server(t, g.Profile().Name, s).defaulted(t, objects[0])
			if !manifest.Equal(objects[0], stored) {
				tried++
			}
			for _, d := range difference.Of(objects, []*manifest.Object{stored}, opts) {
				for _, f := range d.Fields() {
					t.Errorf("%s %s: %s: %s is %s, and the server stores %s", k.apiVersion, k.kind, g.Profile().Name, f.Path, difference.Inline(f.From), difference.Inline(f.To))
				}
			}
		}
		if tried == 0 {
			t.Errorf("%s: no kind of the table has a default", g.Profile().Name)
		}
	}
}
