package cli

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/pipeline"
)

// An input is the files that a command reads.
type input struct {
	files      []string
	recursive  bool
	whole      bool // whether what retryctl wrote is read in folders as well
	allowEmpty bool // whether it is no mistake that nothing is found
	cluster    cluster
	selection  selection
	keep       bool // whether given is wanted
	given      []manifest.Document
	names      []string      // what was named to be read
	seen       []fs.FileInfo // the files that were read
}

func (in *input) flags(cmd *cobra.Command, all translators.Gateways) {
	in.cluster.flags(cmd, all)
	cmd.Flags().StringArrayVarP(&in.files, "filename", "f", nil, "`file`, folder or - for standard input, with policies and manifests; repeatable")
	cmd.Flags().BoolVarP(&in.recursive, "recursive", "R", false, "read folders with all folders below them")
	cmd.MarkFlagFilename("filename", "yaml", "yml", "json") //nolint:errcheck // the flag exists
}

// empty adds the flag of commands that may be right to find nothing.
func (in *input) empty(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&in.allowEmpty, "allow-empty", false, "take it for right that there is no policy")
}

// read gives every object of the files, in the order of the flags and, within a
// folder, of the names; then those of the files that Configs among them name. A
// file is read once, however often it is named. Trouble with the text comes back
// as a *SyntaxError.
func (in *input) read(ctx context.Context, stdin io.Reader, args []string) ([]*manifest.Object, error) {
	names := slices.Concat(in.files, args)
	in.names = names
	if err := in.cluster.misfit(); err != nil {
		return nil, err
	}
	if len(names) == 0 && !in.cluster.on {
		return nil, fmt.Errorf("nothing to read: give files with -f, or --cluster")
	}
	r := reading{ctx: ctx, recursive: in.recursive, whole: in.whole, allowEmpty: in.allowEmpty, selection: &in.selection}
	if in.keep {
		r.parse = in.documents
	}
	for _, name := range names {
		var err error
		if name == "-" {
			err = r.stdin(stdin)
		} else {
			err = r.path(name)
		}
		if err != nil {
			return nil, err
		}
	}
	if in.cluster.on {
		if err := in.cluster.read(&r); err != nil {
			return nil, err
		}
	}
	r.parse = nil                         // what Configs name is read, and not given
	for n := 0; n < len(r.objects); n++ { // it grows on the way
		if err := r.follow(r.objects[n]); err != nil {
			return nil, err
		}
	}
	in.seen = r.seen
	return r.objects, nil
}

// documents remembers the documents of a file.
func (in *input) documents(r io.Reader, name string) (objects []*manifest.Object, err error) {
	documents, err := manifest.ReadDocuments(r, name)
	for _, d := range documents {
		objects = append(objects, d.Objects...)
	}
	in.given = append(in.given, documents...)
	return objects, err
}

// reading is an input on its way in.
type reading struct {
	ctx       context.Context
	recursive bool
	whole     bool // whether what retryctl wrote is read in folders as well
	// allowEmpty says that a folder may have no manifests.
	allowEmpty bool
	selection  *selection
	parse      parser         // nil for manifest.Read
	total      pipeline.Total // of the files with objects
	seen       []fs.FileInfo
	ours       map[string]string // the inventories that list files of folders, by the files
	stdinDone  bool
	objects    []*manifest.Object
}

// A parser takes a text and the name of its file.
type parser func(io.Reader, string) ([]*manifest.Object, error)

func (r *reading) stdin(in io.Reader) error {
	if r.stdinDone {
		return fmt.Errorf("read -: standard input is named twice, and can be read once")
	}
	r.stdinDone = true
	return r.add(in, "<stdin>", false)
}

func (r *reading) path(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, reason(err))
	}
	if info.IsDir() {
		return r.folder(name)
	}
	return r.file(name, info, false)
}

// file reads a file, one that is named itself or one of a folder.
func (r *reading) file(name string, info fs.FileInfo, ofFolder bool) error {
	if info.Mode().IsRegular() {
		if slices.ContainsFunc(r.seen, func(other fs.FileInfo) bool { return os.SameFile(info, other) }) {
			return nil
		}
		r.seen = append(r.seen, info)
		if info.Size() > manifest.MaxBytes {
			return fmt.Errorf("read %s: larger than %d MiB, the most that is read from one file", name, manifest.MaxBytes>>20)
		}
	}
	f, err := r.open(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, reason(err))
	}
	defer f.Close()
	return r.add(untilDone{r.ctx, f}, filepath.ToSlash(name), ofFolder)
}

// open does not wait for the writer of a pipe when the run is over.
func (r *reading) open(name string) (*os.File, error) {
	type opened struct {
		f   *os.File
		err error
	}
	done := make(chan opened, 1)
	go func() {
		f, err := os.Open(name)
		done <- opened{f, err}
	}()
	select {
	case <-r.ctx.Done():
		return nil, r.ctx.Err()
	case got := <-done:
		return got.f, got.err
	}
}

func (r *reading) add(in io.Reader, name string, ofFolder bool) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	counted := &counter{r: in}
	parse := r.parse
	if parse == nil {
		parse = manifest.Read
	}
	objects, err := r.selection.read(counted, name, parse, ofFolder)
	if err == nil && len(objects) > 0 {
		err = r.total.Add(name, counted.n, counted.marks)
	}
	r.objects = append(r.objects, objects...)
	return err
}

// A counter counts what is read.
type counter struct {
	r     io.Reader
	n     int64
	marks int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.marks += manifest.Marks(p[:n])
	return n, err
}

// follow reads the files that a Config names, which are relative to its own.
func (r *reading) follow(o *manifest.Object) error {
	if !o.Is(schema.Group, schema.ConfigKind) {
		return nil
	}
	for _, field := range []string{"policies", "manifests"} {
		for n, item := range o.At("spec", field).Items() {
			name := filepath.FromSlash(item.Text())
			if !filepath.IsAbs(name) && o.File != "<stdin>" {
				name = filepath.Join(filepath.Dir(filepath.FromSlash(o.File)), name)
			}
			if err := r.path(name); err != nil {
				return fmt.Errorf("%s:%d:%d: spec.%s[%d]: %w", o.File, item.Line(), item.Column(), field, n, err)
			}
		}
	}
	return nil
}
