package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"retryctl.dev/cmd/internal/cli"
	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/undo"
)

// charted is the attempt with the comments that Helm puts before documents.
func (a attempt) charted() attempt {
	a.text = []byte("---\n# Source: shop/templates/all.yaml\n" + strings.ReplaceAll(string(a.text), "\n---\n", "\n---\n# Source: shop/templates/all.yaml\n"))
	return a
}

// passes holds that a stream that is passed through loses no object and no comment.
func (a attempt) passes() string {
	o, problem := a.run(a.text, "translate", "--pass-through", "-f", "-")
	switch {
	case problem != "" || len(o.out) == 0:
		return problem
	case !readable(o.out):
		return "what is printed cannot be read\n" + string(o.out)
	case o.status != cli.Done:
		return fmt.Sprintf("status %d, and something is printed", o.status)
	}
	after := identities(o.out)
	for id := range identities(a.text) {
		if !after[id] {
			return fmt.Sprintf("an object is lost\n%s\n%s", id, o.out)
		}
	}
	left := comments(o.out)
	for _, c := range comments(a.text) {
		at := slices.Index(left, c)
		if at < 0 {
			return fmt.Sprintf("a comment is lost\n%q\n%s", c, o.out)
		}
		left = slices.Delete(left, at, at+1)
	}
	return a.still(o.out)
}

// still holds that what a stream comes to stays as it is when it is translated again,
// with the policies beside it.
func (a attempt) still(out []byte) string {
	var policies []string
	for _, doc := range strings.Split(string(a.text), "\n---\n") {
		if ours(doc) > 0 {
			policies = append(policies, doc)
		}
	}
	text := strings.Join(policies, "\n---\n")
	if ours(text) != ours(string(a.text)) {
		return "" // some are within a List
	}
	if err := os.WriteFile(a.file("policies.yaml"), []byte(text), 0o600); err != nil {
		return err.Error()
	}
	a.text = out // which findings are about now
	again, problem := a.run(out, "translate", "--pass-through", "-f", "-", "-f", a.file("policies.yaml"))
	switch {
	case problem != "":
		return problem
	case again.status != cli.Done:
		return "a second run has errors\n" + string(again.errs) + string(out)
	case meaning(out) != meaning(again.out):
		return "a second run changes what it has printed\n" + cmp.Diff(string(out), string(again.out)) + string(out)
	case bytes.Equal(out, again.out):
		return ""
	}
	// What an edit took out is recorded without its style, and is printed otherwise once.
	third, problem := a.run(again.out, "translate", "--pass-through", "-f", "-", "-f", a.file("policies.yaml"))
	if problem == "" && !bytes.Equal(third.out, again.out) {
		problem = "a third run changes what the second has printed\n" + cmp.Diff(string(again.out), string(third.out)) + string(out)
	}
	return problem
}

// meaning gives the objects of a stream without styles and the order of keys.
func meaning(stream []byte) string {
	objects, err := manifest.Read(bytes.NewReader(stream), "out")
	if err != nil {
		return err.Error()
	}
	var out strings.Builder
	for _, o := range objects {
		c := o.Clone()
		for key, value := range o.At("metadata", "annotations").Fields() {
			if undo.IsMark(key.Text()) {
				c.At("metadata", "annotations").Put(key.Text(), inOrder([]byte(value.Text())))
			}
		}
		out.WriteString(inOrder(c.JSON()) + "\n")
	}
	return out.String()
}

// inOrder gives JSON with its keys in order, and anything else as it is.
func inOrder(text []byte) string {
	var tree any
	if json.Unmarshal(text, &tree) != nil {
		return string(text)
	}
	sorted, err := json.Marshal(tree)
	if err != nil {
		return string(text)
	}
	return string(sorted)
}

// ours counts the objects that are retryctl's own.
func ours(text string) (n int) {
	objects, _ := manifest.Read(strings.NewReader(text), "x")
	for _, o := range objects {
		if schema.Ours(o) {
			n++
		}
	}
	return n
}

func identities(text []byte) map[manifest.ID]bool {
	ids := map[manifest.ID]bool{}
	objects, _ := manifest.Read(bytes.NewReader(text), "x")
	for _, o := range objects {
		if !schema.Ours(o) { // policies are carried out, and not printed
			ids[o.ID()] = true
		}
	}
	return ids
}

// comments gives the lines that are nothing else, without those of policies.
func comments(text []byte) (list []string) {
	for _, doc := range strings.Split(string(text), "\n---\n") {
		for line := range strings.Lines(doc) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "# ") && !strings.Contains(doc, "apiVersion: retryctl.dev/") {
				list = append(list, line)
			}
		}
	}
	return list
}
