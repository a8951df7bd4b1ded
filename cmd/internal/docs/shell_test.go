package main

import (
	"regexp"
	"strings"
)

// A shell takes a text apart into simple commands, as far as documents need it:
// quotes, comments, pipes, lists, substitutions, redirections and here documents.
type shell struct {
	text     string
	at       int
	word     *strings.Builder // nil between words
	words    []string
	commands [][]string
}

// commandsOf gives the simple commands of a text, those inside $( ) included.
func commandsOf(text string) [][]string {
	s := &shell{text: text}
	for s.at < len(s.text) {
		s.step()
	}
	s.endCommand()
	return s.commands
}

func (s *shell) step() {
	c := s.text[s.at]
	switch {
	case strings.HasPrefix(s.text[s.at:], "\\\n"):
		s.at += 2
		return
	case c == '\\' && s.at+1 < len(s.text):
		s.put(s.text[s.at+1 : s.at+2])
		s.at++
	case c == '\'':
		end := strings.IndexByte(s.text[s.at+1:]+"'", '\'')
		s.put(s.text[s.at+1 : min(s.at+1+end, len(s.text))])
		s.at += 1 + end
	case c == '"':
		s.quoted()
	case c == '$' && strings.HasPrefix(s.text[s.at:], "$("), c == '`':
		s.substitution()
	case c == ' ' || c == '\t':
		s.endWord()
	case c == '#' && s.word == nil:
		s.at += strings.IndexByte(s.text[s.at:]+"\n", '\n') - 1
	case strings.HasPrefix(s.text[s.at:], "<<"):
		s.hereDocument()
	case c == '<' || c == '>':
		s.redirection()
	case strings.IndexByte("|&;()\n", c) >= 0:
		s.endCommand()
	default:
		s.put(s.text[s.at : s.at+1])
	}
	s.at++
}

func (s *shell) put(text string) {
	if s.word == nil {
		s.word = &strings.Builder{}
	}
	s.word.WriteString(text)
}

func (s *shell) quoted() {
	s.put("")
	for s.at++; s.at < len(s.text) && s.text[s.at] != '"'; s.at++ {
		switch {
		case s.text[s.at] == '\\' && s.at+1 < len(s.text):
			s.at++
			s.put(s.text[s.at : s.at+1])
		case strings.HasPrefix(s.text[s.at:], "$("):
			s.substitution()
		default:
			s.put(s.text[s.at : s.at+1])
		}
	}
}

// substitution takes the commands inside, and leaves a $ for what they print.
func (s *shell) substitution() {
	from, depth := s.at+1, 0
	for s.at++; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 && (s.text[s.at] == ')' || s.text[s.at] == '`') {
			break
		}
	}
	inside := strings.TrimPrefix(s.text[from:min(s.at, len(s.text))], "(")
	s.commands = append(s.commands, commandsOf(inside)...)
	s.put("$")
}

// redirection drops the operator, the number before it, and the file behind it.
func (s *shell) redirection() {
	if s.word != nil && regexp.MustCompile(`^[0-9]*$`).MatchString(s.word.String()) {
		s.word = nil
	}
	s.endWord()
	for s.at+1 < len(s.text) && strings.IndexByte(">&| ", s.text[s.at+1]) >= 0 {
		s.at++
	}
	if s.at+1 < len(s.text) && s.text[s.at+1] == '(' { // <(command)
		s.at++
		s.substitution()
		s.word = nil
		return
	}
	kept := s.words
	for s.at++; s.at < len(s.text) && strings.IndexByte(" \t\n;|&)", s.text[s.at]) < 0; {
		s.step()
	}
	s.endWord()
	s.words, s.at = kept, s.at-1
}

// hereDocument drops the text up to the line that ends it.
func (s *shell) hereDocument() {
	s.endWord()
	line, below, _ := strings.Cut(s.text[s.at:], "\n")
	found := regexp.MustCompile(`^<<-?\s*['"]?(\w+)['"]?`).FindStringSubmatch(line)
	if found == nil { // <<< and a word
		s.at++
		return
	}
	end := regexp.MustCompile(`(?m)^\s*` + found[1] + `$`).FindStringIndex(below)
	rest := len(below)
	if end != nil {
		rest = end[1]
	}
	s.text = s.text[:s.at] + strings.TrimPrefix(line, found[0]) + below[rest:]
	s.at--
}

func (s *shell) endWord() {
	if s.word != nil {
		s.words = append(s.words, s.word.String())
		s.word = nil
	}
}

func (s *shell) endCommand() {
	s.endWord()
	if len(s.words) > 0 {
		s.commands = append(s.commands, s.words)
	}
	s.words = nil
}
