package main

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"retryctl.dev/cmd/internal/cli"
)

// A finder collects the command lines of retryctl that a file names, each without
// the name of the program, and what is wrong with them.
type finder struct {
	lines    [][]string
	problems []string
}

// programs are the names that retryctl is started by, with or without a folder.
var programs = []string{"retryctl", "kubectl-retryctl", "RETRYCTL", "retryctl.exe"}

// starters are the programs that start the one whose name follows.
var starters = []string{"kubectl", "exec", "env", "sudo", "time", "command", "xargs", "then", "do", "else", "if", "!", "{"}

func isProgram(word string) bool {
	return slices.Contains(programs, strings.Trim(path.Base(word), "${}"))
}

// add takes the words of a command, and keeps it if it starts retryctl.
func (f *finder) add(words []string) {
	for len(words) > 0 && (slices.Contains(starters, words[0]) || assignment.MatchString(words[0])) {
		if _, value, ok := strings.Cut(words[0], "="); ok {
			f.shell(value) // KUBECTL_EXTERNAL_DIFF="retryctl diff"
		}
		words = words[1:]
	}
	if len(words) > 0 && words[0] == "helm" {
		words = rendererOf(words)
	}
	if len(words) == 0 || !isProgram(words[0]) || slices.Contains(words, "__complete") { // which takes everything
		return
	}
	line := slices.DeleteFunc(slices.Clone(words[1:]), unknown.MatchString)
	for i, word := range line {
		line[i] = fallback.ReplaceAllString(word, "$1")
	}
	f.lines = append(f.lines, line)
	if err := cli.CheckLine(line); err != nil {
		f.problems = append(f.problems, "retryctl "+strings.Join(line, " ")+": "+err.Error())
	}
}

// rendererOf gives what Helm starts as the post-renderer, which is translate in its
// plugin.yaml.
func rendererOf(words []string) (line []string) {
	for i, word := range words {
		if value, ok := strings.CutPrefix(word, "--post-renderer-args="); ok {
			line = append(line, value)
		} else if word == "--post-renderer-args" && i+1 < len(words) {
			line = append(line, words[i+1])
		}
	}
	if line == nil {
		return nil
	}
	return slices.Concat([]string{"retryctl", "translate"}, line)
}

var (
	assignment = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)
	fallback   = regexp.MustCompile(`\$\{\w+:-([^}]*)\}`)                           // ${TO:-kong} may well be kong
	unknown    = regexp.MustCompile(`^(\$[@*]|\$\{.*\[[@*]\]\}|\.\.\.|\[flags\])$`) // words that only a run knows
)

func (f *finder) shell(text string) {
	for _, words := range commandsOf(text) {
		f.add(words)
	}
}

// markdown looks into blocks of code, and at code inside lines.
func (f *finder) markdown(text string) {
	blocks := regexp.MustCompile("(?ms)^ *```(\\w*)[^\n]*\n(.*?)^ *```")
	for _, block := range blocks.FindAllStringSubmatch(text, -1) {
		switch block[1] {
		case "sh", "bash", "shell":
			f.shell(block[2])
		case "console":
			for line := range strings.Lines(block[2]) {
				if command, ok := strings.CutPrefix(line, "$ "); ok {
					f.shell(command)
				}
			}
		case "yaml", "yml":
			f.yaml(block[2])
		}
	}
	for _, span := range regexp.MustCompile("`+([^`]+)`+").FindAllStringSubmatch(blocks.ReplaceAllString(text, ""), -1) {
		f.code(strings.Join(strings.Fields(span[1]), " "))
	}
}

// code is what stands in a text as code: part of YAML, or a command.
func (f *finder) code(text string) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err == nil && len(doc.Content) > 0 && doc.Content[0].Kind != yaml.ScalarNode {
		f.node(doc.Content[0], "")
		return
	}
	f.shell(text)
}

// yaml looks at every document of a stream.
func (f *finder) yaml(text string) {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		var doc yaml.Node
		if err := decoder.Decode(&doc); err != nil {
			if err.Error() != "EOF" {
				f.problems = append(f.problems, err.Error())
			}
			return
		}
		if len(doc.Content) > 0 {
			f.node(doc.Content[0], "")
		}
	}
}

// prose is the keys whose values are for people.
var prose = []string{"name", "description", "summary", "shortDescription", "title", "usage", "help", "caveats", "message"}

// node looks for the three forms that command lines have in YAML: a list of words,
// a program with args beside it, and a text for a shell.
func (f *finder) node(n *yaml.Node, key string) {
	switch n.Kind {
	case yaml.SequenceNode:
		if words, ok := texts(n); ok && len(words) > 0 && isProgram(words[0]) {
			f.add(words)
			return
		}
		for _, item := range n.Content {
			f.node(item, key)
		}
	case yaml.MappingNode:
		taken := f.program(n)
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !slices.Contains(taken, n.Content[i].Value) {
				f.node(n.Content[i+1], n.Content[i].Value)
			}
		}
	case yaml.ScalarNode:
		if n.Tag == "!!str" && !slices.Contains(prose, key) {
			f.scalar(n.Value)
		}
	}
}

// scalar takes a text for YAML inside of YAML, as annotations of functions have it,
// or else for a script.
func (f *finder) scalar(text string) {
	if strings.Contains(text, "retryctl") || strings.Contains(text, "RETRYCTL") {
		f.code(text)
	}
}

// program takes a mapping that names a program and gives the keys that are used up.
func (f *finder) program(n *yaml.Node) (taken []string) {
	for _, name := range []string{"command", "path", "entry", "exec"} {
		value := field(n, name)
		if value == nil {
			continue
		}
		words, ok := texts(value)
		if value.Kind == yaml.ScalarNode {
			words, ok = strings.Fields(value.Value), !strings.Contains(value.Value, "\n")
		}
		if !ok || len(words) == 0 || !isProgram(words[0]) {
			continue
		}
		taken = append(taken, name)
		if args := field(n, "args"); args != nil {
			more, _ := texts(args)
			words, taken = slices.Concat(words, more), append(taken, "args")
		}
		if values := field(n, "configMap"); values != nil { // of a Kptfile: each becomes a flag
			taken = append(taken, "configMap")
			for i := 0; i+1 < len(values.Content); i += 2 {
				words = append(words, "--"+values.Content[i].Value+"="+values.Content[i+1].Value)
			}
		}
		f.add(words)
	}
	return taken
}

func field(n *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// texts gives a list of scalars.
func texts(n *yaml.Node) (list []string, ok bool) {
	for _, item := range n.Content {
		if item.Kind != yaml.ScalarNode {
			return nil, false
		}
		list = append(list, item.Value)
	}
	return list, n.Kind == yaml.SequenceNode
}
