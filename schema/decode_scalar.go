package schema

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

func (d *decoder) text(field string, v manifest.Value, into reflect.Value) {
	switch {
	case v.Tag() != "!!str" && v.Tag() != "!!timestamp" || !v.IsScalar():
		d.wrong(field, v, "a text", textHint(v, into.Type()))
	case v.IsPlain() && manifest.ReadsOtherwise(v.Text()):
		d.otherwise(field, v)
	default:
		into.SetString(v.Text())
	}
}

// textHint says what to write where there is no text.
func textHint(v manifest.Value, t reflect.Type) string {
	n, isNumber := v.Int()
	switch {
	case !v.IsScalar():
		return ""
	case t == reflect.TypeFor[GRPCStatus]() && isNumber && n >= 1 && n <= int64(len(GRPCStatuses)):
		return "write " + string(GRPCStatuses[n-1])
	case t == reflect.TypeFor[GRPCStatus]() || t == reflect.TypeFor[Condition]():
		return "HTTP status codes stand in statusCodes"
	}
	return "quote it: " + strconv.Quote(v.Text())
}

// otherwise reports a word that other readers of YAML take for something else.
func (d *decoder) otherwise(field string, v manifest.Value) {
	d.add(finding.BadType, field, v, v.Text()+" is a boolean or a number to YAML 1.1 readers such as kubectl",
		"quote it: "+strconv.Quote(v.Text()))
}

func (d *decoder) boolean(field string, v manifest.Value, into reflect.Value) {
	b, ok := v.Bool()
	if !ok {
		d.wrong(field, v, "true or false", "")
	}
	into.SetBool(b)
}

// number takes a whole number in plain digits. 010 is 8 to some readers and 10
// to others.
func (d *decoder) number(field string, v manifest.Value, into reflect.Value) {
	n, ok := v.Int()
	switch {
	case v.Tag() == "!!int" && ok && strconv.FormatInt(n, 10) != strings.TrimPrefix(v.Text(), "+"):
		d.add(finding.BadValue, field, v, v.Text()+" is not the same number to every reader of YAML",
			"write it in plain digits, such as "+strconv.FormatInt(n, 10))
	case ok && into.OverflowInt(n), !ok && v.Tag() != "!!str" && isWhole(v.Text()):
		d.add(finding.BadValue, field, v, v.Text()+" is too large a number", "")
	case !ok:
		hint := ""
		if _, err := strconv.Atoi(v.Text()); err == nil && v.Tag() == "!!str" {
			hint = "write it without quotes: " + v.Text()
		}
		d.wrong(field, v, "a whole number", hint)
	default:
		into.SetInt(n)
	}
}

// isWhole reports whether a text is a sign and digits: the decoder takes for a
// float what no integer can hold.
func isWhole(s string) bool {
	digits := strings.TrimLeft(s, "+-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

func (d *decoder) duration(field string, v manifest.Value, into *Duration) {
	if !v.IsScalar() {
		d.wrong(field, v, "a duration", "")
		return
	}
	parsed, err := ParseDuration(v.Text())
	if err != nil {
		d.add(finding.BadValue, field, v, strings.TrimPrefix(err.Error(), "parse "), spelling(v.Text()))
	}
	*into = parsed
}

func (d *decoder) codes(field string, v manifest.Value, into *CodeRange) {
	if !v.IsScalar() {
		d.wrong(field, v, "a status code or a range of them", "")
		return
	}
	parsed, err := ParseCodeRange(v.Text())
	if err != nil {
		d.add(finding.BadValue, field, v, strings.TrimPrefix(err.Error(), "parse "), codeHint(v.Text()))
	}
	*into = parsed
}

// spelling gives the duration that was probably meant in its right form.
func spelling(s string) string {
	if n, err := strconv.Atoi(s); err == nil {
		if n <= 0 {
			return "leave it out for no wish"
		}
		return fmt.Sprintf("give the unit: %ds, or %dms", n, n)
	}
	d, err := parseGo(s)
	if err != nil || d <= 0 {
		return ""
	}
	return "write " + d.String()
}

func codeHint(s string) string {
	switch strings.ToLower(s) {
	case "5xx":
		return `write "500-599"`
	case "4xx":
		return `write "400-499"`
	}
	return ""
}
