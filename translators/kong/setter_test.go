package kong_test

import (
	"testing"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/kong/controller"
)

func TestOfTwoPluginsTheOneThatSetsANumberIsNamed(t *testing.T) {
	plugin := func(name, code string) string {
		return "---\napiVersion: configuration.konghq.com/v1\nkind: KongPlugin\nmetadata: {name: " + name + ", namespace: shop}\nconfig: {access: [\"" + code + "\"]}\n"
	}
	for _, c := range []struct{ first, second, number, bounds string }{
		{"kong.service.set_retries(2)", "kong.log('x')", "first", ""},
		{"kong.service.set_retries(2)", "kong.service.set_retries(2)", "second", ""},
		{"kong.service.set_retries(2) kong.service.set_timeouts(1, 1, 1)", "kong.service.set_retries(3)", "second", "first"},
		{"kong.service.set_timeouts(1, 1, 1)", "kong.service.set_timeouts(2, 2, 2)", "", "second"},
	} {
		world := worldOf(t, plugin("first", c.first)+plugin("second", c.second))
		v := controller.Everything.Judge([]*manifest.Object{world.Get(controller.PluginID("shop", "first")), world.Get(controller.PluginID("shop", "second"))}, "GET")
		name := func(short string) string {
			if short == "" {
				return ""
			}
			return "KongPlugin shop/" + short
		}
		if v.Number != name(c.number) || v.Bounds != name(c.bounds) || v.Unclear || v.Failed {
			t.Errorf("%s, %s: the number is from %q, and the timeouts from %q", c.first, c.second, v.Number, v.Bounds)
		}
	}
}
