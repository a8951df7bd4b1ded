// Command release holds what goreleaser built against what a release has to be: each
// file has its sum, each archive the binary and the licenses and no trace of who
// packed it, each binary is static and of the tagged commit, and each SBOM names
// what is linked. The binary for this machine is run.
//
//	go run ./cmd/internal/release FOLDER TAG COMMIT
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// A platform is a system and a processor, as Go names them.
type platform struct{ os, arch string }

// platforms are those that a release is for.
var platforms = []platform{
	{"linux", "amd64"}, {"linux", "arm64"},
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

// A release is what is expected of the files in a folder.
type release struct{ folder, tag, commit string }

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: release FOLDER TAG COMMIT")
		os.Exit(2)
	}
	if err := (release{os.Args[1], os.Args[2], os.Args[3]}).check(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// check says what it looked at, and gives all that is wrong.
func (r release) check() error {
	err := r.sums()
	for _, p := range platforms {
		found := r.platform(p)
		if found == nil {
			fmt.Printf("release: %s and its SBOM are as they should be\n", r.archive(p))
		}
		err = errors.Join(err, found)
	}
	return err
}

// name gives what the names of a platform's files begin with.
func (r release) name(p platform) string {
	return "retryctl_" + strings.TrimPrefix(r.tag, "v") + "_" + p.os + "_" + p.arch
}

func (r release) archive(p platform) string {
	if p.os == "windows" {
		return r.name(p) + ".zip"
	}
	return r.name(p) + ".tar.gz"
}

func (r release) sbom(p platform) string { return r.name(p) + ".cdx.json" }

// platform looks into the archive of a platform, and its SBOM.
func (r release) platform(p platform) error {
	files, err := open(filepath.Join(r.folder, r.archive(p)))
	if err != nil {
		return err
	}
	if err := tidy(files, p); err != nil {
		return fmt.Errorf("%s: %w", r.archive(p), err)
	}
	binary, licenses := files[2], files[1]
	info, err := r.built(binary.content, p)
	if err != nil {
		return fmt.Errorf("%s of %s: %w", binary.name, r.archive(p), err)
	}
	if err := licensed(licenses.content, info); err != nil {
		return fmt.Errorf("%s of %s: %w", licenses.name, r.archive(p), err)
	}
	raw, err := os.ReadFile(filepath.Join(r.folder, r.sbom(p)))
	if err != nil {
		return err
	}
	if err := matches(raw, info, binary.content); err != nil {
		return fmt.Errorf("%s: %w", r.sbom(p), err)
	}
	if p == (platform{runtime.GOOS, runtime.GOARCH}) {
		return r.run(binary.content)
	}
	return nil
}
