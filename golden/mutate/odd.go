package mutate

import (
	"math/rand/v2"
	"strings"

	"go.yaml.in/yaml/v3"
)

// oddities are values that nobody expects, as YAML.
var oddities = []string{
	"null", "''", "{}", "[]", "true", "false", "'*'", "-1", "0", "1", "2147483648", "-9223372036854775808", "99999999999999999999", "1e400", ".nan", "0x1F", "007",
	"[[]]", "[null]", "{'': null}", "[{}]", "{a: {a: {a: {}}}}", "['*']", "[2147483648]", "{name: null}", "[{name: ''}]",
	"0s", "-5s", "1h", "5", "1ms", "9999999h", "1.5s", "GET", "get", "ConnectFailure", "503", "99", "'5xx'", "500-400", "default", ".", "..", "/", "//", "../../etc/passwd",
	"Gateway", "Service", "HTTPRoute", "gateway.networking.k8s.io/v1", "v1", "retryctl.dev/v1alpha1", "RegularExpression", "'[a-'", "'(?P<a>.*)+$'",
	"edge", "shop", "orders", "kube-system", "a.b.c", "UPPER", "with space", "'%REQ(:path)%'", "'{{ .Values.x }}'", "'${HOME}'",
	`"\u0000"`, `"\n---\nkind: Evil\n"`, `"\e[31mred"`, `"::error::x"`, `"a\rb"`, `"\u202Ereversed"`, `"\uFEFF"`, `"]]> <x>&"`, "'`$(id)`'", "ünï", `"\ud83d\ude00"`, "2001-01-01", "!!binary aGk=", "!custom x",
}

// odd gives an unexpected value; at times a very long text or a very deep tree.
func odd(rng *rand.Rand) *yaml.Node {
	switch rng.IntN(40) {
	case 0:
		return text(strings.Repeat("long ", 2000))
	case 1:
		return text(strings.Repeat("a", 300))
	case 2:
		deep := text("end")
		for range 200 {
			deep = &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{deep}}
		}
		return deep
	case 3:
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for range 300 {
			list.Content = append(list.Content, text("x"))
		}
		return list
	}
	docs := read([]byte(oddities[rng.IntN(len(oddities))]))
	if len(docs) == 0 {
		return text("")
	}
	return docs[0].Content[0]
}
