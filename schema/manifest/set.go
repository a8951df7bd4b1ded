package manifest

// A Set is the objects of an input, in order, found by ID or by kind. A Set
// never changes: With gives another one.
type Set struct {
	objects []*Object
	byID    map[ID]int
	byKind  map[kind][]int
}

type kind struct{ group, kind string }

// NewSet gathers objects. Of two with the same ID the later one counts; Twice
// finds such pairs.
func NewSet(objects []*Object) *Set {
	s := &Set{byID: make(map[ID]int, len(objects)), byKind: map[kind][]int{}}
	s.objects = make([]*Object, 0, len(objects))
	for _, o := range objects {
		s.put(o)
	}
	return s
}

func (s *Set) put(o *Object) {
	if i, ok := s.byID[o.id]; ok {
		s.objects[i] = o
		return
	}
	i := len(s.objects)
	s.objects = append(s.objects, o)
	s.byID[o.id] = i
	k := kind{o.id.Group, o.id.Kind}
	s.byKind[k] = append(s.byKind[k], i)
}

// Twice gives each object that repeats the ID of an earlier one.
func Twice(objects []*Object) []*Object {
	seen := make(map[ID]bool, len(objects))
	var twice []*Object
	for _, o := range objects {
		if seen[o.id] && o.id.Name != "" {
			twice = append(twice, o)
		}
		seen[o.id] = true
	}
	return twice
}

// With gives a set in which objects replace those of the same ID and the rest
// is added at the end.
func (s *Set) With(objects ...*Object) *Set {
	if len(objects) == 0 {
		return s
	}
	next := &Set{
		objects: append(make([]*Object, 0, len(s.objects)+len(objects)), s.objects...),
		byID:    make(map[ID]int, len(s.objects)+len(objects)),
		byKind:  make(map[kind][]int, len(s.byKind)),
	}
	for id, i := range s.byID {
		next.byID[id] = i
	}
	for k, list := range s.byKind {
		next.byKind[k] = list[:len(list):len(list)]
	}
	for _, o := range objects {
		next.put(o)
	}
	return next
}

// All gives every object in order.
func (s *Set) All() []*Object { return s.objects }

// Get finds an object; nil where there is none.
func (s *Set) Get(id ID) *Object {
	if i, ok := s.byID[id]; ok {
		return s.objects[i]
	}
	return nil
}

// Kind gives the objects of a group and kind in order.
func (s *Set) Kind(group, name string) []*Object {
	list := s.byKind[kind{group, name}]
	objects := make([]*Object, len(list))
	for i, at := range list {
		objects[i] = s.objects[at]
	}
	return objects
}
