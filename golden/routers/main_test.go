package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestEachRandomWorldHasRulesWithPrioritiesAndRequests(t *testing.T) {
	for _, kind := range []string{"input", "wild", "guarded"} {
		var world, out bytes.Buffer
		if err := run(nil, &world, kind, 3); err != nil {
			t.Fatal(err)
		}
		if err := run(&world, &out, "", 0); err != nil {
			t.Fatal(err)
		}
		var a answer
		if err := json.Unmarshal(out.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		served, priorities, tries := 0, 0, 0
		for _, r := range a.Rules {
			priorities, tries = priorities+len(r.Priorities), tries+r.Tries["GET"]+r.Tries["POST"]
		}
		for _, r := range a.Requests {
			served += len(r.Served)
		}
		if len(a.Rules) == 0 || priorities == 0 || tries == 0 || served == 0 {
			t.Errorf("%s: %d rules with %d priorities and %d tries, %d requests, served by %d", kind, len(a.Rules), priorities, tries, len(a.Requests), served)
		}
	}
	if err := run(strings.NewReader(""), &bytes.Buffer{}, "other", 0); err == nil {
		t.Error("another kind of world is taken")
	}
}
