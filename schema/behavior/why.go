package behavior

import "strings"

// Because notes why an effect is as it is about some topics of Diff. A field stands
// for all topics below it, and "retryOn" for all causes. The first word counts. It is
// for what reading has found in the objects: nothing is attached, another object
// wins, a field is not looked at; what is always true of a gateway is in its profile.
func (e *Effect) Because(why string, topics ...string) {
	if e.Why == nil {
		e.Why = map[string]string{}
	}
	for _, topic := range topics {
		if e.Why[topic] == "" {
			e.Why[topic] = why
		}
	}
}

// Everything is all fields of a policy, for Because.
func Everything() []string {
	return []string{"maxRetries", "retryOn", "attemptTimeout", "totalTimeout", "backoff", "budget", "circuitBreaker", "maxRequestBodyBytes", "idempotencyKey", "answered"}
}

// explained gives each difference what the effect knows about it: other configuration
// that asks for it, why it is so, and where the value comes from. Where nothing was to
// be tried again, the number is what has a cause retried, and not the causes' own words.
func explained(diffs []Diff, want Behavior, e Effect) []Diff {
	for n := range diffs {
		d := &diffs[n]
		if d.Why == "" { // comparing knows what cuts the tries, whoever asks for them
			d.Elsewhere, d.Why = e.elsewhere(*d), d.find(e.Why)
		}
		d.Origin = d.find(e.Origin)
		if number := e.Origin["maxRetries"]; number != "" && len(d.Causes) > 0 && want.MaxRetries == Is(0) {
			d.Origin = number
		}
	}
	return diffs
}

// elsewhere gives the other configuration that a difference comes from.
func (e Effect) elsewhere(d Diff) string {
	if text, ok := e.Elsewhere[d.Topic+"/"+string(d.Class)]; ok {
		return text
	}
	return e.Elsewhere[d.Topic]
}

// find looks a difference up by its topic, by the topics above it, and a cause by
// the field that all causes share.
func (d Diff) find(texts map[string]string) string {
	for topic := d.Topic; ; {
		if text := texts[topic]; text != "" {
			return text
		}
		cut := strings.LastIndexByte(topic, '.')
		if cut < 0 {
			break
		}
		topic = topic[:cut]
	}
	if len(d.Causes) > 0 {
		return texts["retryOn"]
	}
	return ""
}
