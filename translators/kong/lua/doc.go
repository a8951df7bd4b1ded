// Package lua runs the part of Lua that short gateway scripts are written in:
// local variables, assignments to them, if, functions, calls, tables of constants
// and comparisons. It has no loops and no arithmetic.
//
// Whatever is beyond that, or beyond the globals that the caller gives, is
// ErrUnclear: the script may do anything. What Lua itself would stop at is a
// *Raised, which pcall in the script catches. No script can run for long.
package lua
