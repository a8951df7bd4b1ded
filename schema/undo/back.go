package undo

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/normal"
)

// A taking is a record on its way through an object.
type taking struct {
	object *manifest.Object
	opts   normal.Options
	dry    bool // nothing is changed, only counted
	done   int  // places that were taken back
	stuck  []string
}

// mapping takes the changes of a mapping's fields back.
func (t *taking) mapping(m, record manifest.Value, path string) {
	for key, change := range record.Fields() {
		k := key.Text()
		there := join(path, k)
		switch now := m.At(k); {
		case k == named || k == index:
		case isLeaf(change):
			t.leaf(m, k, change, there)
		case change.IsList():
			if now.IsList() {
				t.list(now, change, there)
			}
		case now.IsMap():
			t.mapping(now, change, there)
			if shared(k) && now.Len() == 0 {
				t.do(func() { m.Remove(k) })
			}
		}
	}
}

func isLeaf(change manifest.Value) bool {
	return change.At(wrote).Written() || change.At(had).Written()
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// leaf takes back what was written, taken out or replaced at one key.
func (t *taking) leaf(m manifest.Value, key string, change manifest.Value, path string) {
	now, ours, before := m.At(key), change.At(wrote), change.At(had)
	spot := spot{
		set:    func(v manifest.Value) { m.Put(key, v) },
		remove: func() { m.Remove(key) },
	}
	switch {
	case !now.Written() && ours.Written():
	case !now.Written(): // it was taken out
		t.do(func() { m.PutAt(number(change.At(index)), key, before.Copy()) })
	case open(path) && now.IsMap():
		t.entries(m, key, change, path)
	case !ours.Written():
		t.unless(includes(now, before), path)
	case t.holds(now, ours, spot):
		t.do(func() { spot.restore(before) })
	case now.IsList() && ours.IsList() && !before.Written():
		t.items(m, key, ours)
	case annotation(path) && t.words(m, key, ours, before):
	case before.Written() && includes(now, before):
	default:
		t.stuck = append(t.stuck, path)
	}
}

// A spot is where a value stands.
type spot struct {
	set    func(manifest.Value)
	remove func()
}

func (s spot) restore(before manifest.Value) {
	if before.Written() {
		s.set(before.Copy())
	} else {
		s.remove()
	}
}

func (t *taking) do(change func()) {
	t.done++
	if !t.dry {
		change()
	}
}

func (t *taking) unless(ok bool, path string) {
	if !ok {
		t.stuck = append(t.stuck, path)
	}
}

func number(v manifest.Value) int {
	n, ok := v.Int()
	if !ok || n < 0 || n > 1<<20 {
		return -1
	}
	return int(n)
}

// items takes items out of a list that was not there, and the list if it is empty then.
func (t *taking) items(m manifest.Value, key string, ours manifest.Value) {
	list := m.At(key)
	var gone []int
	for _, item := range ours.Items() {
		for n, now := range list.Items() {
			if !slices.Contains(gone, n) && t.holds(now, item, inList(list, n)) {
				gone = append(gone, n)
				break
			}
		}
	}
	slices.Sort(gone)
	for _, n := range slices.Backward(gone) {
		t.do(func() { list.RemoveIndex(n) })
	}
	if !t.dry && list.Len() == 0 {
		m.Remove(key)
	}
}

// entries takes entries out of a mapping that was not there, or was empty, and puts
// those back that were in one that was taken out.
func (t *taking) entries(m manifest.Value, key string, change manifest.Value, path string) {
	for entry, value := range change.At(wrote).Fields() {
		t.leaf(m.At(key), entry.Text(), manifest.Map(wrote, value), join(path, entry.Text()))
	}
	for entry, value := range change.At(had).Fields() {
		t.leaf(m.At(key), entry.Text(), manifest.Map(had, value), join(path, entry.Text()))
	}
	if before := change.At(had); !t.dry && m.At(key).Len() == 0 {
		spot{func(v manifest.Value) { m.Put(key, v) }, func() { m.Remove(key) }}.restore(before)
	}
}

// list takes the changes of a list's items back. All items are found before the first
// is changed.
func (t *taking) list(items, record manifest.Value, path string) {
	found, taken := make([]int, record.Len()), map[int]bool{}
	for n, change := range record.Items() {
		if found[n] = t.find(items, change, taken); found[n] >= 0 {
			taken[found[n]] = true
		}
	}
	var gone []int
	for n, change := range record.Items() {
		at, ours, before := found[n], change.At(wrote), change.At(had)
		here := fmt.Sprintf("%s[%d]", path, at)
		if name := change.At(named); name.Written() {
			here = fmt.Sprintf("%s[%s]", path, name.Text())
		}
		switch {
		case at < 0:
		case !isLeaf(change):
			t.mapping(items.Index(at), change, here)
		case !t.holds(items.Index(at), ours, inList(items, at)):
			t.stuck = append(t.stuck, here)
		case before.Written():
			t.do(func() { items.Set(at, before.Copy()) })
		default:
			gone = append(gone, at)
		}
	}
	slices.Sort(gone)
	for _, n := range slices.Backward(gone) {
		t.do(func() { items.RemoveIndex(n) })
	}
	for _, change := range record.Items() {
		if before := change.At(had); before.Written() && !change.At(wrote).Written() {
			t.do(func() { items.Insert(min(max(number(change.At(index)), 0), items.Len()), before.Copy()) })
		}
	}
}

// find gives the index of the item that a change is about: the one of its name, or
// one that holds what was written, first where it stood. It is -1 where there is none,
// and where the change puts an item back.
func (t *taking) find(items, change manifest.Value, taken map[int]bool) int {
	if name := change.At(named); name.Written() {
		return byName(items, name.Text())
	}
	if !change.At(wrote).Written() && change.At(had).Written() {
		return -1
	}
	for _, n := range candidates(items, change) {
		if !taken[n] && t.fits(items, n, change) {
			return n
		}
	}
	if first := number(change.At(index)); !isLeaf(change) && first >= 0 && first < items.Len() && !taken[first] {
		return first // which says what is in the way
	}
	return -1
}

// fits reports whether all of a change can be taken back from an item.
func (t *taking) fits(items manifest.Value, n int, change manifest.Value) bool {
	if isLeaf(change) {
		return t.holds(items.Index(n), change.At(wrote), inList(items, n))
	}
	trial := &taking{object: t.object, dry: true}
	trial.mapping(items.Index(n), change, "")
	return trial.done > 0 && len(trial.stuck) == 0
}

func inList(items manifest.Value, n int) spot {
	return spot{set: func(v manifest.Value) { items.Set(n, v) }}
}

// candidates gives the indexes of a list, beginning with the one that a change names.
func candidates(items, change manifest.Value) []int {
	first := number(change.At(index))
	var list []int
	if first >= 0 && first < items.Len() {
		list = append(list, first)
	}
	for n := range items.Len() {
		if n != first {
			list = append(list, n)
		}
	}
	return list
}
