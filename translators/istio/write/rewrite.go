package write

import (
	"fmt"
	"regexp"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/istio/controller"
)

// prefixes reports whether every match of an http route is one of path prefixes,
// which is what a prefix can be replaced in.
func prefixes(h manifest.Value) bool {
	for _, m := range h.At("match").Items() {
		if kind, _ := controller.StringMatch(m.At("uri")); kind != "prefix" && kind != "exact" {
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
		out.Put("uriRegexRewrite", manifest.Map("match", "/.*", "rewrite", literal(path.At("replaceFullPath").Text())))
	default:
		if !prefixes(h) {
			return fmt.Errorf("only a path prefix can have its prefix replaced")
		}
		return rewritePrefix(h, out, literal(strings.TrimSuffix(path.At("replacePrefixMatch").Text(), "/")))
	}
	h.Put("rewrite", out)
	return nil
}

// literal keeps a \ in a replacement from being read as a part of the match.
func literal(text string) string { return strings.ReplaceAll(text, `\`, `\\`) }

// rewritePrefix: a VirtualService replaces exactly the text that matched, so the
// path itself and what is below it would need different replacements. A regular
// expression does both.
func rewritePrefix(h, out manifest.Value, to string) error {
	var prefix string
	for n, m := range h.At("match").Items() {
		_, path := controller.StringMatch(m.At("uri"))
		path = strings.TrimSuffix(path, "/")
		if n > 0 && path != prefix {
			return fmt.Errorf("the matches have different prefixes, and a VirtualService replaces one")
		}
		prefix = path
	}
	switch {
	case prefix == "":
		out.Put("uriRegexRewrite", manifest.Map("match", "^/(.*)$", "rewrite", to+`/\1`))
	case to == "": // the path itself must not become empty
		out.Put("uriRegexRewrite", manifest.Map("match", "^"+regexp.QuoteMeta(prefix)+"/?(.*)$", "rewrite", `/\1`))
	default:
		out.Put("uriRegexRewrite", manifest.Map("match", "^"+regexp.QuoteMeta(prefix)+"(/.*)?$", "rewrite", to+`\1`))
	}
	h.Put("rewrite", out)
	return nil
}
