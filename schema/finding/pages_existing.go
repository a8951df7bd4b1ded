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
}
