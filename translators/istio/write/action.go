package write

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/istio/controller"
)

// action writes what a rule does with its requests: filters and destinations.
func (c conversion) action(h manifest.Value, o *manifest.Object, rule manifest.Value) error {
	for name := range rule.Fields() {
		if !slices.Contains([]string{"name", "matches", "filters", "backendRefs", "timeouts", "retry"}, name.Text()) {
			return fmt.Errorf("a VirtualService has nothing for %s", name.Text())
		}
	}
	redirected := false
	for _, f := range rule.At("filters").Items() {
		kind := f.At("type").Text()
		switch kind {
		case "RequestHeaderModifier":
			headers(h.Make("headers", "request"), f.At("requestHeaderModifier"))
		case "ResponseHeaderModifier":
			headers(h.Make("headers", "response"), f.At("responseHeaderModifier"))
		case "RequestRedirect":
			redirected = true
			if err := redirect(h, f.At("requestRedirect")); err != nil {
				return err
			}
		case "URLRewrite":
			if err := rewrite(h, f.At("urlRewrite")); err != nil {
				return err
			}
		case "RequestMirror":
			if err := c.mirror(h, o, f.At("requestMirror")); err != nil {
				return err
			}
		case "CORS":
			cors(h, f.At("cors"))
		default:
			return fmt.Errorf("a VirtualService has nothing for the filter %s", kind)
		}
	}
	if redirected {
		return nil
	}
	return c.destinations(h, o, rule)
}

// headers copies the changes of headers; a % is doubled, since Istio reads it as
// the start of an operator, but not that of the key, which is meant as one.
func headers(into, modifier manifest.Value) {
	for _, verb := range []string{"set", "add"} {
		for _, item := range modifier.At(verb).Items() {
			name, value := item.At("name").Text(), item.At("value").Text()
			if !controller.IsKey(name, value) {
				value = strings.ReplaceAll(value, "%", "%%")
			}
			into.Make(verb).Put(name, value)
		}
	}
	if list := modifier.At("remove"); list.Len() > 0 {
		into.Put("remove", list.Copy())
	}
}

func (c conversion) mirror(h manifest.Value, o *manifest.Object, m manifest.Value) error {
	to, err := c.destination(o, m.At("backendRef"))
	if err != nil {
		return err
	}
	mirror := manifest.Map("destination", to)
	if percent, ok := m.At("percent").Float(); ok {
		mirror.Put("percentage", manifest.Map("value", percent))
	} else if numerator, ok := m.At("fraction", "numerator").Float(); ok {
		denominator, ok := m.At("fraction", "denominator").Float()
		if !ok || denominator == 0 {
			denominator = 100
		}
		mirror.Put("percentage", manifest.Map("value", numerator/denominator*100))
	}
	if !h.At("mirrors").Exists() {
		h.Put("mirrors", manifest.List())
	}
	h.At("mirrors").Append(mirror)
	return nil
}

func cors(h, f manifest.Value) {
	origins := manifest.List()
	for _, origin := range f.At("allowOrigins").Items() {
		text := origin.Text()
		switch {
		case text == "*": // what an origin looks like (RFC 6454)
			origins.Append(manifest.Map("regex", `^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s?#]+$`))
		case strings.HasSuffix(text, "*") && strings.Count(text, "*") == 1:
			origins.Append(manifest.Map("prefix", strings.TrimSuffix(text, "*")))
		case strings.Contains(text, "*"):
			origins.Append(manifest.Map("regex", "^"+strings.ReplaceAll(regexp.QuoteMeta(text), `\*`, ".*")+"$"))
		default:
			origins.Append(manifest.Map("exact", text))
		}
	}
	policy := manifest.Map("allowOrigins", origins, "allowMethods", f.At("allowMethods"), "allowHeaders", f.At("allowHeaders"),
		"exposeHeaders", f.At("exposeHeaders"), "allowCredentials", f.At("allowCredentials"), "unmatchedPreflights", "IGNORE")
	seconds, ok := f.At("maxAge").Int()
	if !ok {
		seconds = 5 // the API server's default
	}
	policy.Put("maxAge", fmt.Sprintf("%ds", seconds))
	h.Put("corsPolicy", policy)
}

// destinations writes the backends of a rule; weights only where there are
// several. A rule without a backend answers 500, as the Gateway API has it.
func (c conversion) destinations(h manifest.Value, o *manifest.Object, rule manifest.Value) error {
	list, total := manifest.List(), int64(0)
	refs := rule.At("backendRefs")
	for _, ref := range refs.Items() {
		weight, ok := ref.At("weight").Int()
		if !ok {
			weight = 1
		}
		if total += weight; weight == 0 {
			continue
		}
		to, err := c.destination(o, ref)
		if err != nil {
			return err
		}
		one := manifest.Map("destination", to)
		if refs.Len() > 1 {
			one.Put("weight", weight)
		}
		for _, f := range ref.At("filters").Items() {
			switch f.At("type").Text() {
			case "RequestHeaderModifier":
				headers(one.Make("headers", "request"), f.At("requestHeaderModifier"))
			case "ResponseHeaderModifier":
				headers(one.Make("headers", "response"), f.At("responseHeaderModifier"))
			default:
				return fmt.Errorf("a VirtualService has nothing for the filter %s of a backend", f.At("type").Text())
			}
		}
		list.Append(one)
	}
	if total == 0 {
		h.Put("directResponse", manifest.Map("status", 500))
		return nil
	}
	h.Put("route", list)
	return nil
}

// destination gives that of a backend. Istio asks no ReferenceGrant of a
// VirtualService, so the grant is looked for here.
func (c conversion) destination(o *manifest.Object, ref manifest.Value) (manifest.Value, error) {
	id := controller.BackendID(ref, o.ID().Namespace)
	host := controller.HostOf(id, c.settings)
	switch kind := ref.At("kind").Text(); kind {
	case "", "Service":
	case "Hostname":
		host = id.Name
	case "ServiceImport":
		host = id.Name + "." + id.Namespace + ".svc.clusterset.local"
	default:
		return ref, fmt.Errorf("a VirtualService cannot send requests to a %s", kind)
	}
	if !controller.Granted(c.world, o, id) {
		return ref, fmt.Errorf("no ReferenceGrant in the input lets it send requests to %s", id)
	}
	d := manifest.Map("host", host)
	if port, ok := ref.At("port").Int(); ok {
		d.Put("port", manifest.Map("number", port))
	}
	return d, nil
}
