// Package lua runs the part of Lua that short gateway scripts are written in:
// local variables, assignments to them, if, functions, calls, tables of constants
// and comparisons. It has no loops and no arithmetic.
//
// Whatever is beyond that, or beyond the globals that the caller gives, is
// ErrUnclear: the script may do anything. What Lua itself would stop at is a
// *Raised, which pcall in the script catches. No script can run for long.
//
// The lexer and the parser are our own. Those of gopher-lua (v1.1.2, its packages parse
// and ast alone, put before the same evaluation) were tried and are worse here:
//
//   - They lose what decides. "local f = function() return f end" and "local function f()
//     return f end" are one tree, though f is a global in the first. Of an escape that they
//     do not know they keep the letter, so that "\x41" is read as x41, and "\z" as z, where
//     LuaJIT, which Kong runs, has A and nothing. Both would have to be looked for in the
//     text, which is a lexer again. Here they are ErrUnclear.
//   - 444 lines would become 156, of which most turn one tree into the other, and 2,230
//     lines would come in. It adds 0.5 s to a build from nothing, 86,016 bytes to the
//     program of 13.8 MB and 184,865 to that of 23.7 MB for a browser, both stripped.
//   - A script of 600 bytes takes 64 µs and 720 allocations, against 32 µs and 303.
//   - What they read and this does not: f{a=1}, escapes by number such as "\065", and a line
//     end behind a backslash. No script that sets retries was met with any of these.
package lua
