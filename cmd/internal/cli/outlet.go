package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"retryctl.dev/schema/finding"
)

// An outlet is a folder that objects are written to, with what earlier runs have left
// there.
type outlet struct {
	folder string
	files  []namedFile
	listed inventory  // what earlier runs have written
	left   []leftover // what this run does not write anew
	prune  bool       // whether to remove that
}

// is reports whether a file holds what would be written to it.
func (f namedFile) is(name string) bool {
	there, err := os.ReadFile(name)
	var text bytes.Buffer
	return err == nil && f.write(&text) == nil && bytes.Equal(there, text.Bytes())
}

// newOutlet looks into the folder. Files that this run has read are only overwritten
// if they are ours, or as they are.
func newOutlet(folder string, files []namedFile, read []fs.FileInfo) (*outlet, error) {
	o := &outlet{folder: folder, files: files}
	var err error
	if o.listed, err = readInventory(folder); err != nil {
		return nil, err
	}
	for _, file := range files {
		name := filepath.Join(folder, filepath.FromSlash(file.name))
		info, err := os.Stat(name)
		if _, ours := o.listed[file.name]; ours || err != nil {
			continue
		}
		if slices.ContainsFunc(read, func(other fs.FileInfo) bool { return os.SameFile(info, other) }) && !file.is(name) {
			return nil, fmt.Errorf("write %s: this file was read, and is not retryctl's: give --output-dir another folder", name)
		}
	}
	o.left, err = o.listed.leftovers(folder, files)
	return o, err
}

// findings are about files of earlier runs that stay.
func (o *outlet) findings() finding.List {
	var list finding.List
	for _, l := range o.left {
		f := finding.Finding{
			Code: finding.StaleFile, File: filepath.ToSlash(filepath.Join(o.folder, filepath.FromSlash(l.name))),
			Message: "an earlier run wrote this file, and nothing explains it any more",
			Reason:  "kubectl apply -f on the folder would apply it as well, and with it what an older policy asked",
			Hint:    finding.Do("give --prune, which removes such files, or delete it"),
		}
		switch {
		case l.changed && o.prune:
			f.Message = "an earlier run wrote this file and nothing explains it any more, but somebody has changed it, so that it is kept"
			f.Hint = finding.Do("delete it, or take its line out of " + inventoryName + " if it is yours now")
		case o.prune:
			continue
		}
		list.Add(f)
	}
	return list
}

// write writes every file and removes what is to be removed, or does nothing. What the
// inventory lists is never less than what is there, whenever the run is killed.
func (o *outlet) write(ctx context.Context) error {
	doing(ctx, "retryctl: writing %d files", len(o.files))
	s := staging{folder: o.folder}
	defer s.close()
	kept, err := s.stage(ctx, o.files)
	if err != nil {
		return err
	}
	all := maps.Clone(kept)
	for _, l := range o.left {
		if all[l.name] = l.sum; !o.prune || l.changed {
			kept[l.name] = l.sum
		}
	}
	if len(all) == 0 && len(o.listed) == 0 {
		return s.commit()
	}
	if err := s.list(ctx, all); err != nil {
		return err
	}
	last := len(s.changes) - 1
	s.changes = slices.Insert(s.changes[:last], 0, s.changes[last])
	if len(kept) < len(all) {
		err = o.removal(ctx, &s, kept)
	}
	if err == nil {
		err = s.commit()
	}
	if err == nil {
		o.emptied(kept)
	}
	return err
}

// list has an inventory take the place of the present one.
func (s *staging) list(ctx context.Context, list inventory) error {
	if len(list) == 0 {
		return s.remove(ctx, filepath.Join(s.folder, inventoryName))
	}
	_, err := s.stage(ctx, []namedFile{{inventoryName, func(w io.Writer) error { return list.write(w) }}})
	return err
}

func (o *outlet) removal(ctx context.Context, s *staging, kept inventory) error {
	for _, l := range o.left {
		if _, stays := kept[l.name]; stays {
			continue
		}
		if err := s.remove(ctx, filepath.Join(o.folder, filepath.FromSlash(l.name))); err != nil {
			return err
		}
	}
	return s.list(ctx, kept)
}

// emptied removes folders in which nothing is left.
func (o *outlet) emptied(kept inventory) {
	for _, l := range o.left {
		if _, stays := kept[l.name]; stays {
			continue
		}
		for dir := path.Dir(l.name); dir != "."; dir = path.Dir(dir) {
			os.Remove(filepath.Join(o.folder, filepath.FromSlash(dir))) //nolint:errcheck // one that is in use stays
		}
	}
}
