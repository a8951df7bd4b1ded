package controller

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong/api"
	"retryctl.dev/translators/kong/lua"
	"retryctl.dev/translators/nginx"
)

// A Sandbox is what Kong lets the code of a plugin do.
type Sandbox struct {
	Version gateway.Version
	Mode    string
	// Assumed says that nobody said what the mode is, and that it is not Kong's
	// default that is taken.
	Assumed bool
	// parsed keeps code that was read: the same plugin acts on many rules, and on each
	// of their methods. Without it nothing is kept.
	parsed map[string]parsed
}

// A parsed is code in the form that can be run, or why there is none.
type parsed struct {
	chunk *lua.Chunk
	err   error
}

func (s Sandbox) parse(code string) (*lua.Chunk, error) {
	p, known := s.parsed[code]
	if !known {
		p.chunk, p.err = lua.Parse(code)
		if s.parsed != nil {
			s.parsed[code] = p
		}
	}
	return p.chunk, p.err
}

// SandboxOf gives the mode in force. The default was sandbox until 3.13 and is
// strict since (changelog of 3.14.0.0); strict keeps code from retries as a whole,
// so lax is assumed where nothing is said, and the assumption is told.
func SandboxOf(s gateway.Settings) Sandbox {
	mode := s.Word(api.UntrustedLua)
	switch {
	case mode != "":
	case s.Version.AtLeast(3, 14):
		return Sandbox{s.Version, "Lax", true, map[string]parsed{}}
	default:
		mode = "Sandbox"
	}
	return Sandbox{s.Version, mode, false, map[string]parsed{}}
}

// Counts reports whether code may set retries and timeouts: kong.service has the
// functions since 3.8 (kong/pdk/service.lua:143), and strict hides them.
func (s Sandbox) Counts() bool {
	return s.Version.AtLeast(3, 8) && (s.Mode == "Lax" || s.Mode == "Sandbox" || s.Mode == "Open")
}

// Chooses reports whether code may say what is tried again: the module is there
// since 3.10 and no sandbox lets it through by itself.
func (s Sandbox) Chooses() bool { return s.Version.AtLeast(3, 10) && s.Mode == "Open" }

// SettingWord gives a mode as Kong's setting has it.
func SettingWord(mode string) string {
	switch mode {
	case "Open":
		return "on"
	case "Disabled":
		return "off"
	}
	return strings.ToLower(mode)
}

// Everything is a sandbox that allows all that this package knows.
var Everything = Sandbox{gateway.Version{Major: 3, Minor: 10}, "Open", false, nil}

// A Verdict is what code has made of one request.
type Verdict struct {
	Retries       behavior.Setting[int] // Unset: the Service's hold
	Connect, Read behavior.Setting[time.Duration]
	Mask          nginx.Mask // 0: nginx' default
	Failed        bool       // the request is answered 500
	Unclear       bool
	// Number and bounds name the plugins that have set retries and timeouts, the last
	// ones that did.
	Number, Bounds string
}

// touching are the names without which code has no say in retries.
var touching = []string{"set_retries", "set_timeouts", "set_target", "set_next_upstream", "balancer_data"}

// Touches reports whether code may have a say in retries.
func Touches(code string) bool {
	for _, name := range touching {
		if strings.Contains(code, name) {
			return true
		}
	}
	return false
}

// Run has code act on a request, after other code that has acted on it.
func (s Sandbox) Run(code, method string, v *Verdict) {
	if s.Mode == "Disabled" {
		v.Failed = true
	}
	if v.Failed || v.Unclear || !Touches(code) {
		return
	}
	if strings.Contains(code, "balancer_data") { // Kong's inner state, of which nothing is promised
		v.Unclear = true
		return
	}
	chunk, err := s.parse(code)
	if err == nil {
		var returned []lua.Value
		returned, err = chunk.Run(s.globals(method, v))
		if len(returned) > 0 && err == nil {
			if f, ok := returned[0].(lua.Func); ok { // run for each request
				_, err = f(nil)
			}
		}
	}
	var raised *lua.Raised
	switch {
	case errors.As(err, &raised):
		v.Failed = true
	case err != nil:
		v.Unclear = true
	}
}

// globals are those that code is given: what it may do, and what it must do
// without.
func (s Sandbox) globals(method string, v *Verdict) map[string]lua.Value {
	service := partial("request", partial(), "response", partial())
	service.Fields["set_retries"], service.Fields["set_timeouts"] = nil, nil
	if s.Counts() {
		service.Fields["set_retries"] = lua.Func(v.setRetries)
		service.Fields["set_timeouts"] = lua.Func(v.setTimeouts)
	}
	getMethod := lua.Func(func([]lua.Value) ([]lua.Value, error) { return []lua.Value{method}, nil })
	silent := lua.Func(func([]lua.Value) ([]lua.Value, error) { return nil, nil })
	log := partial()
	for _, level := range []string{"debug", "info", "notice", "warn", "err", "crit", "alert", "emerg"} {
		log.Fields[level] = silent
	}
	return map[string]lua.Value{
		"kong":    partial("service", service, "request", partial("get_method", getMethod), "log", log),
		"pcall":   lua.Func(pcall),
		"require": lua.Func(func(args []lua.Value) ([]lua.Value, error) { return s.require(args, v) }),
	}
}

func partial(pairs ...any) *lua.Table {
	t := &lua.Table{Fields: map[lua.Value]lua.Value{}, Partial: true}
	for i := 0; i+1 < len(pairs); i += 2 {
		t.Fields[pairs[i]] = pairs[i+1]
	}
	return t
}

func pcall(args []lua.Value) ([]lua.Value, error) {
	if len(args) == 0 {
		return nil, &lua.Raised{Text: "bad argument to pcall"}
	}
	f, ok := args[0].(lua.Func)
	if !ok {
		return []lua.Value{false, "attempt to call something that is no function"}, nil
	}
	values, err := f(args[1:])
	var raised *lua.Raised
	if errors.As(err, &raised) {
		return []lua.Value{false, raised.Text}, nil
	}
	return append([]lua.Value{true}, values...), err
}

// require gives the one module that chooses what is tried again. The mode Sandbox
// lets modules through that Kong's setting untrusted_lua_sandbox_requires names;
// Strict and Lax ignore that setting.
func (s Sandbox) require(args []lua.Value, v *Verdict) ([]lua.Value, error) {
	switch {
	case len(args) != 1 || args[0] != "resty.kong.upstream", s.Mode == "Sandbox" && s.Version.AtLeast(3, 10):
		return nil, fmt.Errorf("%w: a module", lua.ErrUnclear)
	case !s.Chooses():
		return nil, &lua.Raised{Text: "module not allowed"}
	}
	return []lua.Value{partial("set_next_upstream", lua.Func(v.setNext))}, nil
}

// whole gives a whole number within bounds, or the error that Kong raises.
func whole(args []lua.Value, at int, least, most float64) (int, error) {
	if at < len(args) {
		if n, ok := args[at].(float64); ok && n == math.Trunc(n) && n >= least && n <= most {
			return int(n), nil
		}
	}
	return 0, &lua.Raised{Text: "bad argument"}
}

func (v *Verdict) setRetries(args []lua.Value) ([]lua.Value, error) {
	n, err := whole(args, 0, 0, api.MaxRetries)
	if err == nil {
		v.Retries = behavior.Is(n)
	}
	return nil, err
}

// setTimeouts takes those for connecting, writing and reading; the one for
// writing has no effect, since the balancer looks for it under another name
// (kong/pdk/service.lua:171, kong/init.lua:1434).
func (v *Verdict) setTimeouts(args []lua.Value) ([]lua.Value, error) {
	var spans [3]int
	for at := range spans {
		n, err := whole(args, at, 1, api.MaxMillis)
		if err != nil {
			return nil, err
		}
		spans[at] = n
	}
	v.Connect = behavior.Is(time.Duration(spans[0]) * time.Millisecond)
	v.Read = behavior.Is(time.Duration(spans[2]) * time.Millisecond)
	return nil, nil
}

func (v *Verdict) setNext(args []lua.Value) ([]lua.Value, error) {
	var m nginx.Mask
	for _, arg := range args {
		word, _ := arg.(string)
		bit := nginx.WordMask(word)
		if bit == 0 {
			return nil, fmt.Errorf("%w: set_next_upstream(%v)", lua.ErrUnclear, arg)
		}
		m |= bit
	}
	if m == 0 {
		return nil, fmt.Errorf("%w: set_next_upstream without words", lua.ErrUnclear)
	}
	v.Mask = m
	return nil, nil
}
