package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A bom is what is looked at in an SBOM of CycloneDX.
type bom struct {
	BOMFormat   string `json:"bomFormat"`
	SpecVersion string `json:"specVersion"`
	Metadata    struct {
		Component  component `json:"component"`
		Properties []struct{ Name, Value string }
	}
	Components []component `json:"components"`
}

type component struct {
	Name, Version string
	Hashes        []struct{ Alg, Content string }
}

// A module is one that is linked, with the SHA-256 of its files in hexadecimal, or
// none for Go's own library.
type module struct{ name, version, sum string }

func (m module) String() string { return strings.TrimSpace(m.name + " " + m.version + " " + m.sum) }

// linked gives the modules that a binary says it is made of, Go's own library last.
func linked(info *buildinfo.BuildInfo) []module {
	var modules []module
	for _, dep := range info.Deps {
		if dep.Replace != nil {
			dep = dep.Replace
		}
		sum, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(dep.Sum, "h1:"))
		modules = append(modules, module{dep.Path, dep.Version, fmt.Sprintf("%x", sum)})
	}
	return append(modules, module{"std", info.GoVersion, ""})
}

// matches checks that an SBOM is of a binary, and names what is linked into it and
// nothing else.
func matches(raw []byte, info *buildinfo.BuildInfo, binary []byte) error {
	var b bom
	if err := json.Unmarshal(raw, &b); err != nil {
		return err
	}
	if b.BOMFormat != "CycloneDX" || b.SpecVersion == "" {
		return fmt.Errorf("is a %q %q, not a CycloneDX", b.BOMFormat, b.SpecVersion)
	}
	if about := b.Metadata.Component; about.Name != info.Main.Path || about.Version != info.Main.Version {
		return fmt.Errorf("is about %s %s, not %s %s", about.Name, about.Version, info.Main.Path, info.Main.Version)
	}
	sum := fmt.Sprintf("%x", sha256.Sum256(binary))
	if !slices.Contains(b.Metadata.Properties, struct{ Name, Value string }{"cdx:gomod:binary:hash:SHA-256", sum}) {
		return fmt.Errorf("is not about the binary with the sum %s", sum)
	}
	var named []string
	for _, c := range b.Components {
		m := module{name: c.Name, version: c.Version}
		for _, hash := range c.Hashes {
			if hash.Alg == "SHA-256" {
				m.sum = hash.Content
			}
		}
		named = append(named, m.String())
	}
	for _, m := range linked(info) {
		at := slices.Index(named, m.String())
		if at < 0 {
			return fmt.Errorf("does not name %s", m)
		}
		named = slices.Delete(named, at, at+1)
	}
	if len(named) > 0 {
		return fmt.Errorf("names what is not linked: %s", strings.Join(named, ", "))
	}
	return nil
}
