//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"sigs.k8s.io/yaml"
)

// loop is what everything is held to: each document of a file is decoded into a map and
// encoded again, by the package that kubectl and most tools around Kubernetes use.
func loop(file string, w io.Writer) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for document := range bytes.SplitSeq(text, []byte("\n---\n")) {
		var value map[string]any
		if err := yaml.Unmarshal(document, &value); err != nil {
			return err
		}
		again, err := yaml.Marshal(value)
		if err == nil {
			_, err = w.Write(again)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// resourceList writes the documents of a file as one ResourceList.
func resourceList(name, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	w := newWriter(out)
	fmt.Fprint(w, "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n")
	for document := range bytes.SplitSeq(text, []byte("\n---\n")) {
		before := "- "
		for line := range bytes.Lines(document) {
			if bytes.HasPrefix(line, []byte("#")) || bytes.HasPrefix(line, []byte("---")) {
				continue
			}
			fmt.Fprintf(w, "%s%s\n", before, bytes.TrimRight(line, "\n"))
			before = "  "
		}
	}
	if err := w.Flush(); err != nil { // which tells of trouble before it as well
		return err
	}
	return out.Close()
}
