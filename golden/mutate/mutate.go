// Package mutate breaks inputs the way in which people and tools break them: as
// trees. Nearly everything that comes out is still YAML and still nearly a set of
// Kubernetes objects, so that a run gets past its reader.
package mutate

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"

	"go.yaml.in/yaml/v3"
)

// A Mutant is a broken input, and how it came about.
type Mutant struct {
	Seed  uint64
	Base  string   // the name of the input that was broken
	Steps []uint64 // a seed for each change that was made
	Text  []byte
}

// String says how to make the mutant again.
func (m Mutant) String() string {
	return fmt.Sprintf("seed %d: %s, %d changes", m.Seed, m.Base, len(m.Steps))
}

// New gives the mutant of a seed: one of the bases with up to five changes.
func New(seed uint64, bases []Base) Mutant {
	rng := rand.New(rand.NewPCG(seed, 9))
	base := bases[rng.IntN(len(bases))]
	m := Mutant{Seed: seed, Base: base.Name}
	for range 1 + rng.IntN(5) {
		m.Steps = append(m.Steps, rng.Uint64())
	}
	m.Text = apply(base.Text(), m.Steps)
	return m
}

// Smaller gives the mutants with one change less, and those with one document less.
func (m Mutant) Smaller(bases []Base) []Mutant {
	var list []Mutant
	for n := range m.Steps {
		one := m
		one.Steps = append(append([]uint64{}, m.Steps[:n]...), m.Steps[n+1:]...)
		for _, b := range bases {
			if b.Name == m.Base {
				one.Text = apply(b.Text(), one.Steps)
			}
		}
		list = append(list, one)
	}
	docs := read(m.Text)
	for n := range docs {
		one := m
		one.Text = write(append(append([]*yaml.Node{}, docs[:n]...), docs[n+1:]...))
		if len(one.Text) < len(m.Text) {
			list = append(list, one)
		}
	}
	return list
}

// apply makes changes to a text, each by a seed of its own.
func apply(text []byte, steps []uint64) []byte {
	docs := read(text)
	for _, step := range steps {
		c := change{rng: rand.New(rand.NewPCG(step, 10)), docs: docs}
		c.make()
		docs = c.docs
	}
	return write(docs)
}

func read(text []byte) []*yaml.Node {
	var docs []*yaml.Node
	for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var doc yaml.Node
		if err := d.Decode(&doc); err == io.EOF || err != nil {
			return docs
		}
		if len(doc.Content) > 0 {
			docs = append(docs, &doc)
		}
	}
}

// write prints documents; one that YAML cannot hold is left out.
func write(docs []*yaml.Node) []byte {
	var out bytes.Buffer
	for _, doc := range docs {
		text, err := marshal(doc)
		if err != nil {
			continue
		}
		if out.Len() > 0 {
			out.WriteString("---\n")
		}
		out.Write(text)
	}
	return out.Bytes()
}

// marshal is yaml.Marshal, which panics at what it cannot print.
func marshal(doc *yaml.Node) (text []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("print a mutant: %v", r)
		}
	}()
	return yaml.Marshal(doc)
}
