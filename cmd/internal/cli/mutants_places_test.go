package cli_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// A place is where a finding says that it is.
type place struct {
	file         string
	line, column int
}

// places holds that a report can be read, and that each finding in it is about a place
// that is in the input.
func (a attempt) places(format string, report []byte) string {
	list, err := placesIn(format, report)
	if err != nil {
		return fmt.Sprintf("the report as %s cannot be read: %v", format, err)
	}
	lines := bytes.Split(a.text, []byte("\n"))
	for _, p := range list {
		switch {
		case filepath.Base(p.file) != "in.yaml" && (p.file != "<stdin>" || strings.HasPrefix(a.name, "fn")):
		case p.line < 0 || p.line > len(lines), p.line > 0 && (p.column < 0 || p.column > len(lines[p.line-1])+1):
			return fmt.Sprintf("a finding of the report as %s is at %d:%d, where nothing is", format, p.line, p.column)
		}
	}
	return ""
}

var (
	textPlace   = regexp.MustCompile(`(?m)^(\S*(?:in\.yaml|<stdin>)):(\d+):(\d+): (?:error|warning|note) RT`)
	junitPlace  = regexp.MustCompile(`(\S*(?:in\.yaml|<stdin>)):(\d+):(\d+)`)
	githubPlace = regexp.MustCompile(`(?m)^::\w+ .*?file=([^,]*),line=(\d+),col=(\d+)`)
)

// placesIn gives the places of the findings in a report.
func placesIn(format string, report []byte) (list []place, err error) {
	switch format {
	case "json":
		err = json.Unmarshal(orEmpty(report), &list)
	case "sarif":
		return sarifPlaces(report)
	case "junit":
		return junitPlaces(report)
	case "github":
		return matched(githubPlace, report), nil
	default:
		return matched(textPlace, report), nil
	}
	return list, err
}

// UnmarshalJSON reads a finding of a report as JSON.
func (p *place) UnmarshalJSON(text []byte) error {
	var f struct {
		File         string
		Line, Column int
	}
	err := json.Unmarshal(text, &f)
	*p = place{f.File, f.Line, f.Column}
	return err
}

func orEmpty(report []byte) []byte {
	if len(report) == 0 {
		return []byte("[]")
	}
	return report
}

func matched(pattern *regexp.Regexp, report []byte) (list []place) {
	for _, m := range pattern.FindAllSubmatch(report, -1) {
		line, _ := strconv.Atoi(string(m[2]))
		column, _ := strconv.Atoi(string(m[3]))
		list = append(list, place{string(m[1]), line, column})
	}
	return list
}

func junitPlaces(report []byte) (list []place, err error) {
	for d := xml.NewDecoder(bytes.NewReader(report)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		if text, ok := token.(xml.CharData); ok {
			list = append(list, matched(junitPlace, text)...)
		}
	}
}

func sarifPlaces(report []byte) (list []place, err error) {
	var log struct {
		Runs []struct {
			Results []struct {
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn int }
					}
				}
			}
		}
	}
	if len(report) > 0 {
		err = json.Unmarshal(report, &log)
	}
	for _, r := range log.Runs {
		for _, result := range r.Results {
			for _, l := range result.Locations {
				at := l.PhysicalLocation
				list = append(list, place{at.ArtifactLocation.URI, at.Region.StartLine, at.Region.StartColumn})
			}
		}
	}
	return list, err
}
