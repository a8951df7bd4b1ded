package main

import (
	"debug/buildinfo"
	"runtime/debug"
	"strings"
	"testing"
)

// made is what Go would say of a binary whose bytes are "binary".
func made() *buildinfo.BuildInfo {
	return &buildinfo.BuildInfo{
		GoVersion: "go1.26.8",
		Main:      debug.Module{Path: "retryctl.dev", Version: "v1.2.3"},
		Deps: []*debug.Module{
			{Path: "a.example/m", Version: "v1.0.0", Sum: "h1:AAEC"},
			{Path: "b.example/m", Version: "v2.0.0", Sum: "h1:AwQF", Replace: &debug.Module{Path: "c.example/m", Version: "v2.0.1", Sum: "h1:BgcI"}},
		},
	}
}

const sbom = `{"bomFormat": "CycloneDX", "specVersion": "1.6",
"metadata": {"component": {"name": "retryctl.dev", "version": "v1.2.3"},
  "properties": [{"name": "cdx:gomod:binary:hash:SHA-256", "value": "9a3a45d01531a20e89ac6ae10b0b0beb0492acd7216a368aa062d1a5fecaf9cd"}]},
"components": [
  {"name": "c.example/m", "version": "v2.0.1", "hashes": [{"alg": "SHA-256", "content": "060708"}]},
  {"name": "a.example/m", "version": "v1.0.0", "hashes": [{"alg": "SHA-256", "content": "000102"}]},
  {"name": "std", "version": "go1.26.8"}]}`

func TestAnSBOMNamesWhatIsLinkedAndNothingElse(t *testing.T) {
	if err := matches([]byte(sbom), made(), []byte("binary")); err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]struct{ from, to string }{
		`is a "SPDX"`:                           {`"CycloneDX"`, `"SPDX"`},
		"is about retryctl.dev v1.2.2":          {`"v1.2.3"`, `"v1.2.2"`},
		"is not about the binary":               {"9a3a", "0000"},
		"does not name a.example/m v1.0.0":      {`"a.example/m"`, `"d.example/m"`},
		"does not name c.example/m v2.0.1 0607": {"060708", "060709"},
		"does not name std go1.26.8":            {`"go1.26.8"`, `"go1.26.7"`},
		"names what is not linked: e 1":         {`{"name": "std"`, `{"name": "e", "version": "1"}, {"name": "std"`},
	} {
		err := matches([]byte(strings.Replace(sbom, c.from, c.to, 1)), made(), []byte("binary"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("gives %v, want %q", err, want)
		}
	}
}

func TestEveryModuleThatIsLinkedHasALicense(t *testing.T) {
	const licenses = "begin\n\n==== a.example/m v1.0.0: LICENSE\n\nterms\n\n==== c.example/m v2.0.1: LICENSE\n\nterms\n"
	if err := licensed([]byte(licenses+"\n==== std go1.26.8: LICENSE\n"), made()); err != nil {
		t.Error(err)
	}
	if err := licensed([]byte(licenses), made()); err == nil || !strings.Contains(err.Error(), "no license of std go1.26.8") {
		t.Errorf("gives %v", err)
	}
}
