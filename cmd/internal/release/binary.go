package main

import (
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// built checks how a binary was built, and of what, by what Go wrote into it.
func (r release) built(raw []byte, p platform) (*buildinfo.BuildInfo, error) {
	info, err := buildinfo.Read(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	if info.Main.Version != r.tag {
		return nil, fmt.Errorf("is version %q, not %q", info.Main.Version, r.tag)
	}
	expected := map[string]string{
		"GOOS": p.os, "GOARCH": p.arch, "CGO_ENABLED": "0", "-trimpath": "true",
		"vcs": "git", "vcs.revision": r.commit, "vcs.modified": "false",
	}
	for _, s := range info.Settings {
		if want, ok := expected[s.Key]; ok && want != s.Value {
			return nil, fmt.Errorf("was built with %s=%s, not %s", s.Key, s.Value, want)
		}
		delete(expected, s.Key)
	}
	if len(expected) > 0 {
		return nil, fmt.Errorf("does not say with which %s it was built", strings.Join(slices.Sorted(maps.Keys(expected)), ", "))
	}
	if p.os == "linux" {
		return info, static(raw)
	}
	return info, nil // macOS and Windows have no programs without the system's libraries
}

// static checks that a program for Linux needs no loader and no library.
func static(raw []byte) error {
	program, err := elf.NewFile(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	for _, part := range program.Progs {
		if part.Type == elf.PT_INTERP || part.Type == elf.PT_DYNAMIC {
			return fmt.Errorf("is not static: it has %v", part.Type)
		}
	}
	return nil
}

// licensed checks that the licenses are those of all that is linked.
func licensed(licenses []byte, info *buildinfo.BuildInfo) error {
	for _, m := range linked(info) {
		if !bytes.Contains(licenses, []byte("\n==== "+m.name+" "+m.version+": ")) {
			return fmt.Errorf("has no license of %s %s", m.name, m.version)
		}
	}
	return nil
}

// run starts a binary with nothing around it: it says which version it is, and
// translates a case.
func (r release) run(raw []byte) error {
	folder, err := os.MkdirTemp("", "release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	name := filepath.Join(folder, "retryctl")
	if err := os.WriteFile(name, raw, 0o755); err != nil {
		return err
	}
	version, err := output(name, "version")
	if err != nil {
		return err
	}
	if first, _, _ := strings.Cut(version, "\n"); first != "retryctl "+r.tag {
		return fmt.Errorf("retryctl version prints %q of %s", first, r.tag)
	}
	want, err := os.ReadFile("golden/cases/basic/envoy-gateway.yaml")
	if err != nil {
		return err
	}
	got, err := output(name, "translate", "-f", "golden/cases/basic/in.yaml", "--to", "envoy-gateway")
	if err != nil {
		return err
	}
	if got != string(want) {
		return fmt.Errorf("retryctl translate prints of golden/cases/basic\n%s", got)
	}
	fmt.Printf("release: the binary for this machine is %s and translates golden/cases/basic\n", r.tag)
	return nil
}

func output(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = []string{}
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("retryctl %s: %w: %s", args[0], err, exit.Stderr)
	}
	return string(out), err
}
