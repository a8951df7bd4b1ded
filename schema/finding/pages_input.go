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
indent. A file of a folder in which nothing is meant to be an object, such as a
values.yaml, is passed over instead (RT1014).`},

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
there is none, say so with --allow-empty.`},

	{SeveralTargets, "SeveralTargets", Error, "several targets write one object, each in its own way", `
What is printed is one stream, in which an object can stand once, and two
targets have made different things of it. Applied, the last one would win, and
the gateway that the other was for would get nothing. Nothing is printed. What
two targets write alike is printed once.

    HTTPRoute shop/orders: error RT1013 envoy-gateway and traefik write it, each
    in its own way, and it can be there once

Translate to one target at a time, with --to. With --output-dir every target has
a folder of its own, and each cluster is given that of its gateway. In
kustomize, give each target a kustomization of its own.`},

	{PassedOver, "PassedOver", Note, "files of a folder are passed over", `
Among the files of a folder are some that are not read. Either no document in
them is a Kubernetes object, as in values, workflows, templates of Helm and a
kustomization.yaml without a kind, or a kustomization names them as patches,
which say nothing by themselves. Or retryctl wrote them itself, and
.retryctl.sha256 in their folder or above lists them: to read them as if
somebody else had written them would give every object twice.

    chart/values.yaml: note RT1014 2 files are no Kubernetes objects, or
    patches, and are passed over: this one, deploy/kustomization.yaml

If one of them is meant as an object, it lacks apiVersion or kind. A file that
is named itself is always read, and so is a folder that holds nothing but what
retryctl wrote.`},

	{StaleFile, "StaleFile", Warning, "a file of an earlier run is left that nothing explains any more", `
An earlier run wrote the file to the folder of --output-dir, and
.retryctl.sha256 lists it. This run does not write it: the policy is gone, or
asks less, or the target or the form is another one. As long as it is there,
kubectl apply -f on the folder applies it, and the gateway does what the older
policy asked.

    out/backendtrafficpolicy_shop_api.yaml: warning RT1015 an earlier run wrote
    this file, and nothing explains it any more

With --prune such files are removed, in the same step in which the others are
written. One that somebody has changed since is kept: delete it, or take its
line out of .retryctl.sha256 if it is yours now. What is in a cluster stays
there until somebody deletes it.`},

	{LeftOut, "LeftOut", Warning, "a policy is not in the output, because it has an error", `
With --keep-going retryctl prints what has no error. The policy that the finding
names has one, for the target that it names or for all of them, so nothing that
is printed carries it.

    warning RT1017 [kong] metadata.name: RetryPolicy shop/orders has an error,
    and the output is without it

Without --keep-going nothing is printed in such a run. In a folder of
--output-dir, files that an earlier run wrote for the policy alone stay as they
are, and nothing is removed.`},

	{NotReadable, "NotReadable", Warning, "a kind of the cluster cannot be read", `
With --cluster retryctl asks kubectl for the kinds that decide a retry, with the
rights of whoever runs it. The cluster does not let them list this one.

    warning RT1018 backendtrafficpolicies.gateway.envoyproxy.io of the cluster
    cannot be read: Error from server (Forbidden): ...

What such objects say is not known in this run: a rule may do something else
than is shown. Ask for the right to list them, or give them with -f.`},
}
