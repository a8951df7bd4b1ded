package write

import (
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/traefik/controller"
)

func TestConditionsOnTheMethodAreToldFromTheRest(t *testing.T) {
	const all = behavior.AllMethods
	for match, want := range map[string]struct {
		rest    string
		methods behavior.Methods
		path    bool
	}{
		"Host(`a`)":                                                     {"Host(`a`) && ", all, false},
		"Host(`a`) && Method(`GET`)":                                    {"Host(`a`) && ", behavior.GET, false},
		"method(\"get\")&&PathPrefix(`/`)":                              {"PathPrefix(`/`) && ", behavior.GET, true},
		"Host(`a`) && (Method(`GET`) || Method(`PUT`))":                 {"Host(`a`) && ", behavior.GET | behavior.PUT, false},
		"Host(`a`) && !Method(`GET`) && !(Method(`PUT`))":               {"Host(`a`) && ", all &^ (behavior.GET | behavior.PUT), false},
		"!(Method(`GET`) || Method(`PUT`))":                             {"", all &^ (behavior.GET | behavior.PUT), false},
		"Method(`LOCK`)":                                                {"", 0, false},
		"Host(`a`) || Method(`GET`)":                                    {"(Host(`a`) || Method(`GET`)) && ", all, false},
		"Method(`GET`) || Method(`PUT`)":                                {"", behavior.GET | behavior.PUT, false},
		"Host(`a`) && (Path(`/a`) || Method(`GET`))":                    {"Host(`a`) && (Path(`/a`) || Method(`GET`)) && ", all, false},
		"Header(`X`, `) && Method(`) && Path(`/a`)":                     {"Header(`X`, `) && Method(`) && Path(`/a`) && ", all, true},
		`Header("X", "\") || (") && Path("/a")`:                         {`Header("X", "\") || (") && Path("/a") && `, all, true},
		"Host(`path.example`) && !PathPrefix(`/a`)":                     {"Host(`path.example`) && !PathPrefix(`/a`) && ", all, false},
		"Host(`a`) && !Method(`GET`) && PathPrefix(`/`)":                {"Host(`a`) && PathPrefix(`/`) && ", all &^ behavior.GET, true},
		"Host(`a`)&&(Method(`GET`)&&!Method(`GET`))&&PathRegexp(`^/`)":  {"Host(`a`) && PathRegexp(`^/`) && ", 0, true},
		"HOST(`a`) && pathprefix(`/a`) || Host(`b`) && Pathprefix(`/`)": {"(HOST(`a`) && pathprefix(`/a`) || Host(`b`) && Pathprefix(`/`)) && ", all, true},
	} {
		r := controller.RoutedOf(manifest.Map("match", match))
		if r.Refused != "" {
			t.Errorf("%s is refused: %s", match, r.Refused)
		} else if rest := withoutMethods(match); rest != want.rest || r.Methods != want.methods || r.Rule.LooksAtPath() != want.path {
			t.Errorf("%s is %q for %s, looking at the path: %t", match, rest, r.Methods, r.Rule.LooksAtPath())
		}
	}
}
