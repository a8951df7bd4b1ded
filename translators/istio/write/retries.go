package write

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/istio/controller"
)

// putRetries puts a wish into an http route of a VirtualService. What nobody wishes
// stays as it is. Without anything to retry the retries are turned off in so many
// words, since Istio retries twice where a route does not say; what bounds one
// try then bounds the request.
func (t *translation) putRetries(h manifest.Value, want behavior.Behavior) {
	if !controller.Proxies(h) {
		return
	}
	total := want.TotalTimeout
	if total.State != behavior.Set {
		total = controller.LimitOf(h.At("timeout"))
	}
	attempt := want.AttemptTimeout
	if attempt.State != behavior.Set {
		attempt = controller.LimitOf(h.At("retries", "perTryTimeout"))
	}
	on := retryOnFor(want)
	if want.MaxRetries.Value == 0 || on == "" {
		h.Put("retries", manifest.Map("attempts", 0))
		if attempt.State == behavior.Set && (total.State != behavior.Set || attempt.Value < total.Value) {
			total = attempt
		}
	} else {
		retries := h.Make("retries")
		retries.Put("attempts", want.MaxRetries.Value)
		retries.Put("retryOn", on)
		if attempt.State == behavior.Set {
			retries.Put("perTryTimeout", gateway.Duration(attempt.Value))
		}
		if want.Backoff.State == behavior.Set && t.settings.Version.AtLeast(1, 26) {
			retries.Put("backoff", gateway.Duration(want.Backoff.Value.Base))
		}
	}
	if total.State == behavior.Set {
		h.Put("timeout", gateway.Duration(total.Value))
	}
	if want.IdempotencyKey.State == behavior.Set {
		controller.SetKey(h, want.IdempotencyKey.Value)
	}
}

// keep carries over what a rule of a route itself says of retries, as Istio
// understands it (1.31 pilot/pkg/config/kube/gateway/conversion.go:186).
func keep(h manifest.Value, rule route.Rule) {
	timeouts, stanza := rule.Value.At("timeouts"), rule.Value.At("retry")
	total, attempt := controller.LimitOf(timeouts.At("request")), controller.LimitOf(timeouts.At("backendRequest"))
	if stanza.IsMap() && !rule.GRPC {
		words := []string{api.DefaultRetryOn}
		for _, code := range stanza.At("codes").Items() {
			if status, ok := code.Int(); ok && api.KnownCode(int(status)) {
				words = append(words, code.Text())
			}
		}
		retries := manifest.Map("attempts", api.DefaultAttempts, "retryOn", strings.Join(words, ","))
		if n, ok := stanza.At("attempts").Int(); ok {
			retries.Put("attempts", n)
		}
		if d := controller.LimitOf(stanza.At("backoff")); d.State == behavior.Set {
			retries.Put("backoff", gateway.Duration(d.Value))
		}
		if attempt.State == behavior.Set {
			retries.Put("perTryTimeout", gateway.Duration(attempt.Value))
		}
		h.Put("retries", retries)
	} else if attempt.State == behavior.Set {
		total = attempt
	}
	if total.State == behavior.Set {
		h.Put("timeout", gateway.Duration(total.Value))
	}
}

// edit puts a wish into an http route of a VirtualService, before which it puts a
// copy for the methods that may be retried where the wish is limited to some of
// those that reach it, and gives the copy's name. It says why that could not be done;
// whole is such a reason, if there is one already.
func (t *translation) edit(https manifest.Value, at int, reach behavior.Methods, want behavior.Behavior, merged bool, whole error) (part string, problem error) {
	h := https.Index(at)
	methods, limited := gateway.Limit(want)
	switch {
	case !controller.Proxies(h): // it answers by itself
		return "", nil
	case !limited || reach&^methods == 0:
		t.putRetries(h, want)
		return "", nil
	case reach&methods == 0:
		t.putRetries(h, gateway.SafeOnly(want))
		return "", nil
	}
	narrow, ok := narrowed(h, methods)
	t.putRetries(h, gateway.SafeOnly(want))
	switch {
	case !ok:
		return "", errors.New("it matches methods by a pattern")
	case merged && slices.ContainsFunc(controller.Matchers(h), controller.Matcher.Everything):
		return "", errors.New("it matches everything, for which Istio puts it behind the routes of other VirtualServices, and with a method it would take their requests")
	case whole != nil:
		return "", whole
	}
	if name := h.At("name").Text(); name != "" {
		part = freeName(https, name+route.PartSuffix)
		narrow.Put("name", part)
	}
	t.putRetries(narrow, want)
	leave(h.At("match"), methods)
	https.Insert(at, narrow)
	return part, nil
}

// freeName gives the name, with a number behind it where an http route has it already.
func freeName(https manifest.Value, name string) string {
	free := name
	for n := 2; ; n++ {
		taken := false
		for _, h := range https.Items() {
			taken = taken || h.At("name").Text() == free
		}
		if !taken {
			return free
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}

// leave takes the matches out whose one method the http route before serves:
// Istio warns of what nothing can reach.
func leave(matches manifest.Value, methods behavior.Methods) {
	for n := matches.Len() - 1; n >= 0; n-- {
		if kind, name := controller.StringMatch(matches.Index(n).At("method")); kind == "exact" && behavior.ParseMethod(name)&methods != 0 {
			matches.RemoveIndex(n)
		}
	}
}

// narrowed gives a copy of an http route for some methods only; ok is false where
// it matches the method in a way that cannot be cut down.
func narrowed(h manifest.Value, methods behavior.Methods) (narrow manifest.Value, ok bool) {
	narrow = h.Copy()
	if narrow.At("match").Len() == 0 {
		narrow.Put("match", manifest.List(manifest.Map("method", controller.MethodMatch(methods))))
		return narrow, true
	}
	list := manifest.List()
	for _, m := range narrow.At("match").Items() {
		reach := controller.MatcherOf(m).Methods
		if kind, value := controller.StringMatch(m.At("method")); kind == "regex" && !readable(value) {
			return narrow, false
		}
		switch {
		case reach&methods == 0:
			continue
		case reach&^methods != 0:
			m.Put("method", controller.MethodMatch(reach&methods))
		}
		list.Append(m)
	}
	narrow.Put("match", list)
	return narrow, true
}

func readable(expression string) bool {
	_, err := regexp.Compile(expression)
	return err == nil
}
