// Package input does in process what the command does with an input: it decodes
// the policies, settings and manifests, resolves them and has gateways translate
// them. The conformance tests hand what comes of it to the real gateways.
package input

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/pipeline"
)

// An Input is a decoded input.
type Input struct {
	Name    string
	Plan    *resolve.Plan
	Configs []*schema.Config
	// Args are the flags that a golden case gives on its first lines.
	Args []string
}

// Read decodes a stream of documents. Policies with errors are left out, as the
// command leaves them out.
func Read(name string, text []byte) (Input, error) {
	objects, err := pipeline.Read(pipeline.Source{Name: name, Text: text})
	if err != nil {
		return Input{}, err
	}
	decoded := pipeline.Decode(translators.All(), objects)
	in := Input{Name: name, Args: arguments(text), Configs: decoded.Configs}
	in.Plan, _ = decoded.Plan(pipeline.Assignment{Policies: decoded.Policies}, false)
	return in, nil
}

// Golden reads every case below golden/cases, which is the given folder. It fails
// where there is none.
func Golden(cases string) ([]Input, error) {
	files, err := filepath.Glob(filepath.Join(cases, "*", "in.yaml"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no cases in %s (%v)", cases, err)
	}
	var inputs []Input
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		in, err := Read(filepath.Base(filepath.Dir(file)), text)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, in)
	}
	return inputs, nil
}

// arguments are the flags of the first lines, which are comments.
func arguments(text []byte) (args []string) {
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			break
		}
		if more, ok := strings.CutPrefix(line, "# args:"); ok {
			args = append(args, strings.Fields(more)...)
		}
	}
	return args
}

// Run translates to a gateway, in the version that the input's flags name or
// else the newest, with the input's settings; change may change them.
func (in Input) Run(g gateway.Target, change func(*gateway.Settings)) (translators.Result, gateway.Settings) {
	s := gateway.Defaults(g.Profile())
	s.Split = gateway.SplitAlways // nothing but the input refers to its rules
	strict := false
	for _, arg := range in.Args {
		if version, ok := strings.CutPrefix(arg, g.Profile().Name+"@"); ok {
			if v, err := gateway.ParseVersion(version); err == nil {
				s.Version = v
			}
		}
		strict = strict || arg == "--strict"
	}
	for _, c := range in.Configs {
		s.Apply(c.Spec)
	}
	if change != nil {
		change(&s)
	}
	return translators.Run(g, in.Plan, s, strict), s
}
