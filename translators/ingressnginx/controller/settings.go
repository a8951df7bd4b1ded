// Package controller is what ingress-nginx makes of annotations, of its ConfigMap, and of the
// paths of Ingresses.
package controller

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/ingressnginx/api"
	"retryctl.dev/translators/nginx"
)

// Settings are those of a controller with its ConfigMaps.
type Settings struct {
	maps    []*manifest.Object
	checked bool // lists are checked before nginx gets them
}

// SettingsIn gives those of a world: of the ConfigMaps with the label of an installation
// and, without any, of those with keys that only ingress-nginx has.
func SettingsIn(world *manifest.Set, s gateway.Settings) Settings {
	labelled, byKey := Settings{checked: s.Version.AtLeast(1, 12)}, Settings{checked: s.Version.AtLeast(1, 12)}
	for _, o := range world.Kind("", "ConfigMap") {
		known, own := false, false
		for key := range o.At("data").Fields() {
			_, setting := api.Defaults[key.Text()]
			known = known || setting || slices.Contains(api.Snippets, key.Text())
			own = own || api.ByKeyAlone(key.Text())
		}
		switch {
		case known && o.At("metadata", "labels", api.LabelName).Text() == "ingress-nginx":
			labelled.maps = append(labelled.maps, o)
		case own:
			byKey.maps = append(byKey.maps, o)
		}
	}
	if len(labelled.maps) > 0 {
		return labelled
	}
	return byKey
}

// Default is the origin of a value that nobody has written.
const Default = "ingress-nginx' default"

// A Value is that of a setting for an Ingress.
type Value struct {
	Text string
	// Origin is where it is written, or that it is a default.
	Origin string
	// Ignored says why an annotation has no effect; empty where none is passed over.
	Ignored string
	// Unsure says why another value may hold; empty where this one does.
	Unsure string
}

// Of gives the value of a setting for an Ingress.
func (s Settings) Of(o *manifest.Object, key string) Value {
	v := s.mapped(key)
	text, written := o.Annotation(api.Prefix + key)
	if !written || key == api.NonIdempotent {
		return v
	}
	at := o.ID().String() + " " + api.Prefix + key
	if why := s.invalid(key, text); why != "" {
		v.Ignored = fmt.Sprintf("%s has no effect: %q is %s, and %s holds (%s)", api.Prefix+key, text, why, v.Text, v.Origin)
		return v
	}
	return settled(key, Value{Text: text, Origin: at})
}

// mapped gives the value for all Ingresses: that of a ConfigMap, or a default.
func (s Settings) mapped(key string) Value {
	usual := Value{Text: api.Defaults[key], Origin: Default}
	found := usual
	for n, o := range s.maps {
		v := usual
		if text := o.At("data", key); text.Exists() {
			v = settled(key, Value{Text: strings.TrimSpace(text.Text()), Origin: o.ID().String() + " data." + key})
			if !known(key, v.Text) {
				v = Value{Text: usual.Text, Origin: usual.Origin, Ignored: fmt.Sprintf("%s of %s has no effect: %q is no value that it can have", key, o.ID(), v.Text)}
			}
		}
		switch {
		case n == 0:
			found = v
		case v.Text != found.Text:
			found.Unsure = fmt.Sprintf("%s is %s by %s and %s by %s, and which ConfigMap the controller has is not known", key, found.Text, s.maps[0].ID(), v.Text, o.ID())
			return found
		}
	}
	return found
}

// list is what the controller takes for one of words; between two of them there need be
// no space (internal/ingress/annotations/proxy/main.go).
var list = regexp.MustCompile(`^((error|timeout|invalid_header|http_500|http_502|http_503|http_504|http_403|http_404|http_429|non_idempotent|off)\s?)+$`)

// invalid says what is wrong with an annotation, so that it is passed over.
func (s Settings) invalid(key, text string) string {
	switch key {
	case api.NextUpstream:
		if s.checked && !list.MatchString(text) || strings.TrimSpace(text) == "" {
			return "no list of its words with spaces between them"
		}
	case api.RequestBuffering:
		if s.checked && !slices.Contains([]string{"on", "off"}, strings.TrimSpace(text)) {
			return "neither on nor off"
		}
	case api.ServiceUpstream:
		if _, err := strconv.ParseBool(text); err != nil {
			return "neither true nor false"
		}
	case api.BodySize:
		if _, ok := Bytes(text); !ok {
			return "no size that nginx reads"
		}
	case api.LoadBalance:
		if strings.TrimSpace(text) == "" {
			return "no algorithm"
		}
	default:
		if _, err := strconv.Atoi(text); err != nil {
			return "no whole number"
		}
	}
	return ""
}

var size = regexp.MustCompile(`^(\d+)([kKmMgG]?)$`)

// Bytes reads a size as nginx does: "8m".
func Bytes(text string) (bytes int64, ok bool) {
	parts := size.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(parts[1], 10, 32)
	return n << map[string]int{"k": 10, "m": 20, "g": 30}[strings.ToLower(parts[2])], err == nil
}

// known reports whether a ConfigMap's value is of the sort that a key has; others are
// passed over, but for lists, which nobody checks.
func known(key, text string) bool {
	switch key {
	case api.NextUpstream, api.RequestBuffering, api.LoadBalance:
		return true
	case api.BodySize:
		_, ok := Bytes(text)
		return ok
	case api.ServiceUpstream, api.NonIdempotent:
		_, err := strconv.ParseBool(text)
		return err == nil
	}
	_, err := strconv.Atoi(text)
	return err == nil
}

// settled gives a value that is written, and says where nginx takes none of its
// configuration because of it.
func settled(key string, v Value) Value {
	refused := ""
	switch key {
	case api.NextUpstream:
		for _, word := range strings.Fields(v.Text) {
			if nginx.WordMask(word) == 0 {
				refused = word
			}
		}
	case api.NextUpstreamTries, api.NextUpstreamTimeout, api.ConnectTimeout, api.SendTimeout, api.ReadTimeout:
		if n, err := strconv.Atoi(v.Text); err == nil && n < 0 {
			refused = v.Text
		}
	}
	if refused != "" {
		v.Unsure = fmt.Sprintf("nginx refuses %s in %s and with it its whole configuration, and the controller keeps the one before, for every host", refused, key)
	}
	return v
}

// Snippet gives the first snippet of an Ingress or a ConfigMap that has a word in it;
// empty where none does.
func (s Settings) Snippet(o *manifest.Object, word string) string {
	for _, key := range api.Snippets {
		if text, _ := o.Annotation(api.Prefix + key); strings.Contains(text, word) {
			return o.ID().String() + " " + api.Prefix + key
		}
		for _, m := range s.maps {
			if strings.Contains(m.At("data", key).Text(), word) {
				return m.ID().String() + " data." + key
			}
		}
	}
	return ""
}
