package finding

// contextPages are about what a target needs and what stands in its way.
var contextPages = []Page{
	{NoTarget, "NoTarget", Warning, "a policy's target is not in the input", `
An entry of spec.targetRefs names an object that none of the given files hold.
Without it retryctl sees neither rules nor backends. It is an error where the
input has objects of that kind, since the name or the namespace is wrong then,
and nothing is written for the policy. It is a warning where there are none, or
where a route names the object as a parent or a backend: such an object exists,
and its manifest is somewhere else.

    targetRefs:
    - {group: gateway.networking.k8s.io, kind: HTTPRoute, name: chekout}

Correct the name; the hint has the nearest one. A target is looked for in the
namespace of the policy. Or give the manifest of the target with -f as well. For
objects that live in another repository, the rendered manifests will do: they
are only read.`},

	{NoSuchRule, "NoSuchRule", Error, "a policy names a rule that its route does not have", `
The sectionName of a target is the name of one rule of a route, and the route
has no rule of that name.

    targetRefs:
    - {..., kind: HTTPRoute, name: checkout, sectionName: reads}

    rules:                # of the route
    - matches: [...]      # has no name

The hint lists the names that exist. Rules have names only if somebody gives
them one: add name: reads to the rule, and both stay in step when rules are
moved.`},

	{WrongTargetKind, "WrongTargetKind", Error, "the gateway cannot honour a policy on this kind of object", `
A policy may target Gateways, routes and Services, and not every gateway has a
place for retries on each of them. Nothing is written for this target, since
the nearest place would be wider than what was asked.

    error RT3003 [envoy-gateway] spec.targetRefs[0]: a Service cannot be the
    target of Envoy Gateway's policies

Target the route that sends requests to the object, or the Gateway that the
route is attached to. If several gateways share the policy, move the target
that only one of them knows to a policy of its own.`},

	{NeedsVersion, "NeedsVersion", Warning, "the target's version lacks what the policy needs", `
The field that would carry the wish came with a later version of the gateway
than the one given. Writing it would make the API server refuse the object or
drop the field, so it is left out, and the wish with it.

    warning RT3004 [envoy-gateway] spec.budget: a retry budget needs Envoy
    Gateway 1.8

If the gateway is newer in fact, say so with --to envoy-gateway@1.8 or in the
Config; without a version the newest that retryctl knows is taken. Otherwise
update the gateway, or follow the hint, which names what the given version can
do.`},

	{NeedsObject, "NeedsObject", Warning, "an object that the translation needs is not in the input", `
Some gateways carry retries on objects that the policy does not name: Kong on
the Services behind a rule, Istio on a VirtualService that needs the hosts of
the route's Gateway. One of these is not in the input. What can be written
without it is written, so the output is incomplete.

    warning RT3005 [kong] spec.targetRefs[0]: Service shop/checkout is not in
    the input

Give the manifest that holds the object with -f. The finding says what the
object was needed for, so if that part is of no interest nothing breaks.`},

	{Assumed, "Assumed", Warning, "something the input does not say was assumed", `
The output depends on a fact about the cluster that no manifest shows, and
retryctl took the likeliest. If the assumption is wrong, the gateway accepts
the output and ignores it, which is why this is a warning and not a note.

    warning RT3006 [istio] spec.targetRefs[0]: Gateway infra/public is taken
    for the classic Istio Gateway of the same name

The finding says what was assumed and how to settle it: by giving the object
that shows the fact, by a setting in the Config, or by a flag. Once it is
settled the finding is gone, whichever way it went.`},

	{CannotSplit, "CannotSplit", Warning, "a rule cannot be split by method", `
The gateway knows no limit on methods. To retry GET and not POST, the rule has
to be split in two that differ by method, and this rule cannot be: its route is
not in the input, a part would take requests from another rule, or the route
would have more rules or matches than the Gateway API allows. To stay safe, the
rule as a whole gets only the retries that are safe for every method.

    warning RT3007 [envoy-gateway] spec.targetRefs[0]: HTTPRoute shop/checkout
    cannot be split by method: its rules are not in the input

Follow the hint: give the route's manifest, or write the two rules by hand and
target the one to be retried by sectionName. If every method may run twice,
write so:

    retryOn: {methods: ["*"]}`},

	{Shadows, "Shadows", Warning, "a policy of the gateway hides another one", `
The output adds an object that takes the place of a wider one in the input: a
policy on a route, say, where the Gateway has one already. The gateway does not
merge the two, so the new one repeats what the wider one says besides retries.
When the wider one changes, the copy does not, until it is translated again.

    warning RT3008 [envoy-gateway] spec.targetRefs[0]: the new policy on
    HTTPRoute shop/checkout takes the place of BackendTrafficPolicy
    shop/defaults there, and says what that says besides retries

Where nothing can be repeated, because each listener has another wider policy,
what that says is lost: a warning if it has limits and timeouts alone, an error
if it has more, such as a limit on the rate. If you would have the two merged,
set mergeType on the new object.`},

	{Conflicts, "Conflicts", Error, "existing configuration conflicts with what would be written", `
The input has configuration that says something else about the same requests,
and the two cannot both hold: an object that also serves other targets, two
objects for one host, a setting that would switch the new one off. Which of
them wins may depend on age or order, so nothing is written.

    error RT3009 [envoy-gateway] spec.targetRefs[0]: BackendTrafficPolicy
    shop/shared is on HTTPRoute shop/checkout already, and on other objects
    as well

Decide where retries for this target should live, and take them out of the
other place. Configuration that serves this target alone is no conflict:
retryctl edits it.`},

	{CannotEdit, "CannotEdit", Error, "an existing object cannot be edited safely", `
The object that carries retries for the target is in the input, and retryctl
would have to change a part of it that it does not fully understand: code
written by hand, a form of another version, a value that other rules share.
An edit might break what works today.

    error RT3010 [kong] spec.targetRefs[0]: KongPlugin shop/checkout holds
    code that retryctl did not write

Move the part that is in the way to an object of its own, or make the edit by
hand: retryctl explain reads the result and says whether it does what the
policy asks.`},

	{NeedsSetting, "NeedsSetting", Note, "the gateway must be set up in a certain way for this output to work", `
The output is right, and it works only if the gateway itself is configured
accordingly: a provider that is enabled, a feature gate, a sandbox that lets a
function through. Such settings are not in manifests that retryctl reads.

    note RT3011 [kong] spec.maxRetries: a number of retries for one rule
    needs untrusted code to be allowed to set it

The finding names the setting and its value. Check it once for each
installation. Where the Config has a field for it, fill that in, so that a
setting that does not fit is found here and not in production.`},

	{Rivals, "Rivals", Warning, "an existing object would fight one that is to be written", `
Among the objects that retryctl diff compares with is one that claims what an
object to be written claims as well: a second BackendTrafficPolicy for a target,
by name or by labels, or one for a rule of the route, which wins there; a second
DestinationRule or VirtualService for a host, a second plugin of a type on a
route. The gateway takes one of the two, most often the older, or refuses both,
so that what was translated may never hold.

    warning RT3012 [envoy-gateway] BackendTrafficPolicy shop/by-hand is there
    for HTTPRoute shop/checkout, and BackendTrafficPolicy shop/checkout would
    be too

Give the existing object with -f as well: then it is edited instead, and no
second one is written. Or take it away. The view of behavior, with -o behavior,
shows what the requests get while both are there, as far as that does not
depend on their ages.`},

	{OwnPolicyFails, "OwnPolicyFails", Error, "a policy would reach a rule whose own policy has an error", `
The rule has a policy of its own, and that one cannot be translated for this
gateway because of an error. What is written for this policy would reach the
rule too: it stands on the Gateway, on the route or on a Service behind the
rule, where only the more specific policy would have kept it out. The requests
of the rule would be retried in a way that nobody asked for.

    error RT3013 [envoy-gateway] spec.targetRefs[0]: HTTPRoute shop/pay rule 0
    would get something else by this policy, and its own, RetryPolicy shop/pay,
    has an error

Mend the more specific policy: this error goes with its own. Or take it out of
the input, if the rule is meant to get what the wider policy says. A gateway
that carries policies rule by rule has no such error.`},

	{Leftover, "Leftover", Note, "an existing object would have no effect any more", `
An object counts today and would not count any more, or should not. It may
carry the mark of an earlier run, and no policy of this one explains it: then
it still does what an older policy asked for, and the finding is a warning. Or
retryctl diff finds a Middleware, a KongPlugin or the like among what it
compares with to which nothing in the input would refer, or a policy for a rule
that the route would no longer have.

    warning RT3014 [envoy-gateway] BackendTrafficPolicy shop/checkout was
    written by an earlier run, and no policy explains it any more

Delete it, as the hint says, or have the tool that applies the output do so:
kubectl apply with --prune, Argo CD, Flux. retryctl fn and --pass-through leave
what carries a mark out of what they print. Without a mark it is no difference
of the diff, since retryctl cannot know whose it is. What the object may be
good for outside of the input is not seen.`},

	{ReferredByName, "ReferredByName", Warning, "what refers to a rule by its name must name a part of it too", `
Where a policy is limited to some methods, a rule is split: a new rule takes
the requests with these methods, and is named like the old one with -retryable
behind it. What is for the rule by its name is not for the new one: a
SecurityPolicy with the sectionName of the rule would no longer ask the new
rule's requests who they are. So each object of the input that names the rule
in its spec.targetRefs, of whatever kind, gets a second entry for the new rule.
It is printed before the route, and is to be applied with it. Where an object
has no such list the rule is not split (RT3007).

    error RT3015 [envoy-gateway] spec.targetRefs[0]: HTTPRoute shop/checkout
    rule pay is split: what names it must name pay-retryable too

What is not in the input cannot be seen. It is a warning where the input shows
what refers to rules: where it has policies in the route's namespace, of kinds
that retryctl does not write (for a VirtualService: a Rollout, an EnvoyFilter,
or a policy for one). Else it is an error, and nothing is written for the
policy. Give the manifests of these as well, or decide with --split or with
spec.split of a Config: always says that you know what names the rules, and
makes a note of it, which --strict lets pass; never leaves every rule whole,
with the retries that are safe for all methods. A rule without a name is split
without this finding: nothing can name it.

Names in other places are never seen: those in EnvoyPatchPolicies, in the labels
of metrics, in alerts.`},

	{WouldBeRefused, "WouldBeRefused", Error, "the API server would refuse an object that was to be written", `
An object of the output breaks a rule of its CRD: a list would be too long, a
value out of bounds, or something would be as a rule in CEL forbids. Nothing of
the policy is written, since the rest would be applied without that object.

    error RT3016 [envoy-gateway] spec.targetRefs[0]: HTTPRoute shop/checkout
    would be refused: spec.rules: has 17 items, and 16 is the most

Most often the object is near a limit as it is given: divide the route, or the
policy that has too many targets. It is a warning where the object is refused
in the same way as it is given.`},

	{CannotTakeBack, "CannotTakeBack", Warning, "what an earlier run wrote cannot all be taken back", `
An object that retryctl has edited carries an annotation that says what the
edit was. In the next run the edit is taken back before anything else happens,
so that the output is that of a first run. Here somebody has changed a place
since: it holds neither what retryctl wrote, with defaults that the API server
fills in, nor what was there before.

    warning RT3017 [traefik] what an earlier run wrote into HTTPRoute
    shop/checkout cannot all be taken back: it was changed since at
    spec.rules[reads-retryable]

The place is left as it is, and everything else is taken back. If what stands
there is wanted, nothing is to be done: it is taken for somebody's own from now
on. Otherwise restore the object from its source, and translate again.

It is also said of an object that retryctl made itself, and to which somebody
has added something since, in its spec or elsewhere outside of its metadata. The
next run writes the object anew, or leaves it out, and what was added goes with
it. Put it into an object of its own, or into the policy.

And it is said of rules that retryctl split off others, and as a note of objects
that it made, where no mark says so: it left none before there were marks, and
some tools take annotations off. Such a rule is known by its name, its backends
and filters, and by matches that are those of the other rule but for a method.

    warning RT3017 rule reads-retryable of HTTPRoute shop/checkout was split off
    rule reads by retryctl and has no mark: no run joins them again, and it
    keeps its retries

Restore the route from its source, or delete the rule, and what has one of its
methods and stands beside the same match without one; take references to
Middlewares and plugins of retryctl out too. Then translate again.`},

	{SiblingRoutes, "SiblingRoutes", Note, "routes that share a host are written together", `
For a host that a VirtualService names on a classic Gateway of Istio, Istio
serves nothing but VirtualServices. So every route that serves requests for the
host there is written, with a policy or without, and routes whose matches meet
are in one VirtualService, in the order in which the Gateway API has their
matches take precedence: who serves a request stays as it is. What a route
without a policy says of retries is kept; where it says nothing Istio retries
twice by default.

    note RT3018 [istio] spec.targetRefs[0]: VirtualService shop/site holds
    HTTPRoute shop/orders, which serves shop.example beside HTTPRoute shop/site

Translate again when one of these routes changes. It is an error where they
cannot be written so that each keeps its requests: two have an equal match and
nothing says which is older, they stand behind different listeners, one has
something for which a VirtualService has nothing, or a VirtualService of the
input would lose requests. Make one HTTPRoute of them then, or give them hosts
of their own.`},

	{UnseenProgram, "UnseenProgram", Note, "a part of the input may change the retries, and cannot be read", `
Envoy's router takes request headers such as x-envoy-retry-on and
x-envoy-max-retries for a part of the retry policy. What rules, backends and
policies set by name is counted. A program or a service that stands before the
router can set them too, and only those who wrote it know; a patch of Envoy's
own configuration can change retries in any way.

    note RT3019 [envoy-gateway] spec.targetRefs[0]: EnvoyExtensionPolicy
    shop/auth spec.wasm[0] is not read: whether it sets request headers that
    Envoy's router takes for a retry policy, such as x-envoy-retry-on, cannot
    be seen here

It is said once for each of them. Where you trust the program nothing is to be
done. To be sure, have a RequestHeaderModifier of the rule remove the headers:
the rule's changes come last, whatever a filter has set. They are
x-envoy-retry-on, x-envoy-retry-grpc-on, x-envoy-max-retries,
x-envoy-retriable-status-codes and x-envoy-retriable-header-names.`},

	{FaultyVersion, "FaultyVersion", Note, "versions of the gateway differ in what they do to these rules", `
Some versions of the gateway, often some patches of one, do something to
requests of rules that retry which others do not: they answer an error, lose a
field, or stop.

    note RT3020 [traefik] spec.targetRefs[0]: Traefik 3.7 before 3.7.6 answers
    413 to a body above maxRequestBodyBytes, whatever the method
        try: run 3.7.8 or a newer one, and say so: --to traefik@3.7.8

It is a note where nothing says which patch runs, because a target such as
traefik@3.7 means any of them, and explain shows what the newest does. It is a
warning where the version that is named has it. The hint names the first version
without any of what is said.`},
}
