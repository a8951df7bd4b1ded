package manifest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// both writes a tree with the emitter, if it can, and with the encoder.
func both(t testing.TB, n *node) (emitted string, can bool) {
	t.Helper()
	var e, encoder emitter
	if err := encoder.encode(n); err != nil {
		return "", false
	}
	can = e.document(n)
	if can && string(e.out) != string(encoder.out) {
		t.Fatalf("emitted\n%s\nencoded\n%s", e.out, encoder.out)
	}
	return string(e.out), can
}

func TestTheEmitterWritesTheBytesOfTheEncoder(t *testing.T) {
	can, all := 0, 0
	files, _ := filepath.Glob("../../golden/cases/*/*.yaml")
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range read(t, string(raw)) {
			all++
			if _, ok := both(t, o.root); ok {
				can++
			}
		}
	}
	if can < all*8/10 || all < 100 {
		t.Errorf("it can write %d of %d objects", can, all)
	}
}

func TestTheEmitterWritesTheTextsOfTheEncoder(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	letters := []rune("aB0159  \t\n\r:-#'\"\\{}[],&*!|>%@`~=<._+xoeEyYnN?/ü")
	texts := append([]string{}, awkward...)
	for range 1000 {
		text := make([]rune, 1+random.IntN(7))
		for i := range text {
			text[i] = letters[random.IntN(len(letters))]
		}
		texts = append(texts, string(text))
	}
	can := 0
	for _, s := range texts {
		for _, style := range []style{0, doubleQuoted, singleQuoted, literal, folded} {
			n := &node{value: s, tag: tagText, style: style}
			m := Map("k", Value{n}, "l", List(Value{n}, List(Value{n}), Map("k", Value{n})))
			m.node.kids = append(m.node.kids, n, n)
			if _, ok := both(t, m.node); ok {
				can++
			}
			m.node.style = flow
			both(t, m.node)
			m = List(Value{n}, m)
			both(t, m.node)
		}
	}
	if can < len(texts) {
		t.Errorf("it can write %d of %d", can, len(texts)*5)
	}
}

func FuzzEmit(f *testing.F) {
	head := "apiVersion: v1\nkind: X\nmetadata: {name: x}\n"
	f.Add([]byte(head + "spec: {k: [1, 0x10, 1.5, true, ~, 2026-01-01, !!binary aGk=, !own x], l: , m: [[], {}]}\n"))
	f.Add([]byte(head + "# c\nspec: |\n  text\n   more\nb: >-\n  folded\n  text\n# end\n"))
	f.Add([]byte(head + "a:\n- - - b: c\n      d:\n      - \n      -\n        e: 'f'\n- {}\n- \"a\\tb\\n\"\n"))
	f.Add([]byte(fmt.Sprintf("%s? %s\n: a\n", head, strings.Repeat("k", 200))))
	f.Fuzz(func(t *testing.T, in []byte) {
		objects, err := Read(strings.NewReader(string(in)), "in.yaml")
		if err != nil {
			return
		}
		for _, o := range objects {
			both(t, o.root)
		}
	})
}
