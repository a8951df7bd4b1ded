package finding

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
)

// The part of SARIF 2.1.0 that findings need.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string    `json:"id"`
		ShortDescription sarifText `json:"shortDescription"`
		FullDescription  sarifText `json:"fullDescription"`
		Help             sarifText `json:"help"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        Severity          `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
)

// writeSARIF prints a log with the rules of the catalogue that were met.
func writeSARIF(w io.Writer, list List) error {
	run := sarifRun{
		Tool:    sarifTool{sarifDriver{Name: "retryctl", Rules: []sarifRule{}}},
		Results: []sarifResult{},
	}
	var codes []Code
	for _, f := range list {
		if !slices.Contains(codes, f.Code) {
			codes = append(codes, f.Code)
		}
	}
	slices.Sort(codes)
	for _, code := range codes {
		page, _ := Find(code)
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{
			string(code), sarifText{page.Title}, sarifText{page.Title + "."}, sarifText{page.Text},
		})
	}
	for _, f := range list {
		result := sarifResult{
			RuleID: string(f.Code), RuleIndex: slices.Index(codes, f.Code), Level: f.Severity,
			Message:      sarifText{strings.Join(append([]string{f.subject() + f.Message}, f.details()...), "\n")},
			Fingerprints: map[string]string{"retryctl/v1": f.fingerprint()},
		}
		if f.File != "" {
			location := sarifLocation{sarifPhysical{Artifact: sarifArtifact{strings.ReplaceAll(f.File, "\\", "/")}}}
			if f.Line > 0 {
				location.Physical.Region = &sarifRegion{f.Line, f.Column}
			}
			result.Locations = []sarifLocation{location}
		}
		run.Results = append(run.Results, result)
	}
	return encode(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

// fingerprint stays the same while lines move.
func (f Finding) fingerprint() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{string(f.Code), f.Gateway, f.Object, f.Field, f.Want, f.Got}, "\x00")))
	return hex.EncodeToString(sum[:16])
}
