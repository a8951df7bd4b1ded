package istio

import (
	"fmt"
	"regexp"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
)

// action writes what a rule does with its requests: filters and destinations.
func (c conversion) action(h, rule manifest.Value) error {
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
			c.mirror(h, f.At("requestMirror"))
		case "CORS":
			cors(h, f.At("cors"))
		default:
			return fmt.Errorf("a VirtualService has nothing for the filter %s", kind)
		}
	}
	if redirected {
		return nil
	}
	return c.destinations(h, rule)
}

// headers copies the changes of headers; a % of a literal value is doubled, since
// Istio reads it as the start of an operator.
func headers(into, modifier manifest.Value) {
	for _, verb := range []string{"set", "add"} {
		for _, item := range modifier.At(verb).Items() {
			into.Make(verb).Put(item.At("name").Text(), item.At("value").Text())
		}
	}
	if list := modifier.At("remove"); list.Len() > 0 {
		into.Put("remove", list.Copy())
	}
}

// prefixes reports whether every match of an http route is one of path prefixes,
// which is what a prefix can be replaced in.
func prefixes(h manifest.Value) bool {
	for _, m := range h.At("match").Items() {
		if kind, _ := stringMatch(m.At("uri")); kind != "prefix" && kind != "exact" {
			return false
		}
	}
	return h.At("match").Len() > 0
}

func redirect(h, r manifest.Value) error {
	out := manifest.Map("scheme", r.At("scheme"), "authority", r.At("hostname"), "port", r.At("port"))
	if code, ok := r.At("statusCode").Int(); ok {
		out.Put("redirectCode", code)
	} else {
		out.Put("redirectCode", 302)
	}
	if !r.At("port").Exists() {
		from := "FROM_REQUEST_PORT"
		if r.At("scheme").Exists() {
			from = "FROM_PROTOCOL_DEFAULT"
		}
		out.Put("derivePort", from)
	}
	switch path := r.At("path"); path.At("type").Text() {
	case "":
	case "ReplaceFullPath":
		out.Put("uri", path.At("replaceFullPath").Text())
	default:
		return fmt.Errorf("a VirtualService cannot replace the prefix of a redirect")
	}
	h.Put("redirect", out)
	return nil
}

func rewrite(h, r manifest.Value) error {
	out := manifest.Map("authority", r.At("hostname"))
	switch path := r.At("path"); path.At("type").Text() {
	case "":
	case "ReplaceFullPath":
		out.Put("uriRegexRewrite", manifest.Map("match", "/.*", "rewrite", path.At("replaceFullPath").Text()))
	default:
		if !prefixes(h) {
			return fmt.Errorf("only a path prefix can have its prefix replaced")
		}
		return rewritePrefix(h, out, strings.TrimSuffix(path.At("replacePrefixMatch").Text(), "/"))
	}
	h.Put("rewrite", out)
	return nil
}

// rewritePrefix: a VirtualService replaces exactly the text that matched, so the
// path itself and what is below it would need different replacements. A regular
// expression does both.
func rewritePrefix(h, out manifest.Value, to string) error {
	var prefix string
	for n, m := range h.At("match").Items() {
		_, path := stringMatch(m.At("uri"))
		path = strings.TrimSuffix(path, "/")
		if n > 0 && path != prefix {
			return fmt.Errorf("the matches have different prefixes, and a VirtualService replaces one")
		}
		prefix = path
	}
	if prefix == "" {
		out.Put("uriRegexRewrite", manifest.Map("match", "^/(.*)$", "rewrite", to+`/\1`))
	} else {
		out.Put("uriRegexRewrite", manifest.Map("match", "^"+regexp.QuoteMeta(prefix)+"/?(.*)$", "rewrite", to+`/\1`))
	}
	h.Put("rewrite", out)
	return nil
}

func (c conversion) mirror(h, m manifest.Value) {
	mirror := manifest.Map("destination", c.destination(m.At("backendRef")))
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
}

func cors(h, f manifest.Value) {
	origins := manifest.List()
	for _, origin := range f.At("allowOrigins").Items() {
		text := origin.Text()
		switch {
		case text == "*":
			origins.Append(manifest.Map("regex", ".*"))
		case strings.Contains(text, "*"):
			origins.Append(manifest.Map("regex", strings.ReplaceAll(regexp.QuoteMeta(text), `\*`, ".*")))
		default:
			origins.Append(manifest.Map("exact", text))
		}
	}
	policy := manifest.Map("allowOrigins", origins, "allowMethods", f.At("allowMethods"), "allowHeaders", f.At("allowHeaders"),
		"exposeHeaders", f.At("exposeHeaders"), "allowCredentials", f.At("allowCredentials"), "unmatchedPreflights", "IGNORE")
	if seconds, ok := f.At("maxAge").Int(); ok {
		policy.Put("maxAge", fmt.Sprintf("%ds", seconds))
	}
	h.Put("corsPolicy", policy)
}

// destinations writes the backends of a rule; weights only where there are
// several. A rule without a backend answers 500, as the Gateway API has it.
func (c conversion) destinations(h, rule manifest.Value) error {
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
		one := manifest.Map("destination", c.destination(ref))
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

func (c conversion) destination(ref manifest.Value) manifest.Value {
	id := backendID(ref, c.o.ID().Namespace)
	host := hostOf(id, c.settings)
	switch ref.At("kind").Text() {
	case "Hostname":
		host = id.Name
	case "ServiceImport":
		host = id.Name + "." + id.Namespace + ".svc.clusterset.local"
	}
	d := manifest.Map("host", host)
	if port, ok := ref.At("port").Int(); ok {
		d.Put("port", manifest.Map("number", port))
	}
	return d
}

// backendID names the Service of a backendRef.
func backendID(ref manifest.Value, namespace string) manifest.ID {
	if other := ref.At("namespace").Text(); other != "" {
		namespace = other
	}
	return manifest.ID{Kind: "Service", Namespace: namespace, Name: ref.At("name").Text()}
}

var _ gateway.Gateway = Gateway{}
