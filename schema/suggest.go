package schema

import (
	"slices"
	"strings"
)

// suggest names the field that was probably meant by an unknown name: one beside
// it, or one elsewhere in the document, which is then only in the hint. Both are
// empty where there is none that is near enough.
func (d *decoder) suggest(name string, siblings []field) (meant, hint string) {
	var here []string
	for _, f := range siblings {
		here = append(here, f.name)
	}
	if d.paths == nil {
		d.paths = append(fieldPaths(d.root), d.known.Fields()...)
	}
	there := d.paths
	words := elsewhere[name]
	first, _, _ := strings.Cut(words, " ")
	first = strings.TrimRight(first, ",:")
	switch best := Nearest(name, here); {
	case slices.Contains(here, first):
		return first, "did you mean " + words + "?"
	case best != "":
		return best, "did you mean " + best + "?"
	case parentOf(name, there) != "":
		return "", name + " belongs in " + parentOf(name, there)
	case words != "" && parentOf(first, there) != "":
		return "", "did you mean " + words + ", which belongs in " + parentOf(first, there) + "?"
	}
	if best := Nearest(name, lasts(there)); best != "" {
		return "", "did you mean " + best + ", which belongs in " + parentOf(best, there) + "?"
	}
	return "", ""
}

// parentOf gives the field that has a field of a name, empty if none does.
func parentOf(name string, paths []string) string {
	for _, path := range paths {
		if parent, found := strings.CutSuffix(path, "."+name); found {
			return parent
		}
	}
	return ""
}

func lasts(paths []string) []string {
	var names []string
	for _, path := range paths {
		names = append(names, path[strings.LastIndexByte(path, '.')+1:])
	}
	return names
}

// Nearest gives the candidate that is a slip of the keyboard away from the word;
// of several equally near ones the first in alphabetical order.
func Nearest(word string, candidates []string) string {
	best, least := "", 1+min(len(word), 64)/3
	for _, c := range candidates {
		if len(c)-len(word) > least || len(word)-len(c) > least {
			continue
		}
		d := distance(strings.ToLower(word), strings.ToLower(c))
		if d < least || d == least && best != "" && c < best {
			best, least = c, d
		}
	}
	return best
}

// distance is the number of slips between two words: a letter too many, too few
// or another one, or two neighbours in each other's place.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = min(last[j], row[j-1]) + 1
			if a[i-1] == b[j-1] {
				row[j] = min(row[j], last[j-1])
			} else {
				row[j] = min(row[j], last[j-1]+1)
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
