package cli

import (
	"context"
	"fmt"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// A list is what a function is given: the objects of a ResourceList and those of
// the files that Configs name.
type list struct {
	objects []*manifest.Object
	config  *manifest.Object         // the functionConfig; nil if there is none of ours
	to      []string                 // the targets that a functionConfig which is a ConfigMap names
	index   map[*manifest.Object]int // of the objects that are whole items
	own     map[int]bool             // items that are the functionConfig over again
	// passedOver is about files of the folders that Configs name.
	passedOver finding.List
	paths      map[string]int // the files that a caller says items are from, with their places in them
}

// readList takes a ResourceList apart. Positions in it say nothing to people, so
// that objects have those of files only as far as the caller tells.
func readList(ctx context.Context, rl *framework.ResourceList) (*list, error) {
	l := &list{index: map[*manifest.Object]int{}, own: map[int]bool{}, paths: map[string]int{}}
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
	return l, l.follow(ctx)
}

func (l *list) add(n int, item *yaml.RNode) error {
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

// follow reads the files that Configs name, relative to the current folder. What
// is an item as well is taken from there.
func (l *list) follow(ctx context.Context) error {
	var in input
	r := reading{ctx: ctx, selection: &in.selection, left: manifest.MaxBytes}
	for _, o := range l.objects {
		file := o.File
		o.File = "<stdin>" // of which names are relative to the current folder
		err := r.follow(o)
		o.File = file
		if err != nil {
			return err
		}
	}
	l.passedOver = in.passedOver()
	items := manifest.NewSet(l.objects)
	for _, o := range r.objects {
		if items.Get(o.ID()) == nil {
			l.objects = append(l.objects, o)
		}
	}
	return nil
}

// edited gives the items with what was translated, and a finding for each edit
// that cannot be made.
func (l *list) edited(items []*yaml.RNode, out outcome) ([]*yaml.RNode, finding.List) {
	e := holder{
		holds: func(o *manifest.Object) bool { _, listed := l.index[o]; return listed },
		lacks: "needs an edit of it, and it is not among the items",
		hint:  "a generator only adds objects: list the function under transformers of the kustomization that has the object",
		rival: "give each target a kustomization of its own",
	}.edits(out)
	items = slices.Clone(items)
	gone := map[int]bool{}
	for from, o := range e.instead {
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
	for _, o := range e.added {
		kept = append(kept, yaml.NewRNode(o.Root().Node()))
	}
	return kept, e.conflicts
}
