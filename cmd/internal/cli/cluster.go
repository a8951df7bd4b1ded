package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators"
)

// A cluster is what is read with kubectl, so that kubeconfig, plugins and rights are the
// person's own. It is only read.
type cluster struct {
	on                           bool
	context, namespace, selector string
	all                          bool
	groups                       []string // the API groups of gateways
	refused                      finding.List
}

func (c *cluster) flags(cmd *cobra.Command, all translators.Gateways) {
	c.groups = []string{schema.Group, route.Group, "gateway.networking.x-k8s.io"}
	for _, g := range all {
		c.groups = append(c.groups, g.Profile().Signs.Groups...)
	}
	f := cmd.Flags()
	f.BoolVar(&c.on, "cluster", false, "read what is in the cluster too, with kubectl: policies, routes, Services, Gateways and the kinds of gateways")
	f.StringVar(&c.context, "context", "", "kubectl's `context` of --cluster")
	f.StringVarP(&c.namespace, "namespace", "n", "", "`namespace` of --cluster; kubectl's own if left out")
	f.BoolVarP(&c.all, "all-namespaces", "A", false, "read all namespaces of --cluster")
	f.StringVarP(&c.selector, "selector", "l", "", "read the objects of --cluster with these `labels`")
}

// misfit tells which flags are there without --cluster, or do not go together.
func (c *cluster) misfit() error {
	switch {
	case !c.on && (c.context != "" || c.namespace != "" || c.selector != "" || c.all):
		return errors.New("--context, --namespace, --all-namespaces and --selector are about --cluster, which is not given")
	case c.all && c.namespace != "":
		return errors.New("--namespace does not go with --all-namespaces")
	}
	return nil
}

// A resource is a kind as kubectl lists it.
type resource struct {
	name, group, kind string
	namespaced        bool
}

// read adds the objects of the cluster.
func (c *cluster) read(r *reading) error {
	list, err := c.resources(r.ctx)
	if err != nil {
		return err
	}
	for n, one := range list {
		doing(r.ctx, "retryctl: reading %s from the cluster, %d of %d", one.name, n+1, len(list))
		args := []string{"get", one.name, "-o", "yaml", "--ignore-not-found"}
		switch {
		case !one.namespaced:
		case c.all:
			args = append(args, "--all-namespaces")
		case c.namespace != "":
			args = append(args, "--namespace="+c.namespace)
		}
		if c.selector != "" && one.namespaced {
			args = append(args, "--selector="+c.selector)
		}
		text, err := c.kubectl(r.ctx, args...)
		var denied *denied
		if errors.As(err, &denied) {
			c.refused.Add(finding.Finding{
				Code: finding.NotReadable, Severity: finding.NotReadable.Severity(),
				Message: fmt.Sprintf("%s of the cluster cannot be read: %s", one.name, denied.why),
				Hint:    finding.Do("what they say is not known here: ask for the right to list them, or give them with -f"),
			})
			continue
		}
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		if err := r.add(bytes.NewReader(text), "<cluster>/"+one.name, false); err != nil {
			return err
		}
	}
	return nil
}

// resources gives the kinds that the cluster has of those that decide a retry.
func (c *cluster) resources(ctx context.Context) ([]resource, error) {
	text, err := c.kubectl(ctx, "api-resources", "--verbs=list", "--no-headers=true")
	if err != nil {
		return nil, err
	}
	var list []resource
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		n := len(words)
		if n < 4 {
			continue
		}
		group, _, grouped := strings.Cut(words[n-3], "/")
		if !grouped {
			group = ""
		}
		one := resource{words[0], group, words[n-1], words[n-2] == "true"}
		if one.group != "" {
			one.name += "." + one.group
		}
		if c.wants(one) {
			list = append(list, one)
		}
	}
	if len(list) == 0 {
		return nil, errors.New("read the cluster: kubectl names no kind that decides a retry")
	}
	return list, nil
}

func (c *cluster) wants(r resource) bool {
	switch r.group {
	case "":
		return r.kind == "Service"
	case "networking.k8s.io":
		return r.kind == "Ingress" || r.kind == "IngressClass"
	}
	return slices.Contains(c.groups, r.group)
}

// denied is what the cluster does not let somebody do.
type denied struct{ why string }

func (d *denied) Error() string { return d.why }

// kubectl runs kubectl and gives what it prints.
func (c *cluster) kubectl(ctx context.Context, args ...string) ([]byte, error) {
	if c.context != "" {
		args = append(args, "--context="+c.context)
	}
	cmd := exec.CommandContext(ctx, "kubectl", args...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err := cmd.Run()
	switch said := lastLine(complaints.String()); {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err == nil:
		return out.Bytes(), nil
	case strings.Contains(said, "(Forbidden)") || strings.Contains(said, "(MethodNotAllowed)"):
		return nil, &denied{said}
	case said != "":
		return nil, fmt.Errorf("run kubectl %s: %s", args[0], said)
	default:
		return nil, fmt.Errorf("run kubectl %s: %w", args[0], err)
	}
}

// lastLine gives the last line of what a program complains of, which is the reason.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
