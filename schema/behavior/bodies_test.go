package behavior_test

import (
	"slices"
	"testing"

	. "retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
)

// unavailable is a cause after which the body was sent.
var unavailable = Codes(503, 503)

// bodyDiffs are the differences about bodies of a wish and an effect, which retry the same.
func bodyDiffs(methods Methods, causes []Cause, wish Setting[int64], got Bodies) []Diff {
	want := Behavior{MaxRetries: Is(2)}
	want.Causes.Add(methods, causes...)
	want.Bodies.Limit = wish
	e := granted(want)
	e.Bodies = got
	return slices.DeleteFunc(Compare(want, e), func(d Diff) bool { return d.Field != "spec.maxRequestBodyBytes" })
}

func TestAWishForBodiesIsHeldAgainstWhatTheGatewayKeeps(t *testing.T) {
	const wish = 65536
	safe := []Cause{ConnectFailure}
	larger := func(b Bodies, l Larger) Bodies { b.Larger = l; return b }
	streams := func(b Bodies, n int64) Bodies { b.HTTP2 = Is(n); return b }
	for about, c := range map[string]struct {
		methods Methods
		causes  []Cause
		got     Bodies
		want    []finding.Class
	}{
		"as much":                              {AllMethods, unavailable, Buffered(wish), nil},
		"less":                                 {AllMethods, unavailable, Buffered(wish - 1), []finding.Class{finding.Narrowed}},
		"more":                                 {AllMethods, unavailable, Buffered(wish + 1), []finding.Class{finding.Widened}},
		"any":                                  {AllMethods, unavailable, AnyBody(), []finding.Class{finding.Widened}},
		"unknown":                              {AllMethods, unavailable, UnclearBodies(), []finding.Class{finding.Unknown}},
		"nothing that is read":                 {AllMethods, unavailable, Bodies{}, []finding.Class{finding.Unknown}},
		"less over HTTP/2":                     {AllMethods, unavailable, streams(Buffered(wish), wish-1), []finding.Class{finding.Narrowed}},
		"more over HTTP/2":                     {AllMethods, unavailable, streams(Buffered(wish), wish+1), nil},
		"larger ones are refused":              {AllMethods, unavailable, larger(Buffered(wish), Refused), []finding.Class{finding.Approximated}},
		"methods without a body":               {GET | HEAD | DELETE, unavailable, Buffered(1), nil},
		"less before a byte was sent":          {POST, safe, Buffered(wish - 1), []finding.Class{finding.Narrowed}},
		"more before a byte was sent":          {POST, safe, AnyBody(), nil},
		"less, and any before a byte was sent": {POST, append(safe, unavailable...), Bodies{Limit: Is(int64(1)), Unsent: None[int64]()}, []finding.Class{finding.Narrowed}},
		"as much, and less before it was sent": {POST, append(safe, unavailable...), Bodies{Limit: Is(int64(wish)), Unsent: Is(int64(0))}, []finding.Class{finding.Narrowed}},
	} {
		var got []finding.Class
		for _, d := range bodyDiffs(c.methods, c.causes, Is(int64(wish)), c.got) {
			got = append(got, d.Class)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", about, got, c.want)
		}
	}
}

func TestWithoutAWishForBodiesALimitIsANoteWhereAnAnswerIsRetried(t *testing.T) {
	none := Setting[int64]{}
	for about, c := range map[string]struct {
		methods Methods
		causes  []Cause
		got     Bodies
		found   bool
	}{
		"a code for PUT":                  {PUT, unavailable, Buffered(1), true},
		"a code for PUT, unknown":         {PUT, unavailable, UnclearBodies(), true},
		"a code for PUT, no limit":        {PUT, unavailable, AnyBody(), false},
		"a code for GET":                  {GET, unavailable, Buffered(1), false},
		"a lost connection, for PUT":      {PUT, []Cause{Reset}, Buffered(1), false},
		"a code for POST, over HTTP/2":    {POST, unavailable, Bodies{HTTP2: Is(int64(9)), Limit: None[int64](), Unsent: None[int64]()}, true},
		"nothing is known of the gateway": {POST, unavailable, Bodies{}, false},
	} {
		diffs := bodyDiffs(c.methods, c.causes, none, c.got)
		if found := len(diffs) == 1 && diffs[0].Code == finding.LargeBodies; found != c.found || len(diffs) > 1 {
			t.Errorf("%s: %s", about, lines(diffs))
		}
	}
}

func TestBodiesReadAsSizes(t *testing.T) {
	for want, b := range map[string]Bodies{
		"of any size": AnyBody(),
		"unknown":     UnclearBodies(),
		"up to 32 KiB (64 KiB over HTTP/2); a larger one is sent once":                     {Limit: Is(int64(32768)), Unsent: Is(int64(32768)), HTTP2: Is(int64(65536)), Larger: SentOnce},
		"up to 65537 bytes, of any size before a byte was sent; a larger one is sent once": {Limit: Is(int64(65537)), Unsent: None[int64](), Larger: SentOnce},
		"none, of any size before a byte was sent; a larger one perhaps":                   {Limit: Is(int64(0)), Unsent: None[int64](), Larger: PerhapsSent},
	} {
		if got := b.Text(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
