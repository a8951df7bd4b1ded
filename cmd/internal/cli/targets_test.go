package cli

import (
	"slices"
	"strings"
	"testing"
)

// meant gives the policy with a name, and with an annotation for its targets.
func meant(name, to string) string {
	return strings.Replace(policy, "{name: api, namespace: shop}", "{name: "+name+", namespace: shop, annotations: {retryctl.dev/to: \""+to+"\"}}", 1)
}

// TestAPolicyIsForTheGatewaysOfItsAnnotation has a function with policies among
// its items, and the other commands with the same as files.
func TestAPolicyIsForTheGatewaysOfItsAnnotation(t *testing.T) {
	const config = "apiVersion: retryctl.dev/v1alpha1\nkind: Config\nmetadata: {name: c}\nspec: {targets: [TARGETS]}\n"
	two := strings.Replace(routes, "\n---\n", "\n---\n"+strings.Replace(strings.Split(routes, "---\n")[0], "name: api, namespace", "name: other, namespace", 1)+"---\n", 1)
	other := strings.Replace(policy, "name: api, namespace: shop}", "name: other, namespace: shop}", 1)
	other = strings.Replace(other, "kind: HTTPRoute, name: api}", "kind: HTTPRoute, name: other}", 1)
	for _, c := range []struct {
		about string
		docs  []string
		args  []string
		want  string // what is written
	}{
		{"one policy for each of two gateways, on one rule", []string{meant("a", "envoy-gateway"), meant("b", "gateway-api"), routes}, nil,
			"BackendTrafficPolicy shop/a, HTTPRoute shop/api"},
		{"two gateways in one annotation", []string{meant("a", "envoy-gateway, gateway-api"), routes}, nil, "BackendTrafficPolicy shop/a, HTTPRoute shop/api"},
		{"a flag, which is for every policy", []string{meant("a", "kong"), routes}, []string{"--to", "envoy-gateway"}, "BackendTrafficPolicy shop/a"},
		{"a policy without an annotation, beside a Config", []string{meant("a", "gateway-api"), other, strings.Replace(config, "TARGETS", "envoy-gateway", 1), two}, nil,
			"BackendTrafficPolicy shop/other, HTTPRoute shop/api"},
		{"an annotation where a Config has more", []string{meant("a", "envoy-gateway"), strings.Replace(config, "TARGETS", "all", 1), routes}, nil, "BackendTrafficPolicy shop/a"},
	} {
		out, complaints, status := calledWith(t, listOf(c.docs...), c.args...)
		if got := written(t, strings.Join(c.docs, "\n---\n"), out); status != Done || got != c.want {
			t.Errorf("fn, %s: status %d, writes %s and not %s\n%s", c.about, status, got, c.want, complaints)
		}
		in := write(t, "in.yaml", strings.Join(c.docs, "\n---\n"))
		out, complaints, status = runIn(t, append([]string{"translate", "-f", in}, c.args...)...)
		if got := written(t, strings.Join(c.docs, "\n---\n"), out); status != Done || got != c.want {
			t.Errorf("translate, %s: status %d, writes %s and not %s\n%s", c.about, status, got, c.want, complaints)
		}
		if _, complaints, status := runIn(t, "validate", in); status != Done {
			t.Errorf("validate, %s: status %d\n%s", c.about, status, complaints)
		}
		if _, complaints, status := calledWith(t, listOf(c.docs...), "--validate"); status != Done {
			t.Errorf("fn --validate, %s: status %d\n%s", c.about, status, complaints)
		}
		there := write(t, "there.yaml", out)
		if out, complaints, status := runIn(t, append([]string{"diff", "-f", in, "--against", there}, c.args...)...); status != Done {
			t.Errorf("diff, %s: status %d\n%s%s", c.about, status, out, complaints)
		}
	}
}

// written names the objects of an output, of a list's items, that are new or not as
// they were given.
func written(t *testing.T, given, out string) string {
	t.Helper()
	before := map[string]string{}
	for _, o := range objectsOf(t, given) {
		before[o.ID().String()] = string(o.JSON())
	}
	var names []string
	for _, o := range objectsOf(t, out) {
		if o.ID().Kind != "RetryPolicy" && o.ID().Kind != "Config" && before[o.ID().String()] != string(o.JSON()) {
			names = append(names, o.ID().String())
		}
	}
	return strings.Join(sortedNames(names), ", ")
}

func TestATargetOfAnAnnotationThatIsUnknownIsAnErrorOfItsPolicy(t *testing.T) {
	for _, to := range []string{"nginx", "istio@0.1", "", "kong,"} {
		want := `error RT1004 metadata.annotations["retryctl.dev/to"]`
		for _, line := range [][]string{{"translate"}, {"validate"}, {"explain"}, {"diff", "--against", write(t, "there.yaml", routes)}} {
			in := write(t, "in.yaml", meant("a", to)+"---\n"+routes)
			_, complaints, _ := runIn(t, append(line, "-f", in)...)
			if !strings.Contains(complaints, "in.yaml:3:") || !strings.Contains(complaints, want) {
				t.Errorf("%s of %q says\n%s", line[0], to, complaints)
			}
		}
		if out, complaints, status := calledWith(t, listOf(meant("a", to), routes)); status != Findings || out != "" || !strings.Contains(complaints, want) {
			t.Errorf("fn of %q: status %d, prints %q and says\n%s", to, status, out, complaints)
		}
	}
}

func TestTwoVersionsOfAGatewayInOneRunAreTrouble(t *testing.T) {
	in := write(t, "in.yaml", meant("a", "istio@1.30")+"---\n"+meant("b", "istio@1.31")+"---\n"+routes)
	_, complaints, status := runIn(t, "translate", "-f", in)
	if status != Trouble || !strings.Contains(complaints, "istio 1.30") || !strings.Contains(complaints, "RetryPolicy shop/") {
		t.Errorf("status %d, and it says %q", status, complaints)
	}
}

func TestAVersionOfAConfigIsThatOfAnAnnotationWithout(t *testing.T) {
	in := write(t, "in.yaml", meant("a", "istio")+"---\n"+routes+"---\napiVersion: retryctl.dev/v1alpha1\nkind: Config\nmetadata: {name: c}\nspec: {targets: [istio@1.30]}\n")
	out, complaints, _ := runIn(t, "explain", "-f", in, "-o", "json")
	if !strings.Contains(out, `"version": "1.30"`) {
		t.Errorf("%s\n%s", out, complaints)
	}
}

func TestAFunctionNamesThePoliciesWithoutATarget(t *testing.T) {
	_, complaints, status := calledWith(t, listOf(meant("a", "kong"), strings.Replace(policy, "name: api, namespace: shop}", "name: lost, namespace: shop}", 1), routes))
	if status != Trouble || !strings.Contains(complaints, "no targets for RetryPolicy shop/lost: give --to") {
		t.Errorf("status %d, and it says %q", status, complaints)
	}
}

func sortedNames(names []string) []string {
	slices.Sort(names)
	return names
}
