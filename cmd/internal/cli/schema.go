package cli

import (
	"bytes"
	"fmt"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
)

func newSchema(s Streams) *cobra.Command {
	kind := word{value: schema.Kind, allowed: []string{schema.Kind, schema.ConfigKind}}
	format := word{value: "json", allowed: []string{"json", "crd"}}
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of RetryPolicy or Config, or the CRD of RetryPolicy",
		Long: `Prints what editors, CI and clusters need to check a policy.

The JSON Schema (draft 2020-12) holds everything that can be said about single
fields; retryctl validate also knows what two fields make of each other. The CRD
lets a cluster hold policies beside the routes, in which retryctl finds them.`,
		Example: `  retryctl schema > retrypolicy.schema.json
  retryctl schema --kind Config > config.schema.json
  retryctl schema -o crd | kubectl apply -f -`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			raw, err := printSchema(s.Gateways.Documents(), kind.value, format.value)
			if err != nil {
				return fmt.Errorf("print schema: %w", err)
			}
			_, err = s.Out.Write(raw)
			return err
		},
	}
	addWord(cmd, &kind, "kind", "", "what to describe, by `kind`")
	addWord(cmd, &format, "output", "o", "`format`, a JSON Schema or a CustomResourceDefinition in YAML")
	return cmd
}

func printSchema(all schema.Gateways, kind, format string) ([]byte, error) {
	if format == "json" {
		return schema.JSONSchema(kind, all)
	}
	if kind != schema.Kind {
		return nil, fmt.Errorf("only %s is kept in clusters, so %s has no CRD", schema.Kind, kind)
	}
	crd, err := schema.CRD(all)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = crd.WriteYAML(&out)
	return out.Bytes(), err
}
