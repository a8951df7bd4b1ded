package kong_test

import (
	"strings"
	"testing"
)

func TestNoTextOfAPolicyIsInTheCode(t *testing.T) {
	input := policy(onReads, "maxRetries: 1, retryOn: {conditions: [Reset], methods: [GET]}, idempotencyKey: {header: '`]]--os.execute|&'}") +
		httpRoute("", rule("reads", "", "api")+", "+rule("writes", "", "api")) + service("api")
	input = strings.Replace(input, "`]]--os.execute|&", "X-os.execute~|&", 1)
	code := func(input string) string {
		r := try(t, kongLua, input)
		return r.object("KongPlugin", "api-reads-retries").At("config", "access").Index(0).Text()
	}
	if got, want := code(input), code(strings.Replace(input, "X-os.execute~|&", "X-Key", 1)); got != want || got == "" {
		t.Errorf("the code is\n%s", got)
	}
	r := try(t, kongLua, input)
	if got := r.object("KongPlugin", "api-reads-key").At("config", "header_name").Text(); got != "X-os.execute~|&" {
		t.Errorf("the header is %q", got)
	}
}
