package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
)

// printObjects prints the objects of all targets as one stream or one List.
func printObjects(w io.Writer, results []translators.Result, form string) error {
	var buffer bytes.Buffer
	err := printYAML(&buffer, results)
	if form == "json" {
		var all []*manifest.Object
		for _, r := range results {
			all = append(all, r.Objects...)
		}
		buffer.Reset()
		err = manifest.WriteJSON(&buffer, all)
	}
	if err != nil {
		return fmt.Errorf("write objects: %w", err)
	}
	_, err = w.Write(buffer.Bytes())
	return err
}

// printYAML prints the objects of each target below a comment with its name,
// where there are several targets: they may edit the same object.
func printYAML(w io.Writer, results []translators.Result) error {
	first := true
	for _, r := range results {
		for n, o := range r.Objects {
			head := "---\n"
			if first {
				head = ""
			}
			if n == 0 && len(results) > 1 {
				head += "# " + r.Gateway.Name + "\n"
			}
			first = false
			if _, err := io.WriteString(w, head); err != nil {
				return err
			}
			if err := o.WriteYAML(w); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeObjects writes a file for each object.
func writeObjects(ctx context.Context, folder string, results []translators.Result, form string) error {
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
	return writeFolder(ctx, folder, files)
}
