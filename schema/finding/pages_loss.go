package finding

// lossPages are about differences between what was asked and what a gateway
// will do. These findings, and no others, can be accepted in a policy.
var lossPages = []Page{
	{UnsafeRetry, "UnsafeRetry", Error, "a request that may not be idempotent could run twice without having been asked for", `
With this output the gateway would send a request again although its method is
not idempotent (it is none of GET, HEAD, OPTIONS, TRACE, PUT and DELETE), after
a cause that does not rule out that the backend has processed it: a status, a
lost connection, a timeout. The policy does not ask for that. A payment could
be made twice.

    error RT2001 [kong] spec.retryOn.conditions: Kong retries Reset for POST,
    which was not asked, on HTTPRoute shop/checkout

This is the one difference that is an error by default: nothing is printed for
the policy and this gateway. The reason in the finding says what in the gateway
is too coarse. Often the cure is a rule of its own for the methods that may be
retried, or fewer conditions.

If every request on the rule may in fact run twice, for instance because the
backend knows the Idempotency-Key header, say so: list the methods in
retryOn.methods. If only this gateway is tolerable, accept the finding in
spec.accept with the reason.`},

	{MoreRetries, "MoreRetries", Warning, "the gateway retries more than the policy asks", `
The gateway retries after more causes, for more methods or more often than the
policy asks. No request that may not be idempotent runs twice because of it:
the methods concerned are idempotent, or the cause is one in which the backend
cannot have seen the request, or only the number of tries is higher.

    asked not retried, gets retried

More tries still cost something: load on a backend that may be in trouble
already, and time for the caller. Look at the worst case that retryctl explain
prints. Then ask for what the gateway does, bound it with a budget where the
gateway has one, or accept the finding.`},

	{FewerRetries, "FewerRetries", Warning, "the gateway retries less than the policy asks", `
Something that the policy wants retried will not be: a cause the gateway has no
trigger for, a method it leaves out, a number of tries it does not go up to.
Callers will see failures that the policy meant to hide from them.

    warning RT2003 [kong] spec.retryOn.statusCodes: Kong does not retry 503
    for GET, HEAD, on HTTPRoute shop/checkout
        asked retried, gets not retried

The reason names what the gateway lacks. If the failures matter, retry in the
client, or choose a gateway that can. If they do not, accept the finding, so
that the next reader knows that somebody has looked at it.`},

	{NotCarried, "NotCarried", Warning, "nothing in the gateway's configuration carries the wish", `
The policy sets a value that this gateway has no field for, so the output says
nothing about it and the gateway goes its own way.

    warning RT2004 [kong] spec.backoff: Kong has nothing for it
        why: Kong sends the next try at once

Read what the gateway does instead: retryctl explain prints it. A missing wait
or budget makes a burst of retries likelier, so lower maxRetries may be the
better answer. A missing timeout may be set elsewhere, at the backend or in
the client.

To go on as it is, accept the loss in the policy, where it is reviewed:

    accept:
    - gateway: kong
      finding: RT2004
      field: spec.backoff
      reason: "Kong retries at once; checkout tolerates it"`},

	{OtherNumbers, "OtherNumbers", Warning, "the gateway's numbers differ from the policy's", `
The gateway can do the thing, with another number or in another shape: waits
that grow by a different factor, a jitter of another width, a limit rounded to
whole seconds, a budget with a different floor.

    warning RT2005 [traefik] spec.backoff.jitter: Traefik differs
        asked Full, gets Half

Both sides are printed. If the difference is of no account, ask for what the
gateway gives, when this gateway is the only one, or accept the finding. If it
is of account, retryctl explain shows the waits and the worst case that follow
from it.`},

	{NotAsked, "NotAsked", Warning, "the gateway does something else for requests that no policy is for", `
What carries the policy holds for other requests as well: a DestinationRule for
every request to its host, an annotation of a Service for every rule that sends
requests to it. So a rule that no policy is for gets something else than before.

    warning RT2006 [istio] spec.circuitBreaker.maxConnections: HTTPRoute
    shop/search rule 0 gets something else as well, and the policy is not for it
        asked none, gets 100

If the other rule is to have the same, target it in the policy too, or target
the object that both have in common. If not, give the two a backend each: a
second Service in front of the same pods will do.`},

	{ImplementerSays, "ImplementerSays", Note, "what happens is for the implementation to decide", `
The configuration that retryctl writes leaves this open. The specification
says that implementations may choose, or what the gateway does depends on
something that cannot be seen from here.

    note RT2007 [gateway-api] spec.retryOn.conditions: Gateway API leaves
    open whether ConnectFailure is retried for GET
        asked retried, gets unknown

Unknown is neither yes nor no. Name the implementation in the settings if
retryctl knows it, read its documentation, or measure. Where the answer
matters, choose the target that belongs to the gateway itself: its own
configuration says more than the common one.`},

	{OtherOrder, "OtherOrder", Warning, "the gateway has another rule serve a request than the Gateway API", `
Where a request matches several rules, the Gateway API says which one comes
first: the more specific hostname, an exact path, a longer prefix, a method,
more headers, more query parameters. This gateway orders matches in a way of its
own, so that some requests go to another rule, to its backends and its retries.

    error RT2008 [traefik] spec.targetRefs[0]: on Traefik, POST /a/b is served
    by HTTPRoute shop/orders rule write, and by the Gateway API it belongs to
    HTTPRoute shop/orders rule items

It is said once for each pair of rules, with one of the requests. It is an error
where a request that may not run twice may do so by it although the policy of
the rule to which it belongs does not ask for that, and a note where both rules
have the same policy.

Have both rules ask for the same things: give the rule with the longer path a
match for the method as well, for instance. explain shows which methods a rule
serves on this gateway.`},

	{RuleLeftOut, "RuleLeftOut", Warning, "the gateway makes nothing of the rule, and another rule gets its requests", `
The rule is in the route and not in the gateway: its controller refuses it for
something that is no matter of retries. Its requests are not answered with an
error: they go to the next rule that takes them, to its backends and its
retries, or are answered 404 where there is none.

    warning RT2010 [kong] spec.targetRefs[0]: Kong's controller leaves HTTPRoute
    shop/orders rule pay out, and its requests go to the next rule that takes
    them
        why: Service shop/pay and Service shop/pay-next differ in
        konghq.com/read-timeout, and Services of one rule have to agree

The reason says what the controller refuses. Mend it, or the policy holds for
nothing; explain shows what the requests get meanwhile.`},

	{LargeBodies, "LargeBodies", Note, "a request with a large body is not tried again", `
To send a request a second time a gateway has to keep its body. It keeps as much
as its buffer holds, and a request with more is sent once, whatever the policy
says. Nothing in the request or the answer tells.

    note RT2011 [envoy-gateway] spec.maxRequestBodyBytes: Envoy Gateway bounds
    the bodies with which requests are tried again, on HTTPRoute shop/orders
        asked no wish, gets up to 32 KiB (64 KiB over HTTP/2); a larger one is
        sent once

It is said once for a policy that has requests with a body (PUT, POST, PATCH)
tried again after a status code. Say in maxRequestBodyBytes how large a body may
be: gateways that can carry it then do, and of others it is a warning. explain
shows the limit and where it comes from.`},
}
