// Command licenses writes the licenses and notices of all that a program is linked
// from, Go's own library included, into one file: whoever gives the program on has
// to give them with it.
//
//	go run ./cmd/internal/release/licenses FILE PACKAGE
package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// systems are those that a release is for: what is linked differs.
var systems = []string{"linux", "darwin", "windows"}

// text is the name of a file that holds a license, or a notice to be kept with it.
var text = regexp.MustCompile(`(?i)^(licen[sc]e|copying|copyright|notice|patents)s?([.-].*)?$`)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: licenses FILE PACKAGE")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(1)
	}
}

// write makes the folder of the file as well.
func write(name, program string) error {
	linked := map[string]module{}
	for _, system := range systems {
		out, err := list(system, program)
		if err != nil {
			return fmt.Errorf("go list for %s: %w", system, err)
		}
		gather(linked, out)
	}
	out, err := join(linked)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, out, 0o644)
}

// list gives a line for each package that is linked on a system: the module with
// its version, its folder, and the package's folder, with tabs between.
func list(system, program string) (string, error) {
	std := "std " + runtime.Version()
	cmd := exec.Command("go", "list", "-deps", "-f",
		"{{if .Standard}}"+std+"\t{{.Root}}\t{{.Dir}}{{else if not .Module.Main}}{{.Module.Path}} {{.Module.Version}}\t{{.Module.Dir}}\t{{.Dir}}{{end}}",
		program)
	cmd.Env, cmd.Stderr = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0"), os.Stderr
	out, err := cmd.Output()
	return string(out), err
}

// A module has the folder that it is in, and those of its files that are to be
// given on.
type module struct {
	folder string
	files  map[string]bool
}

// gather takes up the modules of a list.
func gather(linked map[string]module, list string) {
	for line := range strings.Lines(list) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 {
			continue // a package of this module, which is no third party
		}
		name, top, folder := fields[0], fields[1], fields[2]
		if linked[name].files == nil {
			linked[name] = module{top, map[string]bool{}}
		}
		// Code that a module took from elsewhere has its license beside it.
		for ; len(folder) >= len(top); folder = filepath.Dir(folder) {
			entries, _ := os.ReadDir(folder)
			for _, entry := range entries {
				if entry.Type().IsRegular() && text.MatchString(entry.Name()) && filepath.Ext(entry.Name()) != ".go" {
					linked[name].files[filepath.Join(folder, entry.Name())] = true
				}
			}
		}
	}
}

// join gives all texts, sorted by module and file. A module without any is an
// error, because nobody may give it on.
func join(linked map[string]module) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("retryctl holds code of these modules, under the terms that follow each name.\n")
	for _, name := range slices.Sorted(maps.Keys(linked)) {
		m := linked[name]
		if len(m.files) == 0 {
			return nil, fmt.Errorf("%s has no license in %s", name, m.folder)
		}
		for _, file := range slices.Sorted(maps.Keys(m.files)) {
			raw, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			within, err := filepath.Rel(m.folder, file)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&out, "\n==== %s: %s\n\n%s\n", name, filepath.ToSlash(within), bytes.TrimSpace(raw))
		}
	}
	return out.Bytes(), nil
}
