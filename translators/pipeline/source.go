package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
)

// A Source is a text with policies and manifests, as YAML or JSON.
type Source struct {
	// Name is what findings call it.
	Name string
	Text []byte
}

// Read gives the objects of texts. Trouble with a text is a *manifest.SyntaxError.
func Read(sources ...Source) ([]*manifest.Object, error) {
	var all []*manifest.Object
	var total Total
	for _, s := range sources {
		objects, err := manifest.Read(bytes.NewReader(s.Text), s.Name)
		if err == nil && len(objects) > 0 {
			err = total.Add(s.Name, int64(len(s.Text)), manifest.Marks(s.Text))
		}
		if err != nil {
			return nil, err
		}
		all = append(all, objects...)
	}
	return all, nil
}

// A Total is how much is read at once, which is limited.
type Total struct {
	bytes int64
	marks int
}

// Add adds a text with objects, and fails where with it there is too much.
func (t *Total) Add(name string, bytes int64, marks int) error {
	t.bytes += bytes
	t.marks += marks
	switch {
	case t.bytes > manifest.MaxBytes:
		return fmt.Errorf("read %s: with it the input is larger than %d MiB, the most that is read at once", name, manifest.MaxBytes>>20)
	case t.marks > manifest.MaxMarks:
		return fmt.Errorf("read %s: with it the input has more than %d lines, keys and items, the most that is read at once", name, manifest.MaxMarks)
	}
	return nil
}

// Run reads texts and translates the policies in them. A text that cannot be read is a
// finding, and then nothing is translated. All are the gateways that a run can be for.
func Run(ctx context.Context, all translators.Gateways, sources []Source, o Options) (Outcome, error) {
	objects, err := Read(sources...)
	var syntax *manifest.SyntaxError
	if errors.As(err, &syntax) {
		out := Outcome{Unusable: true}
		for _, s := range sources {
			if s.Name == syntax.File {
				out.Findings.Add(Unreadable(syntax, s.Text))
				break
			}
		}
		return out, nil
	}
	if err != nil {
		return Outcome{}, err
	}
	in := Decode(all, objects)
	var assignments []Assignment
	if len(o.Usual) > 0 {
		assignments, _, err = in.Assign(o.To, o.Usual...)
	} else {
		assignments, err = in.AssignShown(o.To)
	}
	if err != nil {
		return Outcome{}, err
	}
	return in.Translate(ctx, assignments, o)
}
