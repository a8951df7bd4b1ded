package read

import (
	"strconv"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/translators/ingressnginx/api"
	"retryctl.dev/translators/ingressnginx/controller"
)

// nextBackend reads the balancer: round_robin's wheel goes on, whoever fails, ewma leaves out
// the pods that have failed in the request (rootfs/etc/nginx/lua/balancer/ewma.lua), and a
// hash picks the same one again (chash.lua). A cookie does so once a client has it.
func (f filling) nextBackend() {
	algorithm, _ := f.value(api.LoadBalance, "nextBackend")
	own := func(key string) string { return f.ingress.ID().String() + " " + api.Prefix + key }
	upstream, _ := f.value(api.ServiceUpstream, "nextBackend")
	by, _ := f.ingress.Annotation(api.Prefix + api.HashBy)
	affinity, _ := f.ingress.Annotation(api.Prefix + api.Affinity)
	switch {
	case isTrue(upstream.Text):
		f.NextBackend, f.Origin["nextBackend"] = behavior.Is(behavior.AnyBackend), upstream.Origin+": all tries go to the Service's own address, behind which kube-proxy chooses"
	case affinity == "cookie":
		f.NextBackend, f.Origin["nextBackend"] = behavior.Unclear[behavior.NextBackend](), own(api.Affinity)+": the pod of the client's cookie, if it has one"
		if change, _ := f.ingress.Annotation(api.Prefix + api.ChangeOnFailure); isTrue(change) {
			f.Origin["nextBackend"] = own(api.ChangeOnFailure)
		}
	case by != "":
		f.NextBackend, f.Origin["nextBackend"] = behavior.Is(behavior.SameBackend), own(api.HashBy)
	case algorithm.Text == "ewma":
		f.NextBackend, f.Origin["nextBackend"] = behavior.Is(behavior.OtherBackend), algorithm.Origin
	default:
		f.NextBackend, f.Origin["nextBackend"] = behavior.Is(behavior.AnyBackend), algorithm.Origin+": round_robin, which passes over nobody"
	}
}

func isTrue(text string) bool {
	is, err := strconv.ParseBool(text)
	return err == nil && is
}

// bodies: with request buffering nginx has the whole body before the first try, in a file
// where it is large, and answers 413 to more than proxy-body-size. Without it a request is
// not sent again once a byte of it was, but for a body that came along with the header
// (ngx_http_upstream_next). gRPC is never buffered (ngx_http_grpc_handler).
func (f filling) bodies() {
	limit, _ := f.value(api.BodySize, "maxRequestBodyBytes")
	bytes, _ := controller.Bytes(limit.Text)
	buffering, _ := f.value(api.RequestBuffering, "maxRequestBodyBytes")
	rpc := strings.HasPrefix(f.protocol, grpc)
	switch {
	case rpc || buffering.Text == "off" && f.protocol != "FCGI":
		f.Bodies = behavior.Bodies{Limit: behavior.Is(int64(0)), Unsent: behavior.None[int64](), Larger: behavior.PerhapsSent}
		if f.Origin["maxRequestBodyBytes"] = buffering.Origin; rpc {
			f.Origin["maxRequestBodyBytes"] = "nginx sends gRPC on as it comes in"
		}
		if bytes > 0 && limit.Origin != controller.Default {
			f.Notes = append(f.Notes, "a request with more than "+behavior.Size(bytes)+" of body is answered 413 without a try, by "+limit.Origin)
		}
	case bytes == 0:
		f.Bodies, f.Origin["maxRequestBodyBytes"] = behavior.AnyBody(), limit.Origin
	default:
		f.Bodies = behavior.Bodies{Limit: behavior.Is(bytes), Unsent: behavior.Is(bytes), Larger: behavior.Refused}
		f.Origin["maxRequestBodyBytes"] = limit.Origin
	}
}
