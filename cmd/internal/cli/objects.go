package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/pipeline"
)

// A stream is the text of all objects, made before anything is printed: it is
// printed when nothing can go wrong any more. Trees are many times as large as their
// text, so they are not kept.
type stream struct {
	parts []part
	joint pipeline.Joint
	buf   bytes.Buffer
}

// A part is what one gateway has.
type part struct {
	gateway string
	texts   []*text
}

// A text is an object of a stream.
type text struct {
	s  *stream
	is []byte
}

// Object reads it again.
func (t *text) Object() (*manifest.Object, error) {
	objects, err := manifest.Read(bytes.NewReader(t.is), "output")
	if err == nil && len(objects) != 1 {
		err = fmt.Errorf("%d objects are in the text of one", len(objects))
	}
	if err != nil {
		return nil, fmt.Errorf("read output: %w", err)
	}
	return objects[0], nil
}

// Replace takes the text of an object.
func (t *text) Replace(o *manifest.Object) error {
	t.s.buf.Reset()
	if err := o.WriteYAML(&t.s.buf); err != nil {
		return fmt.Errorf("write objects: %w", err)
	}
	t.is = bytes.Clone(t.s.buf.Bytes())
	return nil
}

// take adds the objects of a gateway, and takes them out of the result.
func (s *stream) take(r *translators.Result) error {
	at := slices.IndexFunc(s.parts, func(p part) bool { return p.gateway == r.Gateway.Name })
	if at < 0 {
		at = len(s.parts)
		s.parts = append(s.parts, part{gateway: r.Gateway.Name})
	}
	for _, o := range r.Objects {
		err := s.joint.Add(r.Gateway.Name, o, func() (pipeline.Kept, error) {
			t := &text{s: s}
			s.parts[at].texts = append(s.parts[at].texts, t)
			return t, t.Replace(o)
		})
		if err != nil {
			return err
		}
	}
	r.Objects = nil
	return lean(r)
}

// print prints the objects of each target below a comment with its name, where
// there are several targets.
func (s *stream) print(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	between := ""
	for _, p := range s.parts {
		for n, t := range p.texts {
			out.WriteString(between)
			if between = "---\n"; n == 0 && len(s.parts) > 1 {
				fmt.Fprintf(out, "# %s\n", p.gateway)
			}
			out.Write(t.is)
		}
	}
	return out.Flush()
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
