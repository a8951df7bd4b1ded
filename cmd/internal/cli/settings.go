package cli

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
)

// targeting is the flags that say what the input's objects do not: how each
// target is set up. They win over what a Config says.
type targeting struct {
	clusterDomain string
	split         word
	options       []*optionFlag
}

// An optionFlag is the flag of an option of a gateway.
type optionFlag struct {
	schema.Option
	word  word
	on    bool
	pairs []string
}

func (t *targeting) flags(cmd *cobra.Command, all schema.Gateways) {
	t.split = word{allowed: []string{"never", "known", "always"}}
	f := cmd.Flags()
	f.StringVar(&t.clusterDomain, "cluster-domain", "", "`domain` of Service names (default cluster.local)")
	addWord(cmd, &t.split, "split", "", "split `rules` by method where a policy is limited to some methods; known is those that no policy can name, or of which the input shows what does (default known)")
	for _, g := range all {
		for _, o := range g.Options {
			one := &optionFlag{Option: o, word: word{allowed: o.Words, of: o.Word}}
			switch {
			case o.Maps():
				f.StringArrayVar(&one.pairs, o.Flag, nil, o.Usage)
			case o.Switch():
				f.BoolVar(&one.on, o.Flag, false, o.Usage)
			default:
				addWord(cmd, &one.word, o.Flag, "", o.Usage)
			}
			t.options = append(t.options, one)
		}
	}
}

var (
	domainName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	fullName   = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?/[a-z0-9]([-.a-z0-9]*[a-z0-9])?$`)
)

// spec gives the flags in the form of a Config.
func (t *targeting) spec(cmd *cobra.Command) (schema.ConfigSpec, error) {
	if t.clusterDomain != "" && !domainName.MatchString(t.clusterDomain) {
		return schema.ConfigSpec{}, fmt.Errorf("--cluster-domain %q is no domain: a name such as cluster.local is wanted", t.clusterDomain)
	}
	spec := schema.ConfigSpec{ClusterDomain: t.clusterDomain, Split: t.split.value}
	for _, one := range t.options {
		settings, err := one.settings(cmd.Flags().Changed(one.Flag))
		if err != nil {
			return schema.ConfigSpec{}, err
		}
		spec.Settings = append(spec.Settings, settings...)
	}
	return spec, nil
}

// settings gives what a flag says, if it is given.
func (f *optionFlag) settings(given bool) (list []schema.Setting, err error) {
	switch {
	case !given:
		return nil, nil
	case f.Switch():
		return []schema.Setting{f.Is(strconv.FormatBool(f.on))}, nil
	case !f.Maps():
		return []schema.Setting{f.Is(f.word.value)}, nil
	}
	for _, pair := range f.pairs {
		from, to, _ := strings.Cut(pair, "=")
		if !fullName.MatchString(from) || !fullName.MatchString(to) {
			return nil, fmt.Errorf("--%s %q: %s=%s is wanted, each as namespace/name", f.Flag, pair, f.From.Name, f.To.Name)
		}
		list = append(list, schema.Setting{Option: f.Field, From: from, Value: to})
	}
	return list, nil
}
