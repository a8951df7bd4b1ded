package cli

import (
	"iter"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/normal"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/rivals"
)

// tiny is a gateway that nothing but this file knows: it has one policy of its own for the
// HTTPRoutes of a world, which says how often a request is tried again that reached no
// backend, and one option.
type tiny struct{}

const tinyGroup = "tiny.example"

var tinyMode = schema.Option{
	Field: "tiny.mode", About: "is how careful it is.", Words: []string{"calm", "brisk"}, Default: "calm",
	Flag: "tiny-mode", Usage: "how careful Tiny is, by `mode`",
}

var tinyForms = normal.FormsOf(tinyGroup + "/TinyPolicy v1beta1\n  spec.retries default 1\n  spec.targetRefs set\n")

func (tiny) Profile() gateway.Profile {
	return gateway.Profile{
		Name: "tiny", Title: "Tiny", Oldest: gateway.Version{Major: 1}, Newest: gateway.Version{Major: 1, Minor: 2},
		Reasons:      map[string]string{"statusCodes": "Tiny looks at no response"},
		OtherMethods: "Every method is treated alike.",
		About:        "is how Tiny is set up.", Options: []schema.Option{tinyMode},
		Kinds: []gateway.Kind{{Group: tinyGroup, Name: "TinyPolicy", Role: gateway.Attached, Parts: []string{"spec.targetRefs[]"}}},
		Forms: tinyForms, Rivals: tinyRivals,
		Signs: gateway.Signs{GatewayControllers: []string{tinyGroup + "/controller"}, Groups: []string{tinyGroup}},
	}
}

func tinyRivals(c gateway.Contest) finding.List {
	side := rivals.Side{Group: tinyGroup, Kind: "TinyPolicy", Claims: func(o *manifest.Object, _ gateway.Contest) []rivals.Claim {
		return rivals.On(tinyTarget(o).String())
	}}
	return rivals.Of(c, rivals.Rivalry{Existing: side, Written: side, Reason: "Tiny takes the first of two"})
}

func tinyTarget(o *manifest.Object) manifest.ID {
	ref := o.At("spec", "targetRefs").Index(0)
	return manifest.ID{Group: ref.At("group").Text(), Kind: ref.At("kind").Text(), Namespace: o.ID().Namespace, Name: ref.At("name").Text()}
}

func (tiny) Translate(plan *resolve.Plan, s gateway.Settings) (out gateway.Output) {
	written := map[manifest.ID]bool{}
	for _, i := range plan.Intents {
		id := i.ID()
		if id.Kind != "HTTPRoute" || written[id] {
			continue
		}
		written[id] = true
		o := manifest.New(tinyGroup+"/v1", "TinyPolicy", id.Namespace, id.Name)
		o.Root().Put("spec", manifest.Map("mode", s.Word(tinyMode), "retries", i.Want.MaxRetries.Value,
			"targetRefs", manifest.List(manifest.Map("group", id.Group, "kind", id.Kind, "name", id.Name))))
		out.Objects = append(out.Objects, o)
	}
	return out
}

func (tiny) Reader(world *manifest.Set, _ gateway.Settings) gateway.Reader {
	r := tinyReader{}
	for _, o := range world.Kind(tinyGroup, "TinyPolicy") {
		r[tinyTarget(o)] = o
	}
	return r
}

type tinyReader map[manifest.ID]*manifest.Object

func (r tinyReader) Effects(intents []resolve.Intent) iter.Seq[[]behavior.Effect] {
	return gateway.EachOf(intents, func(i resolve.Intent) []behavior.Effect {
		if i.Object == nil || i.Rule < 0 || i.ID().Kind != "HTTPRoute" {
			return nil
		}
		e := behavior.Effect{Object: i.ID().String(), Rule: i.Name, Methods: i.Methods, Origin: map[string]string{}}
		e.AttemptTimeout, e.TotalTimeout = behavior.None[time.Duration](), behavior.None[time.Duration]()
		if o := r[i.ID()]; o != nil {
			n, _ := o.At("spec", "retries").Int()
			e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(int(n)), o.ID().String()
			e.Causes.Add(behavior.AllMethods, behavior.ConnectFailure)
		}
		e.Behavior = e.Behavior.Normal()
		return []behavior.Effect{e}
	})
}
