package gateway

import (
	"fmt"
	"iter"
	"slices"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/normal"
	"retryctl.dev/schema/resolve"
)

// A Source is a gateway whose configuration can be read. What it gives is pure: no
// clock, no environment, no network, no map order.
type Source interface {
	// Profile gives what is true of the gateway whatever the input.
	Profile() Profile
	// Reader gives what reads the objects of a world. It is made once for a world, and
	// may be asked as often as need be.
	Reader(*manifest.Set, Settings) Reader
}

// A Target is a gateway for which policies can be translated.
type Target interface {
	Source
	// Translate gives the objects that carry the plan's intents: new ones, and
	// edited copies of objects of the plan's world. Only translators.Run calls it.
	Translate(*resolve.Plan, Settings) Output
}

// A Reader says what the objects of its world make a gateway do.
type Reader interface {
	// Effects yields, for each intent in turn, what the gateway does with the requests
	// that the intent is about: one effect for each rule that serves a part of them. It
	// looks at the places of intents, never at their wishes.
	Effects([]resolve.Intent) iter.Seq[[]behavior.Effect]
}

// EachOf yields what a function gives for each intent, as Reader.Effects does.
func EachOf(intents []resolve.Intent, effects func(resolve.Intent) []behavior.Effect) iter.Seq[[]behavior.Effect] {
	return func(yield func([]behavior.Effect) bool) {
		for _, i := range intents {
			if !yield(effects(i)) {
				return
			}
		}
	}
}

// Collect gives what a reader yields for intents, all at once.
func Collect(r Reader, intents []resolve.Intent) [][]behavior.Effect {
	return slices.AppendSeq(make([][]behavior.Effect, 0, len(intents)), r.Effects(intents))
}

// Read gives what a gateway does with the requests of intents in a world.
func Read(g Source, intents []resolve.Intent, world *manifest.Set, s Settings) [][]behavior.Effect {
	return Collect(g.Reader(world, s), intents)
}

// An Implementer is a gateway that serves the Gateway API's own retries beside its own
// configuration, and reads what it makes of both: with Settings.Standard.
type Implementer interface {
	Source
	// Serves gives the version of the gateway that is meant where only that of the
	// Gateway API is given.
	Serves(api Version) Version
}

// A Profile is everything true of a gateway that is data.
type Profile struct {
	Name  string // "envoy-gateway": flag value, golden file name, docs anchor
	Title string // "Envoy Gateway"
	// Oldest and Newest bound the versions that the package knows; Newest is the
	// one that is meant where none is given.
	Oldest, Newest Version
	// Reasons say why a wish is not carried in full: by behavior.Diff's Topic,
	// the first that fits of "Topic/class", "Topic", and the topics above it.
	Reasons map[string]string
	// Listeners says that the gateway can treat the requests to one rule differently by
	// the listener or the Gateway through which they come.
	Listeners bool
	// Senders says that what stands on a Service holds for the requests of every rule
	// that sends to it, of whatever route, so that a policy on a Service is judged by
	// what each of these rules makes of it.
	Senders bool
	// Mesh says that requests come to a Service without any rule as well.
	Mesh bool
	// Answers are methods that the gateway answers itself: requests with them
	// reach no backend, and effects are not about them.
	Answers behavior.Methods
	// OtherMethods says what the gateway does with methods that are not modelled.
	OtherMethods string
	// About says what the part of a Config is that has the options, behind its name; empty
	// without any.
	About string
	// Options are what a Config and flags say of how the gateway is set up.
	Options []schema.Option
	// Uses are the ways in which the gateway takes its configuration, where there are
	// several.
	Uses []Use
	// Kinds are those that only the gateway has.
	Kinds []Kind
	// ReferenceFields are those by which objects name others that say something of
	// retries, beside those of the Gateway API.
	ReferenceFields []string
	// Faults are what some versions do to requests of rules that retry, and others do not.
	Faults []Fault
	// Standard says that what stands in the routes of the Gateway API itself is for it.
	Standard bool
	// Rivals finds what fights what is written.
	Rivals Rivals
	// Forms say how objects of the gateway's kinds are brought into one form.
	Forms normal.Forms
	// Domains are those of annotations and labels that only the gateway reads.
	Domains []string
	// Signs show that objects are for this gateway and no other.
	Signs Signs
}

// A Use is one of several ways in which a gateway takes its configuration.
type Use struct {
	// Name is what people call it.
	Name string
	// Class is the GatewayClass of the Gateways that are for it; empty is any.
	Class string
	// Settings choose it.
	Settings []schema.Setting
}

// Signs are what an object can have that shows which gateway it is for.
type Signs struct {
	// GatewayControllers are the controllerNames of GatewayClasses.
	GatewayControllers []string
	// GatewayClasses are names of those that the gateway makes itself, so that they
	// are seldom among manifests.
	GatewayClasses []string
	// IngressControllers are the controllers of IngressClasses.
	IngressControllers []string
	// IngressClasses are names that are the gateway's unless it is told otherwise.
	IngressClasses []string
	// Groups are those of kinds that only this gateway has.
	Groups []string
	// Annotations are how the annotations begin that only this gateway reads.
	Annotations []string
}

// All names every sign, with what it is a sign on.
func (s Signs) All() []string {
	var names []string
	add := func(what string, list []string) {
		for _, one := range list {
			names = append(names, what+" "+one)
		}
	}
	add("controller of GatewayClasses", s.GatewayControllers)
	add("GatewayClass", s.GatewayClasses)
	add("controller of IngressClasses", s.IngressControllers)
	add("IngressClass", s.IngressClasses)
	add("API group", s.Groups)
	add("annotation", s.Annotations)
	return names
}

// Output is what Translate gives.
type Output struct {
	Objects []*manifest.Object
	Said    []Said

	about map[*schema.RetryPolicy][]int // where in Said a policy is spoken of
}

// Said is a finding of a translator about one policy: what it needed and did not
// find, or assumed. Losses are not said; comparing finds them.
type Said struct {
	Policy *schema.RetryPolicy
	finding.Finding
}

// Say adds a finding about the target of an intent.
func (o *Output) Say(i resolve.Intent, code finding.Code, message, reason string, hint finding.Hint) {
	o.say(i, code, code.Severity(), message, reason, hint)
}

// Fail adds an error about the target of an intent, whatever its code is elsewhere.
func (o *Output) Fail(i resolve.Intent, code finding.Code, message, reason string, hint finding.Hint) {
	o.say(i, code, finding.Error, message, reason, hint)
}

// Note adds a note about the target of an intent, whatever its code is elsewhere.
func (o *Output) Note(i resolve.Intent, code finding.Code, message, reason string, hint finding.Hint) {
	o.say(i, code, finding.Note, message, reason, hint)
}

func (o *Output) say(i resolve.Intent, code finding.Code, severity finding.Severity, message, reason string, hint finding.Hint) {
	f := resolve.About(i.Policy, code, targetField(i), message)
	f.Reason, f.Hint, f.Severity = reason, hint, severity
	for _, n := range o.about[i.Policy] {
		if n < len(o.Said) && o.Said[n] == (Said{i.Policy, f}) { // a translator may have taken some back
			return
		}
	}
	if o.about == nil {
		o.about = map[*schema.RetryPolicy][]int{}
	}
	o.about[i.Policy] = append(o.about[i.Policy], len(o.Said))
	o.Said = append(o.Said, Said{i.Policy, f})
}

func targetField(i resolve.Intent) string { return fmt.Sprintf("spec.targetRefs[%d]", i.Ref) }
