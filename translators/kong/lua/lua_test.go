package lua

import (
	"errors"
	"strings"
	"testing"
)

// run gives what a script hands to its global function put, and how it ends.
func run(src string) (put []Value, err error) {
	globals := map[string]Value{
		"put":  Func(func(args []Value) ([]Value, error) { put = append(put, args...); return args, nil }),
		"fail": Func(func([]Value) ([]Value, error) { return nil, &Raised{"fail"} }),
		"none": nil,
		"some": &Table{Fields: map[Value]Value{"x": 1.0, "gone": nil}, Partial: true},
	}
	chunk, err := Parse(src)
	if err == nil {
		_, err = chunk.Run(globals)
	}
	return put, err
}

func TestScriptsRunAsLuaWouldRunThem(t *testing.T) {
	for src, want := range map[string][]Value{
		`put(1, "a", 'b', [[c]], [==[d]]]==], true, nil)`: {1.0, "a", "b", "c", "d]]", true, nil},
		`put("\n\"\\")`: {"\n\"\\"},
		"-- put(1)\n--[[ put(2)\n]] put(3) -- put(4)":                       {3.0},
		`local a, b, c = 1, 2 put(a, b, c)`:                                 {1.0, 2.0, nil},
		`local f = function(a, b) return b, a end put(f(1, 2))`:             {2.0, 1.0},
		`local f = function() return 1, 2 end put(f(), (f()), f())`:         {1.0, 1.0, 1.0, 2.0},
		`local x = 1 do local x = 2 end put(x)`:                             {1.0},
		`local x = 1 do x = 2 end put(x)`:                                   {2.0},
		`local x = 1 local f = function() x = 3 end f() put(x)`:             {3.0},
		`if nil then put(1) elseif false then put(2) else put(3) end`:       {3.0},
		`if 0 then put(1) end if "" then put(2) end`:                        {1.0, 2.0},
		`put(1 == 1, 1 ~= 1, "1" == 1, nil == false)`:                       {true, false, false, false},
		`put(nil and 1, 2 and 3, nil or 4, 5 or fail(), not nil)`:           {nil, 3.0, 4.0, 5.0, true},
		`put(({ GET = 3, ["X"] = 4 })["GET"] or 0, ({ a = 1 }).b or 0)`:     {3.0, 0.0},
		`put(some.x, some.gone)`:                                            {1.0, nil},
		`local function f(n) if n then return end put(1) f(true) end f()`:   {1.0},
		`local f = function() return end put(1, f()) return`:                {1.0},
		`put(1); ; put "2"`:                                                 {1.0, "2"},
		`local t = put and { f = put } t.f(7)`:                              {7.0},
		"put(1e3, 0.5)":                                                     {1000.0, 0.5},
		`if put(1) == 1 and (put(2) == 2 or put(3)) then return end put(4)`: {1.0, 2.0},
		`local a = { x = 1 } local b = { x = 1 } put(a == a, a == b)`:       {true, false},
		`local f = function(...) end`:                                       nil,
	} {
		put, err := run(src)
		if strings.Contains(src, "...") {
			if !errors.Is(err, ErrUnclear) {
				t.Errorf("%s ends with %v", src, err)
			}
			continue
		}
		if err != nil || len(put) != len(want) {
			t.Errorf("%s puts %v (%v), not %v", src, put, err, want)
			continue
		}
		for i := range want {
			if put[i] != want[i] {
				t.Errorf("%s puts %v, not %v", src, put, want)
			}
		}
	}
}

func TestErrorsOfLuaAreRaised(t *testing.T) {
	for _, src := range []string{"fail()", "none()", "none.x()", "some.gone()", `("x")()`, "local x = 1 x()", "local t = { [none] = 1 }"} {
		var raised *Raised
		if _, err := run(src); !errors.As(err, &raised) {
			t.Errorf("%s ends with %v", src, err)
		}
	}
}

func TestWhatIsNotFollowedIsUnclear(t *testing.T) {
	for _, src := range []string{
		"other()", "some.other()", "x = 1", "some.x = 1", "while true do end", "for i = 1, 2 do end", "put(1 + 2)", "put(#some)",
		"put(1 < 2)", `put("a" .. "b")`, "put:x()", "goto a", "put({ 1, 2 })", "put(0x10)", "put(3..4)", "put('a\\x41')", "put(", "end",
		"local f = function() end put(f == put)", "return 1 put(2)", "some()", "'x'", "[[x", "--[[x", `put("x`, "put(\"a\nb\")", "local 1",
		strings.Repeat("(", 1000) + "1", strings.Repeat("do ", 100) + strings.Repeat("end ", 100), "put(1) " + strings.Repeat(" ", maxSource),
		"local function f() f() f() end f()", `put(("x").y)`, "local f = function() return f end put(f())", `put("a\z b")`,
	} {
		if _, err := run(src); !errors.Is(err, ErrUnclear) {
			t.Errorf("%.40q ends with %v", src, err)
		}
	}
}

// FuzzLua runs arbitrary scripts: none may run for long, or stop the program.
func FuzzLua(f *testing.F) {
	f.Add("local function f(a) return f end put(f(f)(f))")
	f.Add("if not (1 == 2) then put({ [1] = 2 }[1]) end return function() end")
	f.Fuzz(func(t *testing.T, src string) {
		var raised *Raised
		if _, err := run(src); err != nil && !errors.Is(err, ErrUnclear) && !errors.As(err, &raised) {
			t.Errorf("%q ends with %v", src, err)
		}
	})
}
