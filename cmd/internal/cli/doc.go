// Package cli is the command line: one file for each command, streams handed in,
// and an exit status that says how it went.
//
// The commands, one file each, and what they have in common:
//
//	cli.go           the root of the commands, and the exit statuses
//	translate.go     translate
//	pass_through.go  translate --pass-through
//	explain.go       explain
//	import.go        import
//	convert.go       convert
//	diff.go          diff
//	validate.go      validate
//	fn.go            fn, whose lists are read and written by cmd/internal/fn
//	gateways.go      gateways
//	schema.go        schema
//	version.go       version
//	run.go           what the commands that translate have in common
//	settings.go      the flags about targets
//	word.go          flags that take one of a few words
//
// What is read:
//
//	cluster.go       what is in a cluster, by kubectl
//	input.go         files, folders and standard input, each once and within limits
//	folder.go        a folder with its manifests
//	selection.go     which files are for retryctl
//	patches.go       which files a kustomization names as patches
//	passed_over.go   what is said of files that are not read, and of nothing found
//	diff_read.go     the sides of a diff, and how kubectl diff calls it
//
// What is written:
//
//	streams.go       the standard streams
//	objects.go       objects as one stream
//	kustomize.go     objects as a kustomize Component
//	names.go         the names of their files
//	outlet.go        the folder of --output-dir: what is written, what is left
//	staging.go       many files at once or none
//	files.go         one file at once or not
//	sync_*.go        until they are on the disk
//	lock_*.go        one run for a folder
//	inventory.go     the list of the files that retryctl has written
//	report.go        findings on standard error
//	report_file.go   findings in the file of --report
//	progress.go      what a long run is doing
//	bug.go           what is said after a panic
//
// About the command line itself:
//
//	commands.go      its reference as a page
//	commandline.go   whether a line in a document is one
//	called.go        the name that it is called by
package cli
