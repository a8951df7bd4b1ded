package undo

import "retryctl.dev/schema/manifest"

// A pair is an item of a list with what became of it; -1 for none.
type pair struct{ was, now int }

// maxCells bounds what is compared to pair the items of two lists. Beyond it they are
// paired in their order.
const maxCells = 4096

// align pairs the items of two lists, keeping their order, so that as little as
// possible differs. Equal items at both ends are left out.
func align(was, now manifest.Value) []pair {
	first := 0
	for first < was.Len() && first < now.Len() && was.Index(first).Equal(now.Index(first)) {
		first++
	}
	wasEnd, nowEnd := was.Len(), now.Len()
	for wasEnd > first && nowEnd > first && was.Index(wasEnd-1).Equal(now.Index(nowEnd-1)) {
		wasEnd, nowEnd = wasEnd-1, nowEnd-1
	}
	if (wasEnd-first)*(nowEnd-first) > maxCells {
		return inOrder(first, wasEnd, nowEnd)
	}
	t := newTable(was, now, first, wasEnd, nowEnd)
	var pairs []pair
	for r, c := first, first; r < wasEnd || c < nowEnd; {
		_, p := t.best(r, c)
		pairs = append(pairs, p)
		if p.was >= 0 {
			r++
		}
		if p.now >= 0 {
			c++
		}
	}
	return pairs
}

func inOrder(first, wasEnd, nowEnd int) []pair {
	var pairs []pair
	for n := first; n < max(wasEnd, nowEnd); n++ {
		p := pair{n, n}
		if n >= wasEnd {
			p.was = -1
		}
		if n >= nowEnd {
			p.now = -1
		}
		pairs = append(pairs, p)
	}
	return pairs
}

// A table holds, for the ends of two lists, how much differs between them.
type table struct {
	was, now              manifest.Value
	first, wasEnd, nowEnd int
	cost                  [][]int
}

func newTable(was, now manifest.Value, first, wasEnd, nowEnd int) *table {
	t := &table{was, now, first, wasEnd, nowEnd, make([][]int, wasEnd-first+1)}
	for r := wasEnd; r >= first; r-- {
		t.cost[r-first] = make([]int, nowEnd-first+1)
		for c := nowEnd; c >= first; c-- {
			if r < wasEnd || c < nowEnd {
				t.cost[r-first][c-first], _ = t.best(r, c)
			}
		}
	}
	return t
}

// best gives what is cheapest to take for the next pair, and the cost with all that
// follows. What is made of an item comes before what is new.
func (t *table) best(r, c int) (cost int, p pair) {
	cost = -1
	consider := func(price int, next pair) {
		if cost < 0 || price < cost {
			cost, p = price, next
		}
	}
	if r < t.wasEnd && c < t.nowEnd {
		was, now := t.was.Index(r), t.now.Index(c)
		if was.Equal(now) || was.IsMap() && now.IsMap() && t.sameName(was, now) {
			consider(t.cost[r-t.first+1][c-t.first+1]+distance(was, now), pair{r, c})
		}
	}
	if c < t.nowEnd {
		consider(t.cost[r-t.first][c-t.first+1]+1+leaves(t.now.Index(c)), pair{-1, c})
	}
	if r < t.wasEnd {
		consider(t.cost[r-t.first+1][c-t.first]+1+leaves(t.was.Index(r)), pair{r, -1})
	}
	return cost, p
}

// sameName reports whether one item may have become another: a name that is in both
// lists stays with its item.
func (t *table) sameName(was, now manifest.Value) bool {
	from, to := was.At("name").Text(), now.At("name").Text()
	return from == to || byName(t.now, from) < 0 && byName(t.was, to) < 0
}

// distance counts the scalars that only one of two values has at its place.
func distance(a, b manifest.Value) int {
	n := 0
	switch {
	case a.IsMap() && b.IsMap():
		for key, value := range a.Fields() {
			n += distance(value, b.At(key.Text()))
		}
		for key, value := range b.Fields() {
			if !a.At(key.Text()).Written() {
				n += leaves(value)
			}
		}
		return n
	case a.IsList() && b.IsList():
		for i := range max(a.Len(), b.Len()) {
			n += distance(a.Index(i), b.Index(i))
		}
		return n
	case a.Equal(b):
		return 0
	}
	return leaves(a) + leaves(b)
}

func leaves(v manifest.Value) int {
	n := 0
	for _, value := range v.Fields() {
		n += leaves(value)
	}
	for _, item := range v.Items() {
		n += leaves(item)
	}
	if v.Written() && n == 0 {
		return 1
	}
	return n
}
