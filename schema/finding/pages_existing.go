package finding

// existingPages are about configuration that exists.
var existingPages = []Page{
	{UnknownServer, "UnknownServer", Warning, "it is not known which gateway serves an object", `
Without a policy explain shows what the rules of the input do, by the gateway
that serves them. That is told by the GatewayClass of the Gateways that a route
is attached to, by the class of an Ingress, or by a kind that only one gateway
has. Classes are told by their controller, since names are chosen by people.

    warning RT4001: which gateway serves HTTPRoute shop/orders and 3 more is not
    known: GatewayClass edge of Gateway infra/edge is not in the input

Give the class, or the Gateway, with -f as well. Where the input cannot show it,
--from names the gateway for everything of which it is not known.`},

	{NotImported, "NotImported", Warning, "a rule does what a policy cannot say", `
import writes the policies under which the rules of the input keep what they do.
Some of it a RetryPolicy has no words for: another set of methods for each
cause, no timeout at all, a bound on silence instead of on a try, a number that
the gateway decides.

    warning RT4002 [istio] VirtualService shop/orders rule 1: it has no name,
    and the object's rules do not all do the same

Where it decides whether a request is tried again the rule gets no policy, which
is a warning: it goes on as it is. Of the rest it is a note, and the policy is
without that field. The finding names what is written and where.`},

	{NoSuchField, "NoSuchField", Warning, "an object has a field that its kind does not have", `
The API server takes out what a kind has no field for, and kubectl apply says
nothing of it unless it validates strictly: whoever wrote the field believes
that it holds. This is checked where retries, timeouts, budgets and breakers are
said, against the CRDs of the newest versions of the gateways.

    warning RT4003 BackendTrafficPolicy shop/api: there is no field
    spec.retry.perRetryPolicy, and the API server takes it out without a word

Write the field that there is, which the finding names where it can, or take it
out. A field of an older version that is gone is found as well.`},

	{EndlessTries, "EndlessTries", Error, "nothing bounds how often a request is tried again", `
One request that fails in the way that is tried again keeps a gateway busy until
its client gives up, and where nothing waits between two tries that is thousands
of tries a second, at a backend that is down already.

    error RT4004 [ingress-nginx] Ingress shop/rpc: nothing bounds how often a
    request is tried again, by Ingress shop/rpc
    nginx.ingress.kubernetes.io/backend-protocol: nginx' default for gRPC

With ingress-nginx that is proxy-next-upstream-tries 0, in place of which the
number that is meant is to be written. For gRPC backends no annotation has one;
a snippet with nginx' own directive does, where snippets are allowed.`},
}
