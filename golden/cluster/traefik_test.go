package cluster

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var seeds = flag.Int("seeds", 10, "random worlds of each kind that Traefik reads")

// A place is a rule of an object; -1 is the object as a whole.
type place struct {
	Kind, Namespace, Name string
	Rule                  int
}

// A said is what command golden/routers prints for a world.
type said struct {
	Rules []struct {
		place
		Match      string
		Priorities []int
		Tries      map[string]int
	}
	Requests []struct {
		Entry, Method, Host, Path string
		Headers, Queries          map[string]string
		Served                    []place
	}
}

// TestTraefikHasTheRoutersThatReadSaysItHas gives real Traefik, with its providers of
// the Gateway API, of IngressRoutes and of Ingresses, the golden cases and random worlds
// by way of a real API server, each as it is and with what is translated for it. By its
// API it has the routers, priorities and attempts that Read says, and by its access log
// each request is served by a rule that Read names.
func TestTraefikHasTheRoutersThatReadSaysItHas(t *testing.T) {
	binary, err := filepath.Abs("../conformance/.cache/bin/traefik-3.7.13")
	if _, missing := os.Stat(binary); err != nil || missing != nil {
		t.Skipf("no Traefik: %v, %v (go run ./tools traefik in golden/conformance)", err, missing)
	}
	folder := t.TempDir()
	programs := map[string]string{"retryctl": "./cmd/retryctl", "routers": "./golden/routers"}
	for name, path := range programs {
		programs[name] = filepath.Join(folder, name)
		cmd := exec.Command("go", "build", "-o", programs[name], path)
		cmd.Dir = "../.."
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	c, err := start(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	if err := c.install(); err != nil {
		t.Fatal(err)
	}
	proxy, err := c.traefik(binary)
	if err != nil {
		t.Fatal(err)
	}
	s := &watch{stage: stage{c, t, programs["retryctl"]}, traefik: proxy, routers: programs["routers"]}
	worlds := s.worlds()
	for _, name := range slices.Sorted(maps.Keys(worlds)) {
		text := worlds[name]
		t.Run(name, func(t *testing.T) {
			s.T = t
			given := read(t, text)
			manifests := slices.DeleteFunc(slices.Clone(given), object.ours)
			s.world(manifests)
			in := filepath.Join(t.TempDir(), "in.yaml")
			if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			out, _, status := s.retry(append([]string{"translate", "-f", in, "--to", "traefik", "--split", "always"}, flags(text)...)...)
			if written := read(t, out); status == 0 && len(written) > 0 {
				s.world(over(manifests, written))
			}
		})
	}
	t.Logf("%d worlds; %d rules with %d priorities, the tries of %d; %d requests, %d of them with one answer; left out: %v", s.count["worlds"], s.count["rules"], s.count["priorities"],
		s.count["tries"], s.count["requests"], s.count["certain"], s.left)
	for what, least := range map[string]int{"worlds": 2, "rules": 2, "priorities": 2, "tries": 1, "requests": 5, "certain": 3} {
		if s.count[what] < least*(*seeds) {
			t.Errorf("only %d %s were looked at", s.count[what], what)
		}
	}
}

// A watch compares worlds one after another.
type watch struct {
	stage
	*traefik
	routers string
	marks   int
	count   map[string]int
	left    map[string]int // what is not compared, by reason
}

// worlds gives the golden cases and the random worlds by name.
func (s *watch) worlds() map[string]string {
	s.count, s.left = map[string]int{}, map[string]int{}
	worlds := map[string]string{}
	cases, err := filepath.Glob("../cases/*/in.yaml")
	if err != nil || len(cases) == 0 {
		s.Fatalf("no golden cases: %v", err)
	}
	if testing.Short() {
		cases = cases[:8]
	}
	for _, path := range cases {
		text, err := os.ReadFile(path)
		if err != nil {
			s.Fatal(err)
		}
		worlds[filepath.Base(filepath.Dir(path))] = string(text)
	}
	for _, kind := range []string{"input", "wild", "guarded"} {
		for seed := range *seeds {
			out, err := exec.Command(s.routers, "-kind", kind, "-seed", fmt.Sprint(seed)).Output()
			if err != nil {
				s.Fatal(err)
			}
			worlds[fmt.Sprintf("%s-%d", kind, seed)] = string(out)
		}
	}
	return worlds
}

// world applies one, compares, and takes it away.
func (s *watch) world(objects []object) {
	s.Helper()
	objects = prepared(objects)
	folder := s.TempDir()
	file := write(s.T, filepath.Join(folder, "world.yaml"), objects)
	s.namespaces(objects)
	defer s.cluster.kubectl(nil, "delete", "-f", file, "--ignore-not-found", "--wait=true")
	if _, complaints, err := s.cluster.kubectl(nil, "apply", "--server-side", "--force-conflicts", "-f", file); err != nil {
		s.left["a world that the API server refuses"]++
		s.Logf("not applied: %s", complaints)
		return
	}
	// what the API server has filled in is what Traefik reads
	live, complaints, err := s.cluster.kubectl(nil, "get", "-f", file, "-o", "yaml")
	if err != nil {
		s.Fatalf("%v: %s", err, complaints)
	}
	said := s.ask(live)
	s.mark()
	var problems []string
	counted := map[string]int{}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		clear(counted)
		problems = s.compare(said, counted)
		if len(problems) == 0 {
			problems = s.send(said, counted)
		}
		if len(problems) == 0 || time.Now().After(end) {
			break
		}
	}
	for _, p := range problems {
		s.Error(p)
	}
	counted["worlds"]++
	for what, n := range counted {
		if reason, left := strings.CutPrefix(what, "left out: "); left {
			s.left[reason] += n
			continue
		}
		s.count[what] += n
	}
}

// ask gives what retryctl says of a world.
func (s *watch) ask(world string) said {
	s.Helper()
	cmd := exec.Command(s.routers)
	cmd.Stdin = strings.NewReader(world)
	out, err := cmd.Output()
	var answer said
	if err == nil {
		err = json.Unmarshal(out, &answer)
	}
	if err != nil {
		s.Fatalf("%v in\n%s", err, world)
	}
	return answer
}

// mark adds an object for each provider, and waits until Traefik has routers for all:
// what was applied before is known then too.
func (s *watch) mark() {
	s.Helper()
	s.marks++
	host := fmt.Sprintf("mark-%d.example", s.marks)
	s.apply(fmt.Sprintf(marks, host))
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		found := map[string]bool{}
		for _, r := range s.list(s.T) {
			if strings.Contains(r.Rule, host) {
				found[r.Provider] = true
			}
		}
		if len(found) == 3 {
			return
		}
	}
	s.Fatalf("Traefik does not see what is applied:\n%s", s.log())
}

func (s *watch) apply(text string) {
	s.Helper()
	file := filepath.Join(s.TempDir(), "apply.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
	if _, complaints, err := s.cluster.kubectl(nil, "apply", "--server-side", "--force-conflicts", "-f", file); err != nil {
		s.Fatalf("%v: %s", err, complaints)
	}
}

// compare holds the routers of Traefik's API against what is said of the rules.
func (s *watch) compare(said said, counted map[string]int) (problems []string) {
	routers := map[place][]router{}
	for _, r := range s.list(s.T) {
		if at, ours := said.placeOf(r); ours {
			routers[at] = append(routers[at], r)
		} else if !strings.Contains(r.Rule, "mark-") && !strings.HasSuffix(r.Name, "@internal") {
			problems = append(problems, fmt.Sprintf("router %s is none of the world's", r.Name))
		}
	}
	attempts := s.attempts(s.T)
	for _, rule := range said.Rules {
		var priorities []int
		dead := 0
		for _, r := range routers[rule.place] {
			if r.Status != "enabled" {
				dead++
			} else if !slices.Contains(priorities, r.Priority) {
				priorities = append(priorities, r.Priority)
			}
		}
		slices.Sort(priorities)
		if dead > 0 && len(priorities) == 0 {
			counted["left out: rules whose routers Traefik cannot build"]++
			continue
		}
		counted["rules"]++
		counted["priorities"] += len(priorities)
		if !slices.Equal(priorities, rule.Priorities) {
			problems = append(problems, fmt.Sprintf("%v: the routers have the priorities %v, and Read says %v", rule.place, priorities, rule.Priorities))
		}
		for _, r := range routers[rule.place] {
			want, why := attempts.of(r)
			if why != "" {
				counted["left out: "+why]++
				continue
			}
			for method, n := range rule.Tries {
				switch {
				case n < 0:
					counted["left out: tries that Read does not know, or that differ by backend"]++
				case n == 0:
					counted["left out: tries of what Traefik answers itself"]++
				case n == 1 && want > 1 && attempts.byStatus(r):
					counted["left out: middlewares that retry by status alone, which may be none for a method"]++
				default:
					counted["tries"]++
					if n != want {
						problems = append(problems, fmt.Sprintf("%v: %s is tried %d times by its router, and %d by Read", rule.place, method, want, n))
					}
				}
			}
		}
	}
	return problems
}

// placeOf gives the rule that a router is made of, by the names that providers give.
func (a said) placeOf(r router) (place, bool) {
	best, at := "", place{}
	name := r.Name
	for _, entry := range []string{"web-", "alt-", "websecure-"} {
		name = strings.TrimPrefix(name, entry)
	}
	for _, rule := range a.Rules {
		label := normalized(rule.Namespace + "-" + rule.Name)
		fits := false
		switch rule.Kind {
		case "HTTPRoute", "GRPCRoute":
			label = strings.ToLower(rule.Kind) + "-" + label + "-gw-"
			part := strings.Split(strings.TrimSuffix(name, "@kubernetesgateway"), "-")
			fits = r.Provider == "kubernetesgateway" && len(part) > 2 && part[len(part)-2] == fmt.Sprint(rule.Rule)
		case "IngressRoute":
			fits = r.Provider == "kubernetescrd" && r.Rule == rule.Match
		case "Ingress":
			fits = r.Provider == "kubernetes"
		}
		// of routes with one match the last one is left
		if fits && strings.HasPrefix(name, label) && len(label) >= len(best) {
			best, at = label, rule.place
		}
	}
	return at, best != ""
}

// ports are those of the listeners for which Traefik has entry points here.
var ports = map[string]string{"port 80 HTTP": "80", "port 8080 HTTP": "8080"}

// send sends the requests, and holds the rules whose routers serve them against those
// that are named for the entry point.
func (s *watch) send(said said, counted map[string]int) (problems []string) {
	type key struct{ entry, request string }
	named := map[key][]place{}
	keyOf := func(entry string, r any) key {
		text, _ := json.Marshal(r)
		return key{entry, string(text)}
	}
	for _, r := range said.Requests {
		entry := r.Entry
		served := r.Served
		r.Entry, r.Served = "", nil
		named[keyOf(entry, r)] = served
	}
	for _, r := range said.Requests {
		port, entry := ports[r.Entry], r.Entry
		if port == "" {
			if entry != "entry point web" && entry != "the default entry points" {
				counted["left out: requests at other entry points: "+r.Entry]++
				continue
			}
			port = "80"
		}
		bare := r
		bare.Entry, bare.Served = "", nil
		may := slices.Clone(r.Served)
		for _, same := range []string{"port 80 HTTP", "entry point web", "the default entry points"} {
			if port == "80" {
				may = append(may, named[keyOf(same, bare)]...)
			}
		}
		name, err := s.serving(port, r.Method, r.Host, r.Path, r.Headers, r.Queries)
		if err != nil {
			counted["left out: requests that cannot be sent"]++
			continue
		}
		counted["requests"]++
		by, found := place{}, false
		for _, router := range s.known {
			if router.Name == name {
				by, found = said.placeOf(router)
			}
		}
		slices.SortFunc(may, func(a, b place) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		may = slices.Compact(may)
		switch {
		case found && slices.ContainsFunc(may, func(p place) bool { return said.alike(p, by) }):
			if len(may) == 1 {
				counted["certain"]++
			}
		case !found && len(may) == 1 && !s.alive(said, may[0]):
			counted["left out: requests of routers that Traefik cannot build"]++
		case found && by.Kind == "GRPCRoute" && r.Method != http.MethodPost:
			counted["left out: requests that a GRPCRoute gets and that are no calls"]++
		case !found && (len(may) == 0 || may[0].Kind != "HTTPRoute" && may[0].Kind != "GRPCRoute" && ports[entry] != ""):
			counted["left out: requests that nothing serves"]++
		default:
			problems = append(problems, fmt.Sprintf("%s %s%s %v %v at %s is served by %q, %v, and by Read by one of %v", r.Method, r.Host, r.Path, r.Headers, r.Queries, entry, name, by, may))
		}
	}
	return problems
}

// alive reports whether a rule has a router that Traefik has built.
func (s *watch) alive(said said, at place) bool {
	return slices.ContainsFunc(s.known, func(r router) bool {
		of, found := said.placeOf(r)
		return found && said.alike(of, at) && r.Status == "enabled"
	})
}

// alike reports whether two places are one router: routes of one IngressRoute with
// equal matches.
func (a said) alike(p, q place) bool {
	match := func(at place) string {
		for _, r := range a.Rules {
			if r.place == at {
				return r.Match
			}
		}
		return ""
	}
	return p == q || p.Kind == "IngressRoute" && p.Namespace == q.Namespace && p.Name == q.Name && match(p) == match(q)
}

// serving sends a request, and gives the router that has served it by the access log.
func (t *traefik) serving(port, method, host, path string, headers, queries map[string]string) (string, error) {
	t.sent++
	id := fmt.Sprint(t.sent)
	q := url.Values{}
	for name, value := range queries {
		q.Set(name, value)
	}
	request, err := http.NewRequest(method, "http://"+t.host+":"+port, nil)
	if err != nil {
		return "", err
	}
	// "~" stands for a label that nothing asks for, and is none that a hostname has
	request.URL.Path, request.URL.RawQuery, request.Host = path, q.Encode(), strings.ReplaceAll(host, "~", "any-other")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("X-Retryctl-Id", id)
	client := http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	io.Copy(io.Discard, response.Body) //nolint:errcheck // the log is what counts
	response.Body.Close()              //nolint:errcheck // as above
	if response.StatusCode == http.StatusBadRequest {
		return "", fmt.Errorf("400")
	}
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if line, found := t.line(id); found {
			return line, nil
		}
	}
	return "", fmt.Errorf("no line in the access log")
}

// line reads what is new in the access log, and gives the router of a request.
func (t *traefik) line(id string) (string, bool) {
	raw, err := io.ReadAll(t.access)
	if err != nil {
		return "", false
	}
	t.rest = append(t.rest, raw...)
	end := bytes.LastIndexByte(t.rest, '\n') + 1
	for scan := bufio.NewScanner(bytes.NewReader(t.rest[:end])); scan.Scan(); {
		var line struct {
			RouterName string
			ID         string `json:"request_X-Retryctl-Id"`
		}
		if json.Unmarshal(scan.Bytes(), &line) == nil && line.ID != "" {
			t.lines[line.ID] = line.RouterName
		}
	}
	t.rest = t.rest[end:]
	name, found := t.lines[id]
	return name, found
}
