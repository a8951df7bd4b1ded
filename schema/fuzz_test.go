package schema

import (
	"encoding/json"
	"strings"
	"testing"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// FuzzDecode holds the decoder to this: it never fails without a finding that
// has a place, and a policy that is valid means the same when it is written as
// JSON and read again.
func FuzzDecode(f *testing.F) {
	for _, text := range []string{whole, usual, head, settings + "  targets: [istio@1.30]\n", usual + "  attempts: 3\n", usual + "  backoff: [&a b, *a]\n",
		strings.Replace(usual, "{statusCodes: [503]}", "{conditions: [5xx, 1], methods: [on, '*'], grpcStatuses: [14]}\n  budget: {percent: 0x10}", 1)} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		objects, err := manifest.Read(strings.NewReader(string(in)), "p.yaml")
		if err != nil {
			return
		}
		for _, o := range objects {
			if o.ID().Kind == ConfigKind {
				c, findings := DecodeConfig(o, known)
				if findings.Count(finding.Error) == 0 {
					findings = append(findings, ValidateConfig(c, known)...)
				}
				placed(t, findings)
				continue
			}
			p, findings := Decode(o)
			if findings.Count(finding.Error) == 0 {
				findings = append(findings, Validate(p, known)...)
			}
			placed(t, findings)
			if findings.Count(finding.Error) == 0 {
				comesBack(t, p)
			}
		}
	})
}

func placed(t *testing.T, findings finding.List) {
	for _, f := range findings {
		if f.Message == "" || strings.ContainsAny(f.Message, "\n\r\x1b") || f.File != "p.yaml" || f.Line < 1 || f.Column < 1 {
			t.Fatalf("%q: %+v", f.Message, f)
		}
	}
}

func comesBack(t *testing.T, p *RetryPolicy) {
	first, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	again, findings := Decode(object(t, string(first)))
	findings = append(findings, Validate(again, known)...)
	if findings.Count(finding.Error) > 0 {
		t.Fatalf("%s\n%s", first, lines(findings))
	}
	second, err := json.Marshal(again)
	if err != nil || string(first) != string(second) {
		t.Fatalf("%s\ncame back as\n%s %v", first, second, err)
	}
}
