package admission

import "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"

// around gives a tree with every mapping and list that a schema has, each list with
// one item, and none of the values in them: all that a default can be missing in.
func around(s *schema.Structural) map[string]any {
	tree := map[string]any{}
	for name, property := range s.Properties {
		switch {
		case property.Type == "object" && property.AdditionalProperties != nil && property.AdditionalProperties.Structural != nil:
			if below := property.AdditionalProperties.Structural; below.Type == "object" {
				tree[name] = map[string]any{"key": around(below)}
			}
		case property.Type == "object":
			tree[name] = around(&property)
		case property.Type == "array" && property.Items != nil && property.Items.Type == "object":
			tree[name] = []any{around(property.Items)}
		}
	}
	return tree
}
