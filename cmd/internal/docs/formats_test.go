package main

import "regexp"

// A format is one that example files have: told by apiVersion and kind, or else by
// the name of the file.
type format struct {
	object string         // "apiVersion kind", empty for documents without these
	file   *regexp.Regexp // of the path below the top of the repository
	shape  shape
}

// object is what every document that is an object in a cluster has.
const object = "apiVersion!\nkind!\nmetadata!\nmetadata.name! [a-z0-9]([-a-z0-9.]*[a-z0-9])?\nmetadata.namespace\nmetadata.labels.*\nmetadata.annotations.*\n"

// formats were written after the documentation of each program.
var formats = []format{
	{"", regexp.MustCompile(`^\.pre-commit-hooks\.yaml$`), shapeOf(`
		[].id! [-a-z]+
		[].name!
		[].description!
		[].entry!
		[].language! golang
		[].types[]
		[].types_or[]
		[].files
		[].exclude
		[].args[]
		[].always_run (true|false)
		[].pass_filenames (true|false)
		[].require_serial (true|false)
		[].minimum_pre_commit_version`)},
	{"", regexp.MustCompile(`(^|/)\.?pre-commit-config\.yaml$`), shapeOf(`
		repos!
		repos[].repo!
		repos[].rev!
		repos[].hooks!
		repos[].hooks[].id!
		repos[].hooks[].args[]
		repos[].hooks[].files
		repos[].hooks[].exclude
		repos[].hooks[].types_or[]
		repos[].hooks[].types[]`)},
	{"", regexp.MustCompile(`/action\.yml$`), shapeOf(`
		name!
		description!
		author
		branding.icon!
		branding.color!
		inputs.*.description!
		inputs.*.required (true|false)
		inputs.*.default
		outputs.*.description!
		outputs.*.value!
		runs!
		runs.using! composite
		runs.steps!
		runs.steps[].name
		runs.steps[].id
		runs.steps[].if
		runs.steps[].uses
		runs.steps[].with.*
		runs.steps[].env.*
		runs.steps[].shell bash
		runs.steps[].run`)},
	{"", regexp.MustCompile(`/(workflow|[-a-z]+-workflow)\.yml$|/workflows/[-a-z]+\.ya?ml$`), shapeOf(`
		name!
		on!
		on.**
		permissions.*
		env.*
		jobs!
		jobs.*.name
		jobs.*.runs-on!
		jobs.*.if
		jobs.*.needs
		jobs.*.permissions.*
		jobs.*.env.*
		jobs.*.steps!
		jobs.*.steps[].name
		jobs.*.steps[].id
		jobs.*.steps[].if
		jobs.*.steps[].uses
		jobs.*.steps[].with.*
		jobs.*.steps[].env.*
		jobs.*.steps[].run`)},
	{"", regexp.MustCompile(`/helm/(.*/)?plugin\.yaml$`), shapeOf(`
		apiVersion! v1
		name!
		version! \d+\.\d+\.\d+
		type! postrenderer/v1
		runtime! subprocess
		sourceURL
		config.**
		runtimeConfig!
		runtimeConfig.platformCommand!
		runtimeConfig.platformCommand[].os
		runtimeConfig.platformCommand[].arch
		runtimeConfig.platformCommand[].command!
		runtimeConfig.platformCommand[].args[]`)},
	{"argoproj.io/v1alpha1 ConfigManagementPlugin", nil, shapeOf(object + `
		spec!
		spec.version
		spec.init.command[]
		spec.init.args[]
		spec.generate!
		spec.generate.command!
		spec.generate.command[]
		spec.generate.args[]
		spec.discover.fileName
		spec.discover.find.glob
		spec.discover.find.command[]
		spec.discover.find.args[]
		spec.parameters.static[].**
		spec.parameters.dynamic.command[]
		spec.parameters.dynamic.args[]
		spec.preserveFileMode (true|false)
		spec.provideGitCreds (true|false)`)},
	{"argoproj.io/v1alpha1 Application", nil, shapeOf(object + `
		spec!
		spec.project!
		spec.source.repoURL!
		spec.source.path
		spec.source.targetRevision
		spec.source.plugin.name
		spec.source.plugin.env[].name!
		spec.source.plugin.env[].value!
		spec.source.plugin.parameters[].**
		spec.source.kustomize.**
		spec.destination!
		spec.destination.server
		spec.destination.name
		spec.destination.namespace
		spec.syncPolicy.**`)},
	{"kpt.dev/v1 Kptfile", nil, shapeOf(object + `
		info.description
		info.site
		info.keywords[]
		pipeline!
		pipeline.mutators[].exec
		pipeline.mutators[].image
		pipeline.mutators[].name
		pipeline.mutators[].configPath
		pipeline.mutators[].configMap.*
		pipeline.mutators[].selectors[].*
		pipeline.validators[].exec
		pipeline.validators[].image
		pipeline.validators[].name
		pipeline.validators[].configPath
		pipeline.validators[].configMap.*
		pipeline.validators[].selectors[].*`)},
	{"source.toolkit.fluxcd.io/v1 OCIRepository", nil, shapeOf(object + `
		spec!
		spec.interval! (\d+[hms])+
		spec.url! oci://.*
		spec.ref.tag
		spec.ref.semver
		spec.ref.digest
		spec.secretRef.name
		spec.verify.**
		spec.provider`)},
	{"kustomize.toolkit.fluxcd.io/v1 Kustomization", nil, shapeOf(object + `
		spec!
		spec.interval! (\d+[hms])+
		spec.sourceRef!
		spec.sourceRef.kind! (OCIRepository|GitRepository|Bucket)
		spec.sourceRef.name!
		spec.sourceRef.namespace
		spec.path
		spec.prune! (true|false)
		spec.wait (true|false)
		spec.timeout
		spec.targetNamespace
		spec.dependsOn[].name!`)},
	{"krew.googlecontainertools.github.com/v1alpha2 Plugin", nil, shapeOf(object + `
		spec!
		spec.version! v\d+\.\d+\.\d+
		spec.homepage!
		spec.shortDescription!
		spec.description!
		spec.caveats
		spec.platforms!
		spec.platforms[].selector!
		spec.platforms[].selector.matchLabels.os! (linux|darwin|windows)
		spec.platforms[].selector.matchLabels.arch! (amd64|arm64)
		spec.platforms[].uri! https://.*
		spec.platforms[].sha256! .*
		spec.platforms[].bin! .*
		spec.platforms[].files[].from!
		spec.platforms[].files[].to!`)},
	{"kustomize.config.k8s.io/v1beta1 Kustomization", nil, shapeOf(`
		apiVersion!
		kind!
		namespace
		resources[]
		generators[]
		transformers[]
		validators[]
		configurations[]
		components[]
		patches[].path
		patches[].patch
		patches[].target.*`)},
	{"v1 ConfigMap", nil, shapeOf(object + "data.*")},
	{"v1 Service", nil, shapeOf(object + `
		spec.selector.*
		spec.ports!
		spec.ports[].name
		spec.ports[].port! \d+
		spec.ports[].targetPort`)},
	{"apps/v1 Deployment", nil, shapeOf(object + "spec!\nspec.**")},
}
