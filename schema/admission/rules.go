package admission

import (
	"slices"
	"strings"
	"time"

	"retryctl.dev/schema/manifest"
)

// countOf gives how many matches a rule of a route has: the server writes one where
// none are given.
func countOf(rule manifest.Value) int {
	if matches := rule.At("matches"); matches.Exists() {
		return matches.Len()
	}
	return 1
}

// uniqueNames reports whether no two rules have one name.
func uniqueNames(rules manifest.Value) bool {
	var names []string
	for _, rule := range rules.Items() {
		if name := rule.At("name"); name.Exists() {
			if slices.Contains(names, name.Text()) {
				return false
			}
			names = append(names, name.Text())
		}
	}
	return true
}

// fewMatches reports whether the first sixteen rules have no more than 128 matches.
func fewMatches(count func(manifest.Value) int) func(manifest.Value) bool {
	return func(rules manifest.Value) bool {
		total := 0
		for n, rule := range rules.Items() {
			if n < 16 {
				total += count(rule)
			}
		}
		return total <= 128
	}
}

// onePrefix reports whether a rule with a filter that replaces a prefix has one match,
// and that on a prefix. The rule or one backend has the filter if just one of its
// filters is such, as CEL has it with exists_one.
func onePrefix(filter string, ofBackends bool) func(manifest.Value) bool {
	replaces := func(element manifest.Value) bool {
		times := 0
		for _, f := range element.At("filters").Items() {
			if path := f.At(filter, "path"); path.At("type").Text() == "ReplacePrefixMatch" && path.At("replacePrefixMatch").Exists() {
				times++
			}
		}
		return times == 1
	}
	return func(rule manifest.Value) bool {
		holds := !ofBackends && replaces(rule)
		if ofBackends {
			times := 0
			for _, b := range rule.At("backendRefs").Items() {
				if replaces(b) {
					times++
				}
			}
			holds = times == 1
		}
		path := rule.At("matches").Index(0).At("path", "type")
		return !holds || countOf(rule) == 1 && (!path.Exists() || path.Text() == "PathPrefix")
	}
}

// redirectsOrSends reports whether a rule with backends has no redirect.
func redirectsOrSends(rule manifest.Value) bool {
	for _, f := range rule.At("filters").Items() {
		if f.At("requestRedirect").Exists() && rule.At("backendRefs").Len() > 0 {
			return false
		}
	}
	return true
}

// redirectsOrRewrites reports whether filters do one of both at most.
func redirectsOrRewrites(filters manifest.Value) bool {
	redirects, rewrites := false, false
	for _, f := range filters.Items() {
		redirects = redirects || f.At("type").Text() == "RequestRedirect"
		rewrites = rewrites || f.At("type").Text() == "URLRewrite"
	}
	return !redirects || !rewrites
}

// tryWithinRequest reports whether the timeout of a try is no longer than that of the
// request.
func tryWithinRequest(timeouts manifest.Value) bool {
	request, try := timeouts.At("request"), timeouts.At("backendRequest")
	if !request.Exists() || !try.Exists() {
		return true
	}
	whole, errWhole := time.ParseDuration(request.Text())
	one, errOne := time.ParseDuration(try.Text())
	return errWhole == nil && errOne == nil && (whole == 0 || one <= whole)
}

// between reports whether a text is a duration with both bounds; a most of 0 is none.
func between(least, most time.Duration) func(manifest.Value) bool {
	return func(v manifest.Value) bool {
		d, err := time.ParseDuration(v.Text())
		return err == nil && d >= least && (most == 0 || d <= most)
	}
}

// once reports whether a list of filters has no more than one of a type.
func once(kind string) func(manifest.Value) bool {
	return func(filters manifest.Value) bool {
		times := 0
		for _, f := range filters.Items() {
			if f.At("type").Text() == kind {
				times++
			}
		}
		return times <= 1
	}
}

// onlyFor reports whether a filter has a field if, and only if, it is of a type.
func onlyFor(field, kind string, wanted bool) func(manifest.Value) bool {
	return func(f manifest.Value) bool {
		is, has := f.At("type").Text() == kind, f.At(field).Exists()
		if wanted {
			return !is || has
		}
		return is || !has
	}
}

// targets gives the entries of targetRefs, targetRef and targetSelectors.
func targets(spec manifest.Value) []manifest.Value {
	var list []manifest.Value
	if one := spec.At("targetRef"); one.Exists() {
		list = append(list, one)
	}
	for _, key := range []string{"targetRefs", "targetSelectors"} {
		for _, ref := range spec.At(key).Items() {
			list = append(list, ref)
		}
	}
	return list
}

// targeted reports whether a policy of Envoy Gateway has one form of targets.
func targeted(spec manifest.Value) bool {
	return spec.At("targetRef").Exists() != spec.At("targetRefs").Exists() || spec.At("targetSelectors").Len() > 0
}

// groups reports whether all targetRefs are of the Gateway API.
func groups(spec manifest.Value) bool {
	for _, ref := range spec.At("targetRefs").Items() {
		if ref.At("group").Text() != "gateway.networking.k8s.io" {
			return false
		}
	}
	return true
}

// kinds reports whether all targetRefs are of some kinds.
func kinds(words string) func(manifest.Value) bool {
	return func(spec manifest.Value) bool {
		for _, ref := range spec.At("targetRefs").Items() {
			if !slices.Contains(strings.Split(words, "/"), ref.At("kind").Text()) {
				return false
			}
		}
		return true
	}
}

// with reports whether all targets of a policy that has a field are of some kinds.
func with(field, words string) func(manifest.Value) bool {
	return func(spec manifest.Value) bool {
		if !spec.At(field).Exists() {
			return true
		}
		return !slices.ContainsFunc(targets(spec), func(ref manifest.Value) bool {
			return !slices.Contains(strings.Split(words, "/"), ref.At("kind").Text())
		})
	}
}

// fraction reports whether a fraction is no more than one.
func fraction(v manifest.Value) bool {
	numerator, _ := v.At("numerator").Float()
	denominator, ok := v.At("denominator").Float()
	if !ok {
		denominator = 100 // the CRD's default
	}
	return numerator <= denominator
}

// ofPaths are the rules of the path of a match.
func ofPaths() []Rule {
	const path, of = "spec.rules[].matches[].path", " when type one of ['Exact', 'PathPrefix']"
	plain := func(holds func(text string) bool) func(manifest.Value) bool {
		return func(v manifest.Value) bool {
			kind, text := v.At("type"), "/" // the CRD's defaults
			if v.At("value").Exists() {
				text = v.At("value").Text()
			}
			return kind.Exists() && kind.Text() != "Exact" && kind.Text() != "PathPrefix" || holds(text)
		}
	}
	rules := []Rule{
		{path, "value must be an absolute path and start with '/'" + of, plain(func(text string) bool { return strings.HasPrefix(text, "/") })},
		{path, "type must be one of ['Exact', 'PathPrefix', 'RegularExpression']", func(v manifest.Value) bool {
			kind := v.At("type")
			return !kind.Exists() || slices.Contains([]string{"Exact", "PathPrefix", "RegularExpression"}, kind.Text())
		}},
		{path, "must only contain valid characters (matching ^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$) for types ['Exact', 'PathPrefix']", plain(validPath)},
	}
	for _, part := range []string{"//", "/./", "/../", "%2f", "%2F", "#"} {
		rules = append(rules, Rule{path, "must not contain '" + part + "'" + of, plain(func(text string) bool { return !strings.Contains(text, part) })})
	}
	for _, end := range []string{"/..", "/."} {
		rules = append(rules, Rule{path, "must not end with '" + end + "'" + of, plain(func(text string) bool { return !strings.HasSuffix(text, end) })})
	}
	return rules
}

// validPath reports whether a text has only characters of a path, and something at all.
func validPath(text string) bool {
	const hex = "0123456789abcdefABCDEF"
	for n := 0; n < len(text); n++ {
		c := text[n]
		switch {
		case c == '%' && n+2 < len(text) && strings.IndexByte(hex, text[n+1]) >= 0 && strings.IndexByte(hex, text[n+2]) >= 0:
			n += 2
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c < 0x80 && strings.IndexByte("-/._~!$&'()*+,;=:@", c) >= 0:
		default:
			return false
		}
	}
	return text != ""
}
