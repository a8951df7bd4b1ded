package diff

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"retryctl.dev/schema/difference"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/impact"
)

// Forms gives the names of the forms in which a comparison can be written.
func Forms() []string { return []string{"text", "fields", "behavior", "json"} }

// Write writes a comparison in one of the Forms.
func (c Comparison) Write(w io.Writer, form string) error {
	switch form {
	case "fields":
		return c.writeFields(w)
	case "behavior":
		return c.writeBehavior(w)
	case "json":
		return c.writeJSON(w)
	}
	for _, o := range c.Objects {
		to := c.To
		if o.Gateway != "" {
			to += " by " + o.Gateway
		}
		if err := o.WriteText(w, c.From, to); err != nil {
			return err
		}
	}
	return nil
}

// writeFields prints a line for each object and below it one for each field.
func (c Comparison) writeFields(w io.Writer) error {
	for _, o := range c.Objects {
		by := ""
		if o.Gateway != "" {
			by = " by " + o.Gateway
		}
		if _, err := fmt.Fprintf(w, "%s %s%s\n", o.ID, o.Change(), by); err != nil {
			return err
		}
		if o.Change() != "changed" {
			continue
		}
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, f := range o.Fields() {
			fmt.Fprintf(table, "  %s\t%s -> %s\n", f.Path, difference.Inline(f.From), difference.Inline(f.To))
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func (c Comparison) writeBehavior(w io.Writer) error {
	for _, e := range c.Effects {
		if err := impact.WriteText(w, e.Gateway+" "+e.Version, e.Impacts); err != nil {
			return err
		}
	}
	for _, id := range c.Unseen {
		if _, err := fmt.Fprintf(w, "%s differs, and nothing in the input refers to it: what that changes cannot be told\n", id); err != nil {
			return err
		}
	}
	return nil
}

// The JSON form of a diff is a documented interface: keys are added, never renamed.
type diffJSON struct {
	Objects  []objectJSON `json:"objects"`
	Behavior []effectJSON `json:"behavior"`
	// Unseen are objects that differ without a rule that shows what that changes.
	Unseen []string `json:"unseen"`
}

type objectJSON struct {
	Object  string      `json:"object"`            // "BackendTrafficPolicy shop/checkout"
	Gateway string      `json:"gateway,omitempty"` // where there are several targets
	Change  string      `json:"change"`            // added, removed or changed
	Fields  []fieldJSON `json:"fields"`
}

type fieldJSON struct {
	Path string          `json:"path"`
	From json.RawMessage `json:"from,omitempty"`
	To   json.RawMessage `json:"to,omitempty"`
}

type effectJSON struct {
	Gateway string   `json:"gateway"`
	Version string   `json:"version"`
	Object  string   `json:"object"`
	Rule    string   `json:"rule"`
	Paths   []string `json:"paths"`
	Methods []string `json:"methods"`
	Changes []string `json:"changes"`
}

func (c Comparison) writeJSON(w io.Writer) error {
	out := diffJSON{[]objectJSON{}, []effectJSON{}, []string{}}
	for _, o := range c.Objects {
		one := objectJSON{o.ID.String(), o.Gateway, o.Change(), []fieldJSON{}}
		for _, f := range o.Fields() {
			one.Fields = append(one.Fields, fieldJSON{f.Path, raw(f.From), raw(f.To)})
		}
		out.Objects = append(out.Objects, one)
	}
	for _, e := range c.Effects {
		for _, i := range e.Impacts {
			out.Behavior = append(out.Behavior, effectJSON{
				e.Gateway, e.Version, i.Object, i.Rule, append([]string{}, i.Paths...), i.Methods.Names(), i.Sentences(),
			})
		}
	}
	for _, id := range c.Unseen {
		out.Unseen = append(out.Unseen, id.String())
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

func raw(v manifest.Value) json.RawMessage {
	if !v.Exists() {
		return nil
	}
	return json.RawMessage(difference.Inline(v))
}
