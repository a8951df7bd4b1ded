// Package fn is a run as a KRM function, between the ResourceList that is read and the one
// that is printed, as kustomize and kpt have it.
package fn

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/pipeline"
)

// Execute has a function process the ResourceList of a text, and gives the text of what it
// has made of it.
func Execute(text []byte, process func(*framework.ResourceList) error) ([]byte, error) {
	var out bytes.Buffer
	rw := &kio.ByteReadWriter{Reader: bytes.NewReader(text), Writer: &out, KeepReaderAnnotations: true}
	err := framework.Execute(framework.ResourceListProcessorFunc(func(rl *framework.ResourceList) error {
		if rw.WrappingKind != kio.ResourceListKind {
			return errors.New("a ResourceList is wanted on standard input, as kustomize and kpt give it to functions")
		}
		return process(rl)
	}), rw)
	return out.Bytes(), err
}

// A List is what a function is given: the objects of a ResourceList and those of
// the files that Configs name.
type List struct {
	// To are the targets that a functionConfig which is a ConfigMap names.
	To []string

	objects []*manifest.Object
	config  *manifest.Object         // the functionConfig; nil if there is none of ours
	index   map[*manifest.Object]int // of the objects that are whole items
	own     map[int]bool             // items that are the functionConfig over again
	paths   map[string]int           // the files that a caller says items are from, with their places in them
}

// Read takes a ResourceList apart. Positions in it say nothing to people, so
// that objects have those of files only as far as the caller tells. Follow gives the
// objects of the files that one of them names, which are relative to the current folder;
// what is an item as well is taken from there.
func Read(rl *framework.ResourceList, follow func(*manifest.Object) ([]*manifest.Object, error)) (*List, error) {
	l := &List{index: map[*manifest.Object]int{}, own: map[int]bool{}, paths: map[string]int{}}
	if rl.FunctionConfig != nil {
		found, err := manifest.FromNode(rl.FunctionConfig.YNode(), "functionConfig")
		if err != nil {
			return nil, err
		}
		if len(found) == 1 && schema.Ours(found[0]) {
			l.config = found[0]
			l.config.File = ""
			l.objects = found
		} else if len(found) == 1 && found[0].Is("", "ConfigMap") {
			if err := l.arguments(found[0]); err != nil {
				return nil, err
			}
		} else if len(found) > 0 {
			return nil, fmt.Errorf("the functionConfig is a %s %s: a RetryPolicy or a Config of %s is wanted",
				found[0].At("apiVersion").Text(), found[0].ID().Kind, schema.Group)
		}
	}
	for n, item := range rl.Items {
		if err := l.add(n, item); err != nil {
			return nil, err
		}
	}
	return l, l.follow(follow)
}

func (l *List) add(n int, item *yaml.RNode) error {
	path, _, err := kioutil.GetFileAnnotations(item)
	if err != nil {
		return fmt.Errorf("read item %d: %w", n, err)
	}
	found, err := manifest.FromNode(item.YNode(), path)
	if err != nil {
		return fmt.Errorf("read item %d: %w", n, err)
	}
	if l.config != nil && len(found) == 1 && found[0].ID() == l.config.ID() {
		// A generator is given it as an item. One from a file stays in the list,
		// where a missing item is a file to delete.
		l.own[n] = path == ""
		return nil
	}
	l.paths[path] = n
	l.objects = append(l.objects, found...)
	if len(found) == 1 {
		l.index[found[0]] = n
	}
	return nil
}

func (l *List) follow(follow func(*manifest.Object) ([]*manifest.Object, error)) error {
	var named []*manifest.Object
	for _, o := range l.objects {
		more, err := follow(o)
		if err != nil {
			return err
		}
		named = append(named, more...)
	}
	items := manifest.NewSet(l.objects)
	for _, o := range named {
		if items.Get(o.ID()) == nil {
			l.objects = append(l.objects, o)
		}
	}
	return nil
}

// Decode is that of the pipeline for the objects of the list.
func (l *List) Decode(all translators.Gateways) pipeline.Input {
	in := pipeline.Decode(all, l.objects)
	in.Findings = l.located(in.Findings)
	return in
}

// Usual are the targets that a functionConfig which is a policy names for policies that
// name none.
func (l *List) Usual() []string {
	if l.config == nil || !l.config.Is(schema.Group, schema.Kind) {
		return nil
	}
	if to, ok := l.config.Annotation(pipeline.ToAnnotation); ok {
		return []string{to}
	}
	return nil
}

// Edited gives the items with what was translated, and a finding for each edit
// that cannot be made.
func (l *List) Edited(items []*yaml.RNode, out pipeline.Outcome) ([]*yaml.RNode, finding.List) {
	e := pipeline.Filter{
		Prints: func(o *manifest.Object) bool { _, listed := l.index[o]; return listed },
		Lacks:  "needs an edit of it, and it is not among the items",
		Hint:   "a generator only adds objects: list the function under transformers of the kustomization that has the object",
		Rival:  "give each target a kustomization of its own",
	}.Edits(out)
	items = slices.Clone(items)
	gone := map[int]bool{}
	for from, o := range e.Instead {
		if n, listed := l.index[from]; listed && o == nil {
			gone[n] = true
		} else if listed {
			items[n] = yaml.NewRNode(o.Root().Node())
		}
	}
	var kept []*yaml.RNode
	for n, item := range items {
		if !l.own[n] && !gone[n] {
			kept = append(kept, item)
		}
	}
	for _, o := range e.Added {
		kept = append(kept, yaml.NewRNode(o.Root().Node()))
	}
	return kept, e.Conflicts
}
