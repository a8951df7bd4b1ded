package finding

import "slices"

// A Code names a kind of finding for good: a code is never given a second
// meaning. RT1 is about the input, RT2 about differences between what was asked
// and what a gateway does, RT3 about what a target needs or cannot be used for, RT4 about
// configuration that exists.
type Code string

// The codes. Each has its page in the catalogue.
const (
	Syntax         Code = "RT1001"
	UnknownField   Code = "RT1002"
	BadType        Code = "RT1003"
	BadValue       Code = "RT1004"
	Contradiction  Code = "RT1005"
	SameRule       Code = "RT1006"
	InertWish      Code = "RT1007"
	UnusedAccept   Code = "RT1008"
	GivenTwice     Code = "RT1009"
	OddManifest    Code = "RT1010"
	NotDone        Code = "RT1011"
	NoPolicy       Code = "RT1012"
	SeveralTargets Code = "RT1013"
	PassedOver     Code = "RT1014"
	StaleFile      Code = "RT1015"
	LeftOut        Code = "RT1017"
	NotReadable    Code = "RT1018"

	UnsafeRetry     Code = "RT2001"
	MoreRetries     Code = "RT2002"
	FewerRetries    Code = "RT2003"
	NotCarried      Code = "RT2004"
	OtherNumbers    Code = "RT2005"
	NotAsked        Code = "RT2006"
	ImplementerSays Code = "RT2007"
	OtherOrder      Code = "RT2008"
	RuleLeftOut     Code = "RT2010"
	LargeBodies     Code = "RT2011"

	NoTarget        Code = "RT3001"
	NoSuchRule      Code = "RT3002"
	WrongTargetKind Code = "RT3003"
	NeedsVersion    Code = "RT3004"
	NeedsObject     Code = "RT3005"
	Assumed         Code = "RT3006"
	CannotSplit     Code = "RT3007"
	Shadows         Code = "RT3008"
	Conflicts       Code = "RT3009"
	CannotEdit      Code = "RT3010"
	NeedsSetting    Code = "RT3011"
	Rivals          Code = "RT3012"
	OwnPolicyFails  Code = "RT3013"
	Leftover        Code = "RT3014"
	ReferredByName  Code = "RT3015"
	WouldBeRefused  Code = "RT3016"
	CannotTakeBack  Code = "RT3017"
	SiblingRoutes   Code = "RT3018"
	UnseenProgram   Code = "RT3019"
	FaultyVersion   Code = "RT3020"

	UnknownServer Code = "RT4001"
	NotImported   Code = "RT4002"
	NoSuchField   Code = "RT4003"
	EndlessTries  Code = "RT4004"
)

// A Page explains one code.
type Page struct {
	Code     Code
	Name     string   // one word, as the code's constant is called
	Severity Severity // what a finding has unless it says otherwise
	Title    string   // a sentence without the full stop
	Text     string   // what it means and what to do, in paragraphs
}

// Find gives the page of a code.
func Find(code Code) (Page, bool) {
	i := slices.IndexFunc(catalogue, func(p Page) bool { return p.Code == code })
	if i < 0 {
		return Page{}, false
	}
	return catalogue[i], true
}

// Catalogue gives every page in the order of the codes.
func Catalogue() []Page { return slices.Clone(catalogue) }

// Severity is the one that the catalogue gives the code; Error for a code that
// it does not know.
func (c Code) Severity() Severity {
	if p, ok := Find(c); ok {
		return p.Severity
	}
	return Error
}
