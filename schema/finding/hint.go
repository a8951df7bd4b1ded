package finding

// A Hint is what to do about a finding. Where the input lacks something, how it is given is
// for those to say who show the finding: by a flag, among the items of a function, in a
// page.
type Hint struct {
	// Missing is what is to be given as well: "its manifest". It is empty for other hints.
	Missing string
	text    string // where something is missing, what is said behind that
	way     string // how it is given; empty for the command line's
}

// onCommandLine is how the command line is given what is missing.
const onCommandLine = "with -f as well"

// Do gives a hint in words.
func Do(text string) Hint { return Hint{text: text} }

// Give gives the hint to give what is missing; rest is said behind that, with the
// punctuation between the two.
func Give(missing, rest string) Hint { return Hint{Missing: missing, text: rest} }

// By gives the hint for those who give what is missing in another way than by a flag.
func (h Hint) By(way string) Hint {
	h.way = way
	return h
}

// String gives the hint in one line.
func (h Hint) String() string {
	switch {
	case h.Missing == "":
		return h.text
	case h.way == "":
		return "give " + h.Missing + " " + onCommandLine + h.text
	}
	return "give " + h.Missing + " " + h.way + h.text
}

// MarshalText gives String, which is what a hint is in JSON.
func (h Hint) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads a hint as words.
func (h *Hint) UnmarshalText(text []byte) error {
	*h = Do(string(text))
	return nil
}
