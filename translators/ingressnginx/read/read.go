// Package read tells what ingress-nginx does by annotations of Ingresses and by its ConfigMap.
package read

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/ingressnginx/api"
	"retryctl.dev/translators/ingressnginx/controller"
	"retryctl.dev/translators/nginx"
)

// New gives what ingress-nginx does with the requests of each Ingress.
func New(world *manifest.Set, s gateway.Settings) gateway.Reader {
	return reading{world, controller.SettingsIn(world, s), controller.LocationsIn(world)}
}

func (r reading) Effects(intents []resolve.Intent) iter.Seq[[]behavior.Effect] {
	return gateway.EachOf(intents, r.intent)
}

type reading struct {
	world     *manifest.Set
	settings  controller.Settings
	locations controller.Locations
}

// intent gives one effect for all paths of an Ingress, and one for those of them that
// each other Ingress serves.
func (r reading) intent(i resolve.Intent) []behavior.Effect {
	now := r.world.Get(i.ID())
	if now == nil || !now.Is("networking.k8s.io", "Ingress") {
		return nil
	}
	methods := i.Methods &^ nginx.Unreachable
	parts := r.locations.Of(now)
	if len(parts) == 0 {
		e := behavior.Effect{Object: now.ID().String(), Methods: methods, Origin: map[string]string{}}
		why := "it has no path"
		if controller.IsCanary(now) {
			why = "it is a canary, and no other Ingress in the input has its hosts and paths"
		}
		gateway.Answered(&e, 404, why)
		return []behavior.Effect{e}
	}
	var effects []behavior.Effect
	for _, part := range parts {
		e := r.effect(part.By, methods)
		if note := about(now, part); note != "" {
			e.Notes = append(e.Notes, note)
		}
		effects = append(effects, e)
	}
	return effects
}

// about says of a part of an Ingress that another serves it, or may.
func about(o *manifest.Object, part controller.Served) string {
	var paths []string
	for _, l := range part.At {
		paths = append(paths, l.String())
	}
	where := strings.Join(paths, ", ")
	switch {
	case controller.IsCanary(o):
		return fmt.Sprintf("%s is a canary: a share of the requests for %s goes to its Services, with the retries of %s", o.ID(), where, part.By.ID())
	case part.By != o:
		return fmt.Sprintf("%s is older and has %s as well, so that it serves the requests there", part.By.ID(), where)
	case part.Rival != nil:
		return fmt.Sprintf("%s has %s as well, and the older of the two serves the requests there: nothing in the input says which that is", part.Rival.ID(), where)
	}
	return ""
}

// redirect gives the status with which an Ingress redirects; 0 where it does not.
func redirect(o *manifest.Object) int {
	if to, _ := o.Annotation(api.Prefix + api.TemporalRedirect); to != "" {
		return 302
	}
	if to, _ := o.Annotation(api.Prefix + api.PermanentRedirect); to != "" {
		code, _ := o.Annotation(api.Prefix + api.RedirectCode)
		if n, err := strconv.Atoi(code); err == nil && n >= 300 && n <= 308 {
			return n
		}
		return 301
	}
	return 0
}

// protocol gives that of the backends of an Ingress.
func protocol(o *manifest.Object) string {
	text, _ := o.Annotation(api.Prefix + api.BackendProtocol)
	text = strings.ToUpper(strings.TrimSpace(text))
	if slices.Contains([]string{"AUTO_HTTP", "HTTPS", "GRPC", "GRPCS", "FCGI"}, text) {
		return text
	}
	return "HTTP"
}
