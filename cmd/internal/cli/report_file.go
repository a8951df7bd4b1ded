package cli

import (
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"retryctl.dev/schema/finding"
)

// A reportFile is the value of --report: a file, and what this run has written to
// it. Without a name nothing is written.
type reportFile struct {
	name string
	list finding.List
}

func (f *reportFile) String() string { return f.name }

func (f *reportFile) Type() string { return "file" }

func (f *reportFile) Set(name string) error {
	f.name = name
	return nil
}

func (f *reportFile) save(list finding.List) error {
	f.list = list
	if f.name == "" {
		return nil
	}
	return writeFile(f.name, func(w io.Writer) error { return finding.Write(w, reportForm(f.name), list) })
}

// reportForm is the form of a report, told by how the name of its file ends.
func reportForm(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".sarif":
		return "sarif"
	case ".xml":
		return "junit"
	case ".txt":
		return "text"
	}
	return "json"
}

// trouble adds to the report that the run could not be done, so that what an
// earlier run has left there is not taken for this one's. If that cannot be written
// either, what was said on standard error has to do.
func (f *reportFile) trouble(err error) {
	list := f.list
	list.Add(finding.Finding{Code: finding.NotDone, Message: err.Error()})
	f.save(list) //nolint:errcheck // the first error is the one to tell
}

// reportTo makes a file the one that every command with --report writes to
// unless told otherwise.
func reportTo(root *cobra.Command, file string) {
	for _, cmd := range root.Commands() {
		if flag := cmd.Flags().Lookup("report"); flag != nil {
			flag.Value.Set(file) //nolint:errcheck // it takes every text
		}
	}
}

// reportOf gives the report of a command line, which may have errors: --report
// counts although another flag before it is wrong. A command without that flag, or
// one that does not exist, has the report of the environment.
func reportOf(root *cobra.Command, args []string, environment string) *reportFile {
	cmd, rest, _ := root.Find(args) //nolint:errcheck // without such a command it is the root
	flags := cmd.Flags()
	flag := flags.Lookup("report")
	if flag == nil {
		return &reportFile{name: environment}
	}
	flags.ParseErrorsAllowlist.UnknownFlags = true
	flags.ParseAll(rest, func(one *pflag.Flag, value string) error { //nolint:errcheck // the first error is the one to tell
		if one == flag {
			return flag.Value.Set(value)
		}
		return nil
	})
	return flag.Value.(*reportFile)
}
