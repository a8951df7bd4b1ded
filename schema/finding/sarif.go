package finding

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
)

// The parts of SARIF 2.1.0 that code scanning systems read.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Name    string       `json:"name,omitempty"`
		Short   *sarifText   `json:"shortDescription,omitempty"`
		Full    *sarifText   `json:"fullDescription,omitempty"`
		Help    *sarifText   `json:"help,omitempty"`
		Default sarifDefault `json:"defaultConfiguration"`
	}
	sarifDefault struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		Line   int `json:"startLine"`
		Column int `json:"startColumn,omitempty"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
)

// writeSARIF prints one run of the tool, with the pages of the codes in it.
func writeSARIF(w io.Writer, list List) error {
	call, list := invocation(list)
	codes := make([]Code, 0, len(list))
	for _, f := range list {
		codes = append(codes, f.Code)
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)

	run := sarifRun{Invocations: []sarifInvocation{call}, ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "retryctl", Rules: []sarifRule{}}
	for _, code := range codes {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, rule(code))
	}
	seen := map[string]int{}
	for _, f := range list {
		r := result(f)
		r.RuleIndex, _ = slices.BinarySearch(codes, f.Code)
		id := fingerprint(f)
		seen[id]++
		r.Fingerprints = map[string]string{"finding/v1": fmt.Sprintf("%s:%d", id, seen[id])}
		run.Results = append(run.Results, r)
	}
	return encode(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

func rule(code Code) sarifRule {
	r := sarifRule{ID: string(code), Default: sarifDefault{level(code.Severity())}}
	if page, ok := Find(code); ok {
		r.Name = page.Name
		r.Short = &sarifText{capital(page.Title) + "."}
		text := strings.TrimSpace(page.Text)
		full, _, _ := strings.Cut(text, "\n\n")
		r.Full = &sarifText{strings.ReplaceAll(full, "\n", " ")}
		r.Help = &sarifText{text}
	}
	return r
}

func result(f Finding) sarifResult {
	text := strings.Join(append([]string{f.headline()}, f.details()...), "\n")
	r := sarifResult{RuleID: string(f.Code), Level: level(f.Severity), Message: sarifText{text}}
	var at sarifLocation
	if f.File != "" {
		at.Physical = &sarifPhysical{Artifact: sarifArtifact{uri(f.File)}}
		if f.Line > 0 {
			at.Physical.Region = &sarifRegion{f.Line, max(f.Column, 0)}
		}
	}
	if f.object() != "" {
		at.Logical = []sarifLogical{{clean(f.object()), "resource"}}
	}
	if f.File != "" || f.object() != "" {
		r.Locations = []sarifLocation{at}
	}
	return r
}

func level(s Severity) string {
	switch s {
	case Error, Warning:
		return string(s)
	}
	return "note"
}

// uri gives a file as a URI, relative to the folder that retryctl ran in unless
// the user gave an absolute path.
func uri(file string) string {
	file = path.Clean(strings.ReplaceAll(file, `\`, "/"))
	switch {
	case strings.HasPrefix(file, "/"):
		return (&url.URL{Scheme: "file", Path: file}).String()
	case len(file) > 2 && file[1:3] == ":/":
		return (&url.URL{Scheme: "file", Path: "/" + file}).String()
	}
	return (&url.URL{Path: file}).String()
}

// fingerprint tells findings apart in a way that outlives moved lines and new
// wording; findings that share one are numbered.
func fingerprint(f Finding) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q", f.Code, f.Gateway, f.object(), f.Field, uri(f.File)))
	return fmt.Sprintf("%x", sum[:16])
}
