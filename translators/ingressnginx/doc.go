// Package ingressnginx reads ingress-nginx, the community's controller for Ingresses, which
// is retired: it is a source and no target.
//
// What it does with them (its source at dbb11b92d of 2026-03, and what nginx 1.22 was
// measured to do with a balancer like its own, by golden/conformance/dataplane):
//
//   - Annotations that begin with nginx.ingress.kubernetes.io/ hold for all paths of their
//     Ingress. Where there is none, or one that is not valid, the key of the same name in the
//     controller's ConfigMap holds, and else a default that is built in
//     (internal/ingress/annotations/proxy/main.go, controller/config/config.go).
//   - What is not valid is passed over without a word: "10s" is no integer, and a list with
//     commas is no list. Before 1.12 a list was not checked, and nginx then refuses its whole
//     configuration for what it does not know, as it does for a negative number: the
//     controller keeps the one before, for every host.
//   - proxy-next-upstream is a list that takes the place of "error timeout" and does not add
//     to it: http_503 alone has lost connections and timeouts tried no more. off wins over all
//     the others. Of status codes there are seven.
//   - proxy-next-upstream-tries counts the first try: 3 where nothing is said. 0 is no limit,
//     and the number of pods is none either: the balancer asks for one more try with each that
//     it makes (rootfs/etc/nginx/lua/balancer.lua, balance), so one pod is tried again and
//     again, and so is the one address that service-upstream makes of a Service.
//   - proxy-next-upstream-timeout is how long new tries begin; it ends none that runs.
//   - POST, PATCH and LOCK are not tried again once the request was sent, unless
//     non_idempotent is in the list or retry-non-idempotent in the ConfigMap.
//   - Nothing of this is written for gRPC and FastCGI backends, and nginx' own defaults hold
//     for them: error and timeout, without any limit on tries or time.
//   - The next try begins at once. There is no bound on all tries, no budget and no limit on
//     what is in flight. The timeouts for connecting, sending and receiving count anew with
//     every part that is sent or received.
//   - nginx does not count a try over a connection that it had kept open and that the backend
//     has closed meanwhile (ngx_http_upstream_next); this was not measured.
//   - A body of more than proxy-body-size, 1m where nothing is said, is answered 413.
//   - With proxy-request-buffering off, a request whose body was begun to be sent is not tried
//     again, whatever ends the try (ngx_http_upstream.c, ngx_http_upstream_next).
//   - Of two Ingresses with a path of one host, the older one serves it, with its own
//     annotations. One with canary: "true" serves nothing by itself: a share of the requests
//     of the Ingress with its host and path goes to its Services, with that one's retries.
//   - Snippets can say anything, and are not read.
package ingressnginx
