// networks runs random concurrent programs that end alike in whatever order their goroutines run. A program is a list of steps, the
// body of a function; a goroutine has two numbers, a and b, and one that it starts begins with its a. N and M are numbers; objects of
// each kind are numbered, and so is an integer that goroutines share:
//
//	=N a = N   +N a += N   *N a = a*N%997   h b = (b*31+a)%9973   e b += a   %(F)N F if N divides a   R(F)N F N times
//	lN log a   L  log b    ?N log integer N
//	cF call F  dF defer F  pN panic(N)      r log what recover gives  j  a = 1 if it gives something, else 0
//	x  Goexit  y  Gosched  zN sleep N ms    G(F)N Add(1) to WaitGroup N, then start F, which ends by Done
//	DN Done    BN Wait
//	mN,M make channel N with room for M     kN close
//	sN send a  vN receive a, one less if it is closed                 f(F)N F for each a that comes
//	tN, uN    the same in a select with default, which is tried until it does not choose that
//	VN,M vN in a select with the Done of context M                    JN   vN in a select with a timer, which is stopped
//	w(…) select of sN,M and vN,M until each was chosen M times (until it is closed): send a+M … a+1; h, for each case, of its own h
//	U(F)N lock mutex N, read integer N, do F, write it with a added, unlock                            T(F)N by TryLock
//	P(F)N the same with RWMutex N and for two integers, F in between  Q(F)N RLock, F, log ! if they differ or have changed
//	AN add a to integer N atomically        O(F)N Once N: Do(F)
//	bN,M wait on Cond N until M do          SN give a token, Signal   CN wait on Cond N for a token and take it
//	iN,M context N, a child of M (M is N: of none)                    IN,M one with a timeout of M ms
//	XN cancel context N                     ZN receive from its Done, log its Err
//
// The number of main is "0", of the goroutines it starts "0.1", "0.2", … "logs" has for each what it logged, sorted by name, "." last
// if its function returned. "end" is how the program ended: "" for a return, else what it printed, up to the first empty line, and after a deadlock
// what the goroutines waited for, sorted.
//
// go run ./networks records 100 programs. With two numbers, a seed and how many, it records others.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"time"
)

// How often each program is run, on 1, 2, 3, … Ps.
const alike = 6

type row struct {
	Program string `json:"program"`
	Logs    string `json:"logs"`
	End     string `json:"end,omitempty"`
}

var waiting = regexp.MustCompile(`(?m)^goroutine \d+ \[([^\],]*)`)

// What the program with this number does in a process of its own.
func attempt(number, procs int) row {
	self, _ := os.Executable()
	patience, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	cmd := exec.CommandContext(patience, self, strconv.Itoa(number))
	cmd.Env = []string{"GOMAXPROCS=" + strconv.Itoa(procs), "GOTRACEBACK=all"}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	r := row{Program: text(program(number))}
	err := cmd.Run()
	if patience.Err() != nil { // the rare deadlock that the runtime does not notice
		return attempt(number, procs)
	}
	if err != nil {
		out := stderr.String()
		r.End = strings.TrimSpace(strings.Split(out, "\n\n")[0])
		if strings.HasSuffix(r.End, "deadlock!") {
			var reasons []string
			for _, g := range waiting.FindAllStringSubmatch(out, -1) {
				reasons = append(reasons, g[1])
			}
			sort.Strings(reasons)
			r.End = strings.Join(append([]string{r.End}, reasons...), "\n")
		}
	}
	r.Logs = byGoroutine(stdout.String())
	return r
}

func byGoroutine(lines string) string {
	all := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		if name, entry, ok := strings.Cut(line, ":"); ok {
			all[name] += " " + entry
		}
	}
	var logs []string
	for name, log := range all {
		logs = append(logs, name+":"+log)
	}
	sort.Strings(logs)
	return strings.Join(logs, " | ")
}

func record(number int) row {
	first := attempt(number, 1)
	for procs := 2; procs <= alike; procs++ {
		if other := attempt(number, procs); other != first {
			panic(fmt.Sprintf("program %d runs in two ways:\n%v\n%v", number, first, other))
		}
	}
	return first
}

func main() {
	arg := func(i int) int { n, _ := strconv.Atoi(os.Args[i]); return n }
	if len(os.Args) == 2 {
		(&proc{name: "0"}).run(program(arg(1)))
		return
	}
	number, count := 0, 100
	if len(os.Args) == 3 {
		number, count = arg(1)*1_000_000, arg(2)
	}
	var rows []row
	for ; len(rows) < count; number++ {
		if size := len(text(program(number))); size >= shortest && size <= longest {
			rows = append(rows, record(number))
		}
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	if err := out.Encode(map[string]interface{}{"go": runtime.Version(), "cases": rows}); err != nil {
		panic(err)
	}
}
