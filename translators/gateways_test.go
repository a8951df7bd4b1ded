package translators_test

import (
	"testing"

	"retryctl.dev/schema"
	"retryctl.dev/schema/normal"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
)

func TestEveryGatewayIsWhole(t *testing.T) {
	if err := translators.All().And(translators.OnlyRead()).Validate(); err != nil {
		t.Error(err)
	}
}

// TestAProfileThatForgetsSomethingIsFound takes one thing after the other out of whole
// profiles.
func TestAProfileThatForgetsSomethingIsFound(t *testing.T) {
	for _, c := range []struct {
		about, name string
		forget      func(*gateway.Profile)
	}{
		{"its name", "kong", func(p *gateway.Profile) { p.Name = "" }},
		{"its title", "kong", func(p *gateway.Profile) { p.Title = "" }},
		{"its versions", "kong", func(p *gateway.Profile) { p.Newest = gateway.Version{} }},
		{"its reasons", "kong", func(p *gateway.Profile) { p.Reasons = nil }},
		{"other methods", "kong", func(p *gateway.Profile) { p.OtherMethods = "" }},
		{"its signs", "kong", func(p *gateway.Profile) { p.Signs = gateway.Signs{} }},
		{"the controllers of its classes", "istio", func(p *gateway.Profile) { p.Signs.GatewayControllers, p.Signs.IngressControllers = nil, nil }},
		{"the group of its kinds among its signs", "traefik", func(p *gateway.Profile) { p.Signs.Groups = nil }},
		{"the domain of its annotations", "traefik", func(p *gateway.Profile) { p.Domains = nil }},
		{"its kinds", "envoy-gateway", func(p *gateway.Profile) { p.Kinds = nil }},
		{"its rivals", "envoy-gateway", func(p *gateway.Profile) { p.Rivals = nil }},
		{"its normal forms", "istio", func(p *gateway.Profile) { p.Forms = normal.Forms{} }},
		{"the group of a kind", "istio", func(p *gateway.Profile) { p.Kinds = []gateway.Kind{{Name: "VirtualService"}} }},
		{"what its part of a Config is", "kong", func(p *gateway.Profile) { p.About = "" }},
		{"its options, which its uses set", "istio", func(p *gateway.Profile) { p.Options, p.About = nil, "" }},
		{"the words of an option", "gateway-api", option(1, func(o *schema.Option) { o.Words = nil })},
		{"all words but one", "kong", option(0, func(o *schema.Option) { o.Words = o.Words[:1] })},
		{"what an option is", "kong", option(0, func(o *schema.Option) { o.About = "" })},
		{"the flag of an option", "traefik", option(0, func(o *schema.Option) { o.Flag = "" })},
		{"what a flag says", "traefik", option(0, func(o *schema.Option) { o.Usage = "" })},
		{"what an option maps to", "istio", option(1, func(o *schema.Option) { o.To = schema.Key{} })},
		{"the part of a Config that an option is in", "kong", option(1, func(o *schema.Option) { o.Field = "other.router" })},
	} {
		p := of(c.name).Profile()
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		c.forget(&p)
		if p.Validate() == nil {
			t.Errorf("%s forgets %s, and its profile is whole", c.name, c.about)
		}
	}
}

// option changes one option of a profile, which shares it with others.
func option(n int, change func(*schema.Option)) func(*gateway.Profile) {
	return func(p *gateway.Profile) {
		p.Options = append([]schema.Option(nil), p.Options...)
		change(&p.Options[n])
	}
}

func TestTwoGatewaysOfOneNameAreFound(t *testing.T) {
	all := translators.All().And(nil)
	if append(all, all[2]).Validate() == nil {
		t.Error("a gateway stands there twice, and the list is whole")
	}
}
