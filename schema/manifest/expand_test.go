package manifest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAliasesBecomeCopiesOfTheirAnchors(t *testing.T) {
	v := spec(t, "a: &x {k: [1, 2]}\nb: *x\nc: &s text\nd: [*s, *s]\n*s : e")
	v.At("b", "k").Append(3)
	if v.At("a", "k").Len() != 2 || v.At("b", "k").Len() != 3 {
		t.Error("an alias and its anchor are one value")
	}
	if v.At("d").Index(1).Text() != "text" || v.At("text").Text() != "e" {
		t.Error("an alias of a text is not the text")
	}
	var out strings.Builder
	if err := v.WriteYAML(&out); err != nil || strings.ContainsAny(out.String(), "&*") {
		t.Errorf("written with anchors: %s %v", out.String(), err)
	}
}

func TestAnAnchorThatIsDefinedAgainCountsFromThereOn(t *testing.T) {
	v := spec(t, "a: &x 1\nb: *x\nc: &x 2\nd: *x")
	if v.At("b").Text() != "1" || v.At("d").Text() != "2" {
		t.Errorf("b is %s, d is %s", v.At("b").Text(), v.At("d").Text())
	}
}

func TestAnchorsEndWithTheirDocument(t *testing.T) {
	got := refused(t, "apiVersion: v1\nkind: X\nmetadata: {name: &a x}\n---\napiVersion: v1\nkind: X\nmetadata: {name: *a}\n")
	if got.Error() != "in.yaml:7:18: alias *a has no anchor in its document" {
		t.Error(got)
	}
}

func TestAnExplicitKeyWinsOverAMergedOne(t *testing.T) {
	for _, in := range []string{"base: &b {k: merged, l: merged}\nx: {<<: *b, k: own}", "base: &b {k: merged, l: merged}\nx: {k: own, <<: *b}"} {
		x := spec(t, in).At("x")
		if x.At("k").Text() != "own" || x.At("l").Text() != "merged" || x.Len() != 2 {
			t.Errorf("%s: k is %s, l is %s", in, x.At("k").Text(), x.At("l").Text())
		}
	}
}

func TestAnEarlierMergeSourceWinsOverALaterOne(t *testing.T) {
	x := spec(t, "a: &a {k: a}\nb: &b {k: b, l: b}\nx: {<<: [*a, *b], m: x}").At("x")
	if x.At("k").Text() != "a" || x.At("l").Text() != "b" || x.At("m").Text() != "x" || x.Len() != 3 {
		t.Errorf("k is %s, l is %s, m is %s", x.At("k").Text(), x.At("l").Text(), x.At("m").Text())
	}
}

func TestMergesOfMergesAreMerged(t *testing.T) {
	v := spec(t, "a: &a {k: a, l: a}\nb: &b {<<: *a, l: b}\nx: {<<: *b, <<: {n: inline}}")
	x := v.At("x")
	if x.At("k").Text() != "a" || x.At("l").Text() != "b" || x.At("n").Text() != "inline" {
		t.Errorf("k is %s, l is %s, n is %s", x.At("k").Text(), x.At("l").Text(), x.At("n").Text())
	}
}

func TestAQuotedMergeKeyIsAnOrdinaryKey(t *testing.T) {
	if got := spec(t, "\"<<\": {a: 1}").At("<<", "a").Text(); got != "1" {
		t.Errorf("got %q", got)
	}
}

func TestDocumentsThatGrowWithoutBoundAreRefusedQuickly(t *testing.T) {
	head := "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec:\n"
	var laughs, merges strings.Builder
	laughs.WriteString(head + "  a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n")
	merges.WriteString(head + "  a0: &a0 {k: {l: {m: n}}}\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&laughs, "  a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
		fmt.Fprintf(&merges, "  a%d: &a%d {<<: [*a%d, *a%d], k%d: *a%d}\n", i, i, i-1, i-1, i, i-1)
	}
	text := head + "  a: &a " + strings.Repeat("x", 1<<20) + "\n  b: [" + strings.Repeat("*a, ", 10_000) + "]\n"
	for name, in := range map[string]string{"nested lists": laughs.String(), "nested merges": merges.String(), "one long text": text} {
		quickly(t, func() {
			if got := refused(t, in); got.Message != "aliases expand to more than 100000 values" || got.Line < 5 {
				t.Errorf("%s: %s", name, got)
			}
		})
	}
}

// quickly fails a test that takes more than a moment.
func quickly(t *testing.T, do func()) {
	t.Helper()
	start := time.Now()
	do()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestDeepNestingIsRefused(t *testing.T) {
	head := "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: "
	one(t, head+strings.Repeat("[", MaxDepth-1)+strings.Repeat("]", MaxDepth-1)+"\n")
	quickly(t, func() {
		for _, depth := range []int{MaxDepth + 1, 9_000, 1_000_000} {
			if got := refused(t, head+strings.Repeat("[", depth)+strings.Repeat("]", depth)+"\n"); got.Message == "" {
				t.Errorf("%d levels: %s", depth, got)
			}
		}
	})
}

func TestAMappingWithVeryManyKeysIsReadQuickly(t *testing.T) {
	var in strings.Builder
	in.WriteString("apiVersion: v1\nkind: X\nmetadata: {name: x}\ndata:\n")
	for i := range 100_000 {
		fmt.Fprintf(&in, "  key-%d: x\n", i)
	}
	quickly(t, func() {
		if got := one(t, in.String()).At("data").Len(); got != 100_000 {
			t.Errorf("read %d keys", got)
		}
	})
}
