package finding

import "testing"

func TestAHintSaysHowToGiveWhatIsMissingInTheWordsOfWhoShowsIt(t *testing.T) {
	give := Give("its manifest", ", or take it away")
	for want, hint := range map[string]Hint{
		"give its manifest with -f as well, or take it away": give,
		"give its manifest among the items, or take it away": give.By("among the items"),
		"take it away": Do("take it away").By("among the items"),
		"":             {},
	} {
		if got := hint.String(); got != want {
			t.Errorf("%q, and not %q", got, want)
		}
	}
}
