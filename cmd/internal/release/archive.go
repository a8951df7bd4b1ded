package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// A file is one of an archive.
type file struct {
	name     string
	mode     fs.FileMode
	modified time.Time
	owner    string // "uid:gid user:group", or nothing in an archive that has no owners
	content  []byte
}

// open reads an archive, the files in their order.
func open(name string) ([]file, error) {
	if strings.HasSuffix(name, ".zip") {
		return openZip(name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if !unpacked.ModTime.IsZero() || unpacked.Name != "" {
		return nil, fmt.Errorf("%s: gzip says when and of what it was made", name)
	}
	var files []file
	for r := tar.NewReader(unpacked); ; {
		header, err := r.Next()
		if err == io.EOF {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		owner := fmt.Sprintf("%d:%d %s:%s", header.Uid, header.Gid, header.Uname, header.Gname)
		files = append(files, file{header.Name, header.FileInfo().Mode(), header.ModTime, owner, content})
	}
}

func openZip(name string) ([]file, error) {
	r, err := zip.OpenReader(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	defer r.Close()
	var files []file
	for _, f := range r.File {
		content, err := fs.ReadFile(r, f.Name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files = append(files, file{f.Name, f.Mode(), f.Modified, "", content})
	}
	return files, nil
}

// tidy checks that an archive holds what it should in the order of the names, with
// the time of the commit and no word of who packed it.
func tidy(files []file, p platform) error {
	binary, owner := "retryctl", "0:0 root:root"
	if p.os == "windows" {
		binary, owner = "retryctl.exe", ""
	}
	expected := []file{{name: "LICENSE", mode: 0o644}, {name: "THIRD_PARTY_LICENSES", mode: 0o644}, {name: binary, mode: 0o755}}
	if len(files) != len(expected) {
		return fmt.Errorf("holds %d files, not %d", len(files), len(expected))
	}
	for n, f := range files {
		if f.name != expected[n].name || f.mode != expected[n].mode || f.owner != owner {
			return fmt.Errorf("holds %s with mode %v and owner %q, not %s with %v and %q", f.name, f.mode, f.owner, expected[n].name, expected[n].mode, owner)
		}
		if !f.modified.Equal(files[0].modified) {
			return fmt.Errorf("%s is of %v, %s of %v", f.name, f.modified, files[0].name, files[0].modified)
		}
	}
	return nil
}
