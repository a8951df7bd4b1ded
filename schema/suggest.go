package schema

import (
	"strconv"
	"strings"
	"time"
)

// elsewhere is what other tools call the fields of a policy. A name whose
// meaning differs says so.
var elsewhere = map[string]string{
	"attempts":            "maxRetries, which counts the tries after the first",
	"maxAttempts":         "maxRetries, which counts the tries after the first: one less than maxAttempts",
	"tries":               "maxRetries, which counts the tries after the first: one less than the tries",
	"numRetries":          "maxRetries",
	"retries":             "maxRetries",
	"limit":               "maxRetries",
	"perTryTimeout":       "attemptTimeout",
	"perRetryTimeout":     "attemptTimeout",
	"perRetry":            "attemptTimeout and backoff",
	"perRetryPolicy":      "attemptTimeout and backoff",
	"backendRequest":      "attemptTimeout",
	"timeout":             "totalTimeout, or attemptTimeout for each try",
	"requestTimeout":      "totalTimeout",
	"request":             "totalTimeout",
	"backOff":             "backoff",
	"initialInterval":     "baseInterval",
	"baseDelay":           "baseInterval",
	"maxDelay":            "maxInterval",
	"jitterPercent":       "jitter: None, Half or Full",
	"targetRef":           "targetRefs, which is a list",
	"httpStatusCodes":     "statusCodes",
	"codes":               "statusCodes",
	"status":              "statusCodes",
	"triggers":            "conditions",
	"on":                  "retryOn",
	"true":                "retryOn, because YAML 1.1 readers take on for a boolean",
	"grpcStatus":          "grpcStatuses",
	"maxRetryRatio":       "percent",
	"minRetryRate":        "minRetriesPerSecond with interval",
	"minRetryConcurrency": "minConcurrentRetries",
	"maxRequests":         "maxParallelRequests",
	"retryBudget":         "budget",
}

// words is what other tools call the conditions.
var words = map[string]string{
	"connect-failure":        "ConnectFailure",
	"refused-stream":         "RefusedStream",
	"reset-before-request":   "ResetBeforeRequest",
	"reset":                  "Reset",
	"timeout":                "AttemptTimeout",
	"gateway-error":          "statusCodes [502, 503, 504], and the conditions Reset and ConnectFailure: codes never imply conditions here",
	"5xx":                    `statusCodes ["500-599"], and the conditions Reset and ConnectFailure: codes never imply conditions here`,
	"retriable-4xx":          "statusCodes [409], which is all that retriable-4xx means",
	"retriable-status-codes": "statusCodes",
}

// suggest names the field that was probably meant, or nothing.
func suggest(name string, known map[string]int) string {
	if meant, ok := elsewhere[name]; ok {
		first := strings.TrimRight(strings.Fields(meant)[0], ",:")
		if _, here := known[first]; here {
			return "did you mean " + meant + "?"
		}
	}
	candidates := make([]string, 0, len(known))
	for candidate := range known {
		candidates = append(candidates, candidate)
	}
	if best := nearest(name, candidates); best != "" {
		return "did you mean " + best + "?"
	}
	return ""
}

// nearest gives the candidate that is a slip of the keyboard away from the word;
// of several equally near ones the first in alphabetical order.
func nearest(word string, candidates []string) string {
	best, least := "", 1+len(word)/3
	for _, c := range candidates {
		d := distance(strings.ToLower(word), strings.ToLower(c))
		if d < least || d == least && best != "" && c < best {
			best, least = c, d
		}
	}
	return best
}

// distance is the Levenshtein distance of two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// spelling gives the duration that was probably meant in its right form.
func spelling(s string) string {
	if _, err := strconv.Atoi(s); err == nil {
		return "give the unit: " + s + "s, or " + s + "ms"
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d%time.Millisecond != 0 {
		return ""
	}
	return "write " + Duration(d).String()
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
