package route_test

import (
	"testing"

	"retryctl.dev/schema"
	"retryctl.dev/schema/route"
)

func TestPoliciesCanTargetEveryKindThatSendsRequests(t *testing.T) {
	for _, k := range route.Kinds {
		if group, ok := schema.GroupOf(k.Name); !ok || group != k.Group {
			t.Errorf("%s of group %q is no kind that a policy can target", k.Name, k.Group)
		}
	}
}
