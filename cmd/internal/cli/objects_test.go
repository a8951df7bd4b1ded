package cli

import (
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
)

func TestAnObjectThatTwoTargetsWriteAlikeIsInAStreamOnceWithTheMarksOfBoth(t *testing.T) {
	result := func(name, retries string) *translators.Result {
		objects, err := manifest.Read(strings.NewReader(`apiVersion: v1
kind: Service
metadata:
  name: a # the first
  annotations:
    retryctl.dev/undo-`+name+`: '{}'
    konghq.com/retries: "`+retries+`"
`), "in.yaml")
		if err != nil {
			t.Fatal(err)
		}
		return &translators.Result{Gateway: gateway.Profile{Name: name}, Objects: objects}
	}
	stand := func(results ...*translators.Result) (string, int) {
		var s stream
		for _, r := range results {
			if err := s.take(r); err != nil || len(r.Objects) > 0 {
				t.Fatal(err, r.Objects)
			}
		}
		var out strings.Builder
		if err := s.print(&out); err != nil {
			t.Fatal(err)
		}
		return out.String(), len(s.joint.Disputed(""))
	}
	want := `# one
apiVersion: v1
kind: Service
metadata:
  name: a # the first
  annotations:
    retryctl.dev/undo-one: '{}'
    konghq.com/retries: "3"
    retryctl.dev/undo-two: '{}'
    retryctl.dev/undo-three: '{}'
`
	if got, disputed := stand(result("one", "3"), result("two", "3"), result("three", "3")); got != want || disputed > 0 {
		t.Errorf("%d disputed:\n%s", disputed, got)
	}
	if _, disputed := stand(result("one", "3"), result("two", "3"), result("three", "4"), result("four", "3")); disputed != 1 {
		t.Errorf("%d disputed", disputed)
	}
}
