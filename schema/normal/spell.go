package normal

import (
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
)

// spellings give a value in the one spelling of its use; what is no such value
// stays as it is.
var spellings = map[string]func(manifest.Value) manifest.Value{
	"duration": duration,
	"interval": interval,
	"seconds":  seconds,
	"quantity": quantity,
	"set":      func(v manifest.Value) manifest.Value { return sorted(v, true) },
	"named":    named,
	"words":    words,
	"names":    names,
}

func textValue(s string) manifest.Value { return manifest.List(s).Index(0) }

// text is a value as YAML, by which values are compared and sorted.
func text(v manifest.Value) string {
	var out strings.Builder
	if err := v.WriteYAML(&out); err != nil {
		return "" // of a strings.Builder there is none
	}
	return out.String()
}

// duration reads what GEP-2257 has: gateways refuse the rest, such as 1.5s.
func duration(v manifest.Value) manifest.Value {
	d, err := schema.ParseDuration(v.Text())
	if v.Tag() != "!!str" || err != nil {
		return v
	}
	return textValue(d.String())
}

// interval is a duration in any form that Go reads, as Istio takes them.
func interval(v manifest.Value) manifest.Value {
	d, err := time.ParseDuration(v.Text())
	if v.Tag() != "!!str" || err != nil {
		return v
	}
	return textValue(span(d))
}

// span writes a duration: to the millisecond in the form of GEP-2257, and what is
// finer as Go does.
func span(d time.Duration) string {
	if d%time.Millisecond == 0 {
		return schema.Duration(d).String()
	}
	return d.String()
}

var wholeUnits = regexp.MustCompile(`^([0-9]+(ns|us|µs|ms|s|m|h))+$`)

// seconds is a duration without fractions, or a number of seconds, in quotes as
// well (Traefik's types.Duration and the pattern of its CRDs).
func seconds(v manifest.Value) manifest.Value {
	text := v.Text()
	n, err := strconv.ParseInt(text, 10, 32)
	switch {
	case v.Tag() != "!!int" && v.Tag() != "!!str":
		return v
	case err == nil && n >= 0:
		return textValue(span(time.Duration(n) * time.Second))
	case wholeUnits.MatchString(text):
		return interval(v)
	}
	return v
}

// units are what the suffixes of a quantity multiply by (Kubernetes
// apimachinery pkg/api/resource/suffix.go), those below 1 left aside.
var units = []struct {
	suffix string
	factor int64
}{
	{"Ki", 1 << 10}, {"Mi", 1 << 20}, {"Gi", 1 << 30}, {"Ti", 1 << 40}, {"Pi", 1 << 50}, {"Ei", 1 << 60},
	{"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"P", 1e15}, {"E", 1e18}, {"", 1},
}

func quantity(v manifest.Value) manifest.Value {
	if v.Tag() != "!!str" && v.Tag() != "!!int" {
		return v
	}
	for _, u := range units {
		number, ok := strings.CutSuffix(v.Text(), u.suffix)
		if !ok || strings.Trim(number, "0123456789.") != "" {
			continue
		}
		if r, ok := new(big.Rat).SetString(number); ok {
			if r.Mul(r, new(big.Rat).SetInt64(u.factor)); r.IsInt() && r.Num().IsInt64() {
				return manifest.List(r.Num().Int64()).Index(0)
			}
		}
	}
	return v
}

// named sorts items by name, unless two have the same: then the order may say
// which of them counts.
func named(v manifest.Value) manifest.Value {
	var names []string
	for _, item := range v.Items() {
		names = append(names, strings.ToLower(item.At("name").Text()))
	}
	slices.Sort(names)
	if len(slices.Compact(names)) < v.Len() {
		return v
	}
	return sorted(v, false)
}

// words sorts a list that is one text, with commas. White space is kept: some
// readers trim it and others refuse it.
func words(v manifest.Value) manifest.Value {
	if v.Tag() != "!!str" {
		return v
	}
	list := strings.Split(v.Text(), ",")
	slices.Sort(list)
	return textValue(strings.Join(slices.Compact(list), ","))
}

// names is words whose reader trims them and skips empty ones.
func names(v manifest.Value) manifest.Value {
	var list []string
	for _, name := range strings.Split(v.Text(), ",") {
		if name = strings.TrimSpace(name); name != "" {
			list = append(list, name)
		}
	}
	return words(textValue(strings.Join(list, ",")))
}
