package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
)

// A stream is the text of all objects, made before anything is printed: it is
// printed when nothing can go wrong any more.
type stream struct {
	parts []part
}

// A part is what one gateway has.
type part struct {
	gateway string
	text    pieces
}

// pieces are a text that grows without being copied.
type pieces [][]byte

// Write never fails.
func (p *pieces) Write(text []byte) (int, error) {
	if n := len(*p); n == 0 || len((*p)[n-1])+len(text) > cap((*p)[n-1]) {
		*p = append(*p, make([]byte, 0, max(len(text), 1<<16)))
	}
	last := &(*p)[len(*p)-1]
	*last = append(*last, text...)
	return len(text), nil
}

// add writes the objects of a gateway.
func (s *stream) add(r *translators.Result) error {
	var text pieces
	if err := manifest.WriteYAML(&text, r.Objects); err != nil {
		return fmt.Errorf("write objects: %w", err)
	}
	s.append(r.Gateway.Name, text)
	return nil
}

// take is add for the only gateway of a run, whose trees need not be kept: it takes
// them out of the result.
func (s *stream) take(r *translators.Result) error {
	err := s.add(r)
	r.Objects = nil
	return cmp.Or(err, lean(r))
}

// append adds the text of a gateway to what it has.
func (s *stream) append(gateway string, text pieces) {
	at := slices.IndexFunc(s.parts, func(p part) bool { return p.gateway == gateway })
	switch {
	case at < 0:
		s.parts = append(s.parts, part{gateway, text})
	case len(s.parts[at].text) == 0:
		s.parts[at].text = text
	case len(text) > 0:
		s.parts[at].text = append(append(s.parts[at].text, []byte("---\n")), text...)
	}
}

// print prints the objects of each target below a comment with its name, where
// there are several targets.
func (s *stream) print(w io.Writer) error {
	between := ""
	for _, p := range s.parts {
		head := between
		if len(s.parts) > 1 {
			head += "# " + p.gateway + "\n"
		}
		if len(p.text) == 0 {
			head = ""
		} else {
			between = "---\n"
		}
		for _, text := range append(pieces{[]byte(head)}, p.text...) {
			if _, err := w.Write(text); err != nil {
				return err
			}
		}
	}
	return nil
}

// printJSON prints the objects of all targets as one List.
func printJSON(w io.Writer, results []translators.Result) error {
	var all []*manifest.Object
	for _, r := range results {
		all = append(all, r.Objects...)
	}
	return whole(w, func(w io.Writer) error { return manifest.WriteJSON(w, all) })
}

// filesOf gives a file for each object, below the name of its target if there are
// several.
func filesOf(results []translators.Result, form string) []namedFile {
	var files []namedFile
	for _, r := range results {
		below := ""
		if len(results) > 1 {
			below = r.Gateway.Name + "/"
		}
		if form == "kustomize" {
			files = append(files, component(below, r.Objects)...)
			continue
		}
		names := fileNames(r.Objects)
		for n, o := range r.Objects {
			write := o.WriteYAML
			if form == "json" {
				write = func(w io.Writer) error { return manifest.WriteJSON(w, []*manifest.Object{o}) }
			}
			files = append(files, namedFile{below + names[n] + "." + form, write})
		}
	}
	return files
}
