package manifest

import (
	"strings"
	"testing"
)

func TestAnAliasInsideItsOwnAnchorIsRefused(t *testing.T) {
	_, err := Read(strings.NewReader("apiVersion: v1\nkind: X\nmetadata: &a {name: x, self: *a}\n"), "in.yaml")
	if err == nil {
		t.Fatal("a cycle was read")
	}
}

func TestEveryDocumentOfAStreamAndEveryItemOfAListIsRead(t *testing.T) {
	in := "apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\n# nothing\n---\n{apiVersion: v1, kind: List, items: [{apiVersion: g/v1, kind: B, metadata: {name: b, namespace: n}}]}\n"
	got, err := Read(strings.NewReader(in), "in.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].ID() != (ID{"", "A", DefaultNamespace, "a"}) || got[1].ID() != (ID{"g", "B", "n", "b"}) {
		t.Fatalf("read %v", got)
	}
}
