package schema

import (
	"regexp"
	"strings"
	"sync"
	"time"
)

// MaxRetries is the most retries that a policy asks for.
const MaxRetries = 100

// MaxBody is the largest body, in bytes, that a policy asks for.
const MaxBody = 1 << 30

// MaxTargets is the most targets that a policy has.
const MaxTargets = 16

// A bound is what a value is held to beyond its Go type. The validation and the
// printed schemas both take it from here, so that they cannot differ.
type bound struct {
	least, most   int64    // of a number, in both cases included
	short, long   Duration // of a duration, included
	items, longer int      // the fewest and the most items of a list
	words         []string // the only texts
	form          *form    // how a text is written
	hint          string   // what to do if the value is missing or out of bounds
}

// A form is how a text is written.
type form struct {
	pattern string
	most    int    // bytes
	name    string // what such a text is
	hint    string
	match   func() *regexp.Regexp
}

func newForm(name, hint string, most int, pattern string) *form {
	return &form{pattern, most, name, hint, sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })}
}

func (f *form) fits(s string) bool { return len(s) <= f.most && f.match().MatchString(s) }

var (
	nameHint  = "lower-case letters, digits, - and ."
	objects   = newForm("name of a Kubernetes object", nameHint, 253, subdomain)
	sections  = newForm("name of a rule or listener", nameHint, 253, subdomain)
	domains   = newForm("domain", "such as cluster.local", 253, subdomain)
	spaces    = newForm("name of a namespace", "lower-case letters, digits and -", 63, `^`+label+`$`)
	headers   = newForm("name of a header", "letters, digits and -, at most 64 of them", 64, "^[A-Za-z0-9!#$&'*+.^_`|~-]+$")
	losses    = newForm("code that can be accepted", "only differences (RT2001 and on) can be accepted", 6, `^RT2[0-9]{3}$`)
	specField = newForm("field of a policy's spec", "a field such as spec.backoff", 256, `^spec\.[a-zA-Z]+(\.[a-zA-Z]+)*$`)
	reasons   = newForm("reason", "say why the loss is tolerable", 4096, `[^ \t\r\n]`)
	paths     = newForm("path", "a path relative to this file", 4096, `^[^\x00]+$`)
	versioned = newForm("target", "a name, and a version where it is not the newest that is known: envoy-gateway@1.9", 64,
		`^[a-z]+(-[a-z]+)*(@v?[0-9]{1,4}(\.[0-9]{1,4}){1,2})?$`)
	namespaced = newForm("Gateway", "write namespace/name", 317, `^`+label+`/`+subdomain[1:])
)

const (
	label     = `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
	subdomain = `^` + label + `(\.` + label + `)*$`
)

const (
	shortest = Duration(time.Millisecond)
	longest  = Duration(24 * time.Hour) // beyond it a timeout is none
)

var span = bound{short: shortest, long: longest, hint: "leave it out for no wish"}

// bounds are the bounds of fields; an item of a list is at "[]".
var bounds = map[string]bound{
	"metadata.name":      {form: objects},
	"metadata.namespace": {form: spaces},

	"spec.targetRefs":               {items: 1, longer: MaxTargets},
	"spec.targetRefs[].kind":        {words: targetKinds()},
	"spec.targetRefs[].group":       {words: targetGroups()},
	"spec.targetRefs[].name":        {form: objects},
	"spec.targetRefs[].sectionName": {form: sections},

	"spec.maxRetries":             {least: 0, most: MaxRetries, hint: "the number of tries after the first; 0 is never"},
	"spec.retryOn.statusCodes":    {longer: 200},
	"spec.retryOn.statusCodes[]":  {least: 400, most: 599},
	"spec.retryOn.conditions":     {longer: len(Conditions)},
	"spec.retryOn.conditions[]":   {words: texts(Conditions)},
	"spec.retryOn.grpcStatuses":   {longer: len(GRPCStatuses)},
	"spec.retryOn.grpcStatuses[]": {words: texts(GRPCStatuses)},
	"spec.retryOn.methods":        {items: 1, longer: len(Methods), hint: `leave it out for the idempotent methods; write ["*"] for every method`},
	"spec.retryOn.methods[]":      {words: append([]string{"*"}, Methods...)},

	"spec.attemptTimeout":       span,
	"spec.totalTimeout":         span,
	"spec.backoff.baseInterval": span,
	"spec.backoff.maxInterval":  span,
	"spec.backoff.jitter":       {words: []string{"None", "Half", "Full"}},

	"spec.budget.percent":              {least: 0, most: 100},
	"spec.budget.minConcurrentRetries": {least: 0, most: 1_000_000},
	"spec.budget.minRetriesPerSecond":  {least: 1, most: 1_000_000},
	"spec.budget.interval":             {short: Duration(time.Second), long: Duration(time.Hour)},

	"spec.circuitBreaker.maxConnections":      {least: 1, most: 1<<32 - 1},
	"spec.circuitBreaker.maxPendingRequests":  {least: 1, most: 1<<32 - 1},
	"spec.circuitBreaker.maxParallelRequests": {least: 1, most: 1<<32 - 1},
	"spec.circuitBreaker.maxParallelRetries":  {least: 1, most: 1<<32 - 1},

	"spec.maxRequestBodyBytes": {least: 0, most: MaxBody, hint: "bytes, such as 65536; 0 has no request with a body tried again"},

	"spec.idempotencyKey.header": {form: headers},

	"spec.accept":           {longer: 64},
	"spec.accept[].finding": {form: losses},
	"spec.accept[].field":   {form: specField},
	"spec.accept[].reason":  {form: reasons, hint: reasons.hint},

	"spec.targets[]":     {form: versioned},
	"spec.clusterDomain": {form: domains},
	"spec.split":         {words: []string{"never", "known", "always"}},
	"spec.policies[]":    {form: paths},
	"spec.manifests[]":   {form: paths},
}

// boundOf gives the bound of a field such as "spec.retryOn.statusCodes[1]".
func boundOf(field string) bound {
	if !strings.Contains(field, "[") {
		return bounds[field]
	}
	var general strings.Builder
	general.Grow(len(field))
	for i := range len(field) {
		if c := field[i]; c < '0' || c > '9' {
			general.WriteByte(c)
		}
	}
	return bounds[general.String()]
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, item := range list {
		out[i] = string(item)
	}
	return out
}
