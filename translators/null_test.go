package translators_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/impact"
)

// TestANullIsAFieldThatIsNotThere gives each object of a world every field that
// others of its kind have, as a null, which the API server drops: what requests get
// must stay the same.
func TestANullIsAFieldThatIsNotThere(t *testing.T) {
	type world struct {
		setting
		name    string
		objects *manifest.Set
	}
	var worlds []world
	keys := map[string]map[string]bool{} // by kind and path
	for _, in := range inputs(t, 0) {
		for _, s := range settings() {
			if s.name != s.Profile().Name { // in other versions and forms too much is the same
				continue
			}
			plan := in.plan()
			w := plan.World.With(translators.Run(s.Target, plan, s.Settings, false).Objects...)
			worlds = append(worlds, world{s, in.name, w})
			for _, o := range w.All() {
				gather(keys, o.ID().Group+"/"+o.ID().Kind, o.Root())
			}
		}
	}
	added := 0
	for _, w := range worlds {
		for _, o := range w.objects.All() {
			if schema.Ours(o) {
				continue
			}
			c := o.Clone()
			path := ""
			fill(keys, o.ID().Group+"/"+o.ID().Kind, c.Root(), func(at string) bool { added++; return true })
			if len(impact.Of(w.Target, w.objects, w.objects.With(c), w.Settings)) == 0 {
				continue
			}
			for n := range added { // which of them is it
				c, left := o.Clone(), n
				fill(keys, o.ID().Group+"/"+o.ID().Kind, c.Root(), func(at string) bool {
					if left--; left == -1 {
						path = at
					}
					return left == -1
				})
				if left >= 0 {
					break
				}
				if found := impact.Of(w.Target, w.objects, w.objects.With(c), w.Settings); len(found) > 0 {
					t.Errorf("%s: %s: with a null as %s of %s %s", w.setting.name, w.name, path, o.ID(), found[0])
				}
			}
		}
	}
	if added < 1000 {
		t.Errorf("%d nulls were added: more are expected", added)
	}
}

func gather(keys map[string]map[string]bool, path string, v manifest.Value) {
	for key, value := range v.Fields() {
		if keys[path] == nil {
			keys[path] = map[string]bool{}
		}
		keys[path][key.Text()] = true
		gather(keys, path+"."+key.Text(), value)
	}
	for _, item := range v.Items() {
		gather(keys, path+"[]", item)
	}
}

var null = func() manifest.Value {
	objects, err := manifest.Read(strings.NewReader("apiVersion: v1\nkind: A\nmetadata: {name: a}\nvalue: null"), "")
	if err != nil {
		panic(err)
	}
	return objects[0].At("value")
}()

// fill adds nulls where a tree has no such field, those that are wanted.
func fill(keys map[string]map[string]bool, path string, v manifest.Value, wanted func(path string) bool) {
	for key, value := range v.Fields() {
		fill(keys, path+"."+key.Text(), value, wanted)
	}
	for _, item := range v.Items() {
		fill(keys, path+"[]", item, wanted)
	}
	for _, key := range slices.Sorted(maps.Keys(keys[path])) {
		if v.IsMap() && !v.At(key).Exists() && wanted(path+"."+key) {
			v.Put(key, null)
		}
	}
}
