package finding

// inputPages are about the documents alone, whatever the gateway.
var inputPages = []Page{
	{Syntax, "Syntax", Error, "the text cannot be read as Kubernetes objects", `
The file is not valid YAML or JSON in UTF-8, or one of its documents is not a
Kubernetes object: a mapping with apiVersion and kind. Keys that stand twice,
aliases inside their own anchor and files that would grow without
bound are refused as well. Nothing of the file is used.

    metadata:
      name: checkout
      name: basket        # which one?

Go to the line that the finding names. A missing quote or bracket is often
noticed only some lines below the place where it belongs, and tabs cannot
indent. Files that are no Kubernetes objects, such as a values.yaml, are best
kept out of the folders that retryctl is given.`},

	{UnknownField, "UnknownField", Error, "a field does not exist", `
A policy or a Config has a field that its version does not define. The API
server would drop such a field without a word, and the wish in it with it, so
it is refused here.

    spec:
      maxRetrys: 3        # maxRetries

If a field with a similar name exists, the finding suggests it. Look at the
indentation too: a field at the wrong depth is as unknown as a misspelled one.`},

	{BadType, "BadType", Error, "a value has the wrong type", `
A field holds a value of another type than it takes: a text where a number is
wanted, one value where a list is wanted. Nothing is converted, because the
API server would not do so either.

    maxRetries: "3"                  # a text; write 3
    retryOn: {statusCodes: 503}      # one number; write [503]

A word such as on, no or y without quotes is a boolean to some readers of YAML
and a text to others. Quote it wherever it is meant as text.`},

	{BadValue, "BadValue", Error, "a value is out of its range or not one of the allowed words", `
The value has the right type and cannot be meant: a number beyond its bounds, a
word that is not in the list, a duration in the wrong form, a name that
Kubernetes would not accept, the same item twice in a list, a number that is
written in a way that not all readers understand alike (010). A required field
that is left out is reported here too.

    retryOn: {statusCodes: [302]}    # only 400 to 599 can be retried
    attemptTimeout: 1.5s             # no fractions; write 1500ms
    backoff: {jitter: full}          # write Full

The finding says what is allowed. Where a field is optional, leaving it out
means that there is no wish, which is never the same as zero.`},

	{Contradiction, "Contradiction", Error, "two fields of a policy contradict each other", `
Each of two values is allowed by itself, and no gateway could honour both.

    attemptTimeout: 5s
    totalTimeout: 3s      # over before the first try is

Other contradictions: a longest wait below the first wait, a budget by
concurrency and by rate at once, a retry after an AttemptTimeout without an
attemptTimeout, the star for every method beside other methods.

Decide which of the two is meant. retryctl never picks one for you.`},

	{SameRule, "SameRule", Error, "two policies claim the same rule", `
Two policies hold for one route rule, and their targets are equally specific.
A rule has one retry behavior, and which policy was written first is no reason
to prefer it.

    # both policies have this target:
    targetRefs:
    - {group: gateway.networking.k8s.io, kind: HTTPRoute, name: checkout}

A more specific target wins without a finding: a rule wins over its route, a
route over a listener or Service, a listener over its whole Gateway. So leave
the rule to one of the two policies, or name the rule by sectionName in the
policy that should win.`},

	{InertWish, "InertWish", Warning, "a wish can never have an effect", `
The policy asks for something that another of its fields makes impossible. This
is no contradiction, since the outcome is clear, but it is seldom what its
author had in mind.

    maxRetries: 0
    backoff: {baseInterval: 100ms}   # nothing is retried, so nothing waits

Other cases: waits that alone are as long as totalTimeout, a gRPC status to
retry when POST, the method of every gRPC call, is not among the methods, a list
of methods beside conditions that are safe for every method, a budget that never
allows a retry.

Take the field out, or change the one that defeats it.`},

	{UnusedAccept, "UnusedAccept", Warning, "an accepted loss does not occur", `
An entry of spec.accept matches no finding of this run. Perhaps the gateway has
learned to do what the policy asks, or the policy no longer asks for it, or the
entry has a wrong code, field or gateway.

    accept:
    - {gateway: kong, finding: RT2004, field: spec.backoff, reason: "..."}
    # and spec.backoff is gone from the policy

Take the entry out. Left in, it would silently accept the loss if that came
back for another reason, which nobody has reviewed.`},

	{GivenTwice, "GivenTwice", Error, "an object is given twice", `
Two documents of the input have the same group, kind, namespace and name. Only
one of them can be in the cluster, and retryctl cannot know which one that will
be. An object without a namespace counts as being in "default".

    checkout.yaml:      kind: HTTPRoute, name: checkout
    all-routes.yaml:    kind: HTTPRoute, name: checkout

Give each object once. This happens when a folder holds both sources and
rendered output, or when the file of one environment is given together with
that of another.`},

	{OddManifest, "OddManifest", Warning, "a manifest is not what its kind should be", `
An object of a known kind has a part that does not look as that kind has it: a
text where a list of rules should be, a reference without a name. The API
server would most likely refuse the object. retryctl leaves that part out of
its view and goes on, so what it says about the object may be incomplete. A
policy that targets the object is not translated: it is an error there.

    kind: HTTPRoute
    spec:
      rules: {}           # a list is wanted

Correct the manifest, then run again. If the object is right and the API
server takes it, please report this as a bug of retryctl.`},

	{NotDone, "NotDone", Error, "the run could not be done", `
retryctl could not do what it was called for: a flag is wrong, a file cannot be
read or written, nothing in the input is a policy, or somebody has interrupted
it. The exit status is 2. On standard error this is a line that begins with
retryctl, and has no code. The code is for the file of --report, which would
otherwise still hold the findings of an earlier run. Findings from before the
trouble stand in that file too.

    {"code": "RT1011", "severity": "error",
     "message": "read policies: no such file or directory"}

Do what the message asks for, and run again. Do not use what the run has
printed: it may not be all.`},

	{NoPolicy, "NoPolicy", Warning, "there is no policy among the manifests that are passed through", `
With --pass-through retryctl prints what it is given with the policies carried
out, and there is none. Everything is printed as it is. A chart whose policies
hang on a value comes to this, and so does a policy that was forgotten.

    warning RT1012: no RetryPolicy in the input

Give the policies with -f, or let the chart have them. If it is meant that
there is none, leave retryctl out of this run, or do not run it with --strict,
which makes an error of the warning.`},
}
