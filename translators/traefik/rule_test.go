package traefik

import (
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/route"
)

func TestConditionsOnTheMethodAreToldFromTheRest(t *testing.T) {
	const all = behavior.AllMethods
	for match, want := range map[string]matcher{
		"":                                 {"", all, false},
		"Host(`a`)":                        {"Host(`a`)", all, false},
		"Host(`a`) && Method(`GET`)":       {"Host(`a`)", behavior.GET, false},
		"method(\"get\")&&PathPrefix(`/`)": {"PathPrefix(`/`)", behavior.GET, true},
		"Host(`a`) && (Method(`GET`) || Method(`PUT`))":               {"Host(`a`)", behavior.GET | behavior.PUT, false},
		"Host(`a`) && !Method(`GET`) && !(Method(`PUT`))":             {"Host(`a`)", all &^ (behavior.GET | behavior.PUT), false},
		"!(Method(`GET`) || Method(`PUT`))":                           {"", all &^ (behavior.GET | behavior.PUT), false},
		"Method(`GET`, `PUT`)":                                        {"", behavior.GET | behavior.PUT, false},
		"Method(`LOCK`)":                                              {"", 0, false},
		"Host(`a`) || Method(`GET`)":                                  {"(Host(`a`) || Method(`GET`))", all, false},
		"Method(`GET`) || Method(`PUT`)":                              {"", behavior.GET | behavior.PUT, false},
		"Host(`a`) && (Path(`/a`) || Method(`GET`))":                  {"Host(`a`) && (Path(`/a`) || Method(`GET`))", all, false},
		"Header(`X`, `) && Method(`) && Path(`/a`)":                   {"Header(`X`, `) && Method(`) && Path(`/a`)", all, true},
		`Header("X", "\") || (") && Path("/a")`:                       {`Header("X", "\") || (") && Path("/a")`, all, true},
		"Host(`path.example`) && !PathPrefix(`/a`)":                   {"Host(`path.example`) && !PathPrefix(`/a`)", all, false},
		"Host(`a`) && !Method(`GET`) && PathPrefix(`/`)":              {"Host(`a`) && PathPrefix(`/`)", all &^ behavior.GET, true},
		"Host(`a`)&&(Method(`GET`)&&!Method(`GET`))&&PathRegexp(`.`)": {"Host(`a`) && PathRegexp(`.`)", 0, false},
	} {
		if got, ok := readMatch(match); got != want || !ok {
			t.Errorf("%s is %+v", match, got)
		}
	}
	for _, match := range []string{"Host(`a`", "Host(`a)", "Host(`a`))", ")("} {
		if _, ok := readMatch(match); ok {
			t.Errorf("%s has no balance", match)
		}
	}
}

func TestAMethodIsWorthTenCharactersOfAPath(t *testing.T) {
	for text, want := range map[string]bool{"/api/users": true, "/api/23456789": true, "/api/23456789012": false, "/apis": false, "/": false} {
		m, f := match("PathPrefix /api"), match("PathPrefix "+text)
		if got := overtakes(m, f, 0); got != want {
			t.Errorf("with a method /api comes before %s: %t", text, got)
		}
	}
	if overtakes(match("PathPrefix /api"), match("Exact /api/users"), 0) || !overtakes(match("PathPrefix /api"), match("RegularExpression /[a-z]+"), 0) {
		t.Error("an exact path is overtaken, or a regular expression is not")
	}
}

func TestTheFirstNWaitsAreSummedUp(t *testing.T) {
	for _, retries := range []int{1, 2, 7, 40} {
		for _, first := range []int64{1e6, 5e9, 29e9, 31e9, 50e9} {
			r := retry{attempts: retries + 1, interval: clamp(float64(first))}
			b, _ := r.backoff()
			total := clamp(0)
			for k := 1; k <= retries; k++ {
				total += b.Value.Interval(k)
			}
			if got := sum(r.interval, retries, retries); got-total > 1000 || total-got > 1000 {
				t.Errorf("%d waits from %d are %s, and %s one by one", retries, first, got, total)
			}
		}
	}
}

func match(path string) route.Match { return route.Match{Path: path} }
