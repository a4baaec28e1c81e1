// programs runs random programs of goroutines, channels, selects, locks, contexts and deferred calls on one P. A program is a list of
// steps, the body of a function; N and M are numbers, an object of each kind has a number too:
//
//	lN log N      cF call F      dF defer F      pN panic(N)     r  log what recover gives     x  Goexit
//	gF go F       y  Gosched     F is "(steps)", a function of its own
//	sN,M send M on channel N     vN receive      tN,M send if that does not block     uN receive likewise
//	kN close      fN range, until it is closed   w(…) select of the sends and receives inside     W(…) with default
//	LN lock mutex N              UN unlock       TN TryLock
//	AN WaitGroup N: Add(1)       DN Done         BN Wait
//	OF Once: Do  C  lock, wait for the condition, unlock            S  Signal
//	XN cancel context N          ZN receive from its Done
//
// Channels 0 and 1 have no buffer, 2 has one of 2, 3 is nil. Context 1 is a child of 0. Goroutines are numbered as they are started,
// main is 0; each entry of "trace" begins with the number of its goroutine. "end" is how the program ended: "" for a return, else what
// it printed, up to the first empty line; after a deadlock that is followed by what the goroutines waited for, in the order in which
// they were started. Only programs are recorded that run alike each time, also when the run queue's count of picks is another one.
// No two goroutines of one wait for the condition: in which order they run after two Signals, ours decide otherwise.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	recorded = 300
	alike    = 12
	// Of shorter ones there is little to learn.
	entries = 8
)

type op struct {
	k    byte
	n, v int
	body []op
}

var (
	chans   = []chan int{make(chan int), make(chan int), make(chan int, 2), nil}
	mus     [2]sync.Mutex
	wgs     [2]sync.WaitGroup
	once    sync.Once
	cond    = sync.NewCond(new(sync.Mutex))
	ctxs    [2]context.Context
	cancels [2]context.CancelFunc
	started int
)

func log(g int, a ...interface{}) {
	_, _ = syscall.Write(1, []byte(fmt.Sprint(g, ":", fmt.Sprint(a...), " ")))
}

func show(r interface{}) string {
	if err, ok := r.(error); ok {
		return err.Error()
	}
	return fmt.Sprint(r)
}

func run(g int, ops []op) {
	for _, o := range ops {
		switch n := o.n; o.k {
		case 'l':
			log(g, "l", n)
		case 'c':
			run(g, o.body)
		case 'd':
			defer run(g, o.body)
		case 'p':
			panic(n)
		case 'r':
			log(g, "r", show(recover()))
		case 'x':
			runtime.Goexit()
		case 'g':
			started++
			child := started
			log(g, "g", child)
			go run(child, o.body)
		case 'y':
			runtime.Gosched()
		case 's':
			chans[n] <- o.v
			log(g, "s", o.v)
		case 'v':
			v, ok := <-chans[n]
			log(g, "v", v, ok)
		case 't':
			select {
			case chans[n] <- o.v:
				log(g, "t", o.v)
			default:
				log(g, "t-")
			}
		case 'u':
			select {
			case v, ok := <-chans[n]:
				log(g, "u", v, ok)
			default:
				log(g, "u-")
			}
		case 'k':
			close(chans[n])
			log(g, "k")
		case 'f':
			for v := range chans[n] {
				log(g, "f", v)
			}
			log(g, "f-")
		case 'w':
			log(g, "w", choose(o.body))
		case 'W':
			log(g, "W", chooseNow(o.body))
		case 'L':
			mus[n].Lock()
			log(g, "L")
		case 'U':
			mus[n].Unlock()
		case 'T':
			log(g, "T", mus[n].TryLock())
		case 'A':
			wgs[n].Add(1)
		case 'D':
			wgs[n].Done()
			log(g, "D")
		case 'B':
			wgs[n].Wait()
			log(g, "B")
		case 'O':
			once.Do(func() { run(g, o.body) })
			log(g, "O")
		case 'C':
			cond.L.Lock()
			cond.Wait()
			log(g, "C")
			cond.L.Unlock()
		case 'S':
			cond.Signal()
			log(g, "S")
		case 'X':
			cancels[n]()
			log(g, "X")
		case 'Z':
			<-ctxs[n].Done()
			log(g, "Z", ctxs[n].Err())
		}
	}
}

// Cases that a select does not have are of the nil channel.
func split(cases []op) (send, recv [2]chan int, v [2]int) {
	for i, o := range cases {
		if v[i] = o.v; o.k == 's' {
			send[i] = chans[o.n]
		} else {
			recv[i] = chans[o.n]
		}
	}
	return
}

func choose(cases []op) string {
	if len(cases) == 0 {
		select {}
	}
	if len(cases) == 1 { // which the compiler makes a plain send or receive of
		o := cases[0]
		if o.k == 's' {
			chans[o.n] <- o.v
			return "0"
		}
		v, ok := <-chans[o.n]
		return fmt.Sprint("0=", v, ok)
	}
	send, recv, v := split(cases)
	select {
	case send[0] <- v[0]:
		return "0"
	case send[1] <- v[1]:
		return "1"
	case v, ok := <-recv[0]:
		return fmt.Sprint("0=", v, ok)
	case v, ok := <-recv[1]:
		return fmt.Sprint("1=", v, ok)
	}
}

func chooseNow(cases []op) string {
	send, recv, v := split(cases)
	select {
	case send[0] <- v[0]:
		return "0"
	case send[1] <- v[1]:
		return "1"
	case v, ok := <-recv[0]:
		return fmt.Sprint("0=", v, ok)
	case v, ok := <-recv[1]:
		return fmt.Sprint("1=", v, ok)
	default:
		return "-"
	}
}

type source struct {
	*rand.Rand
	values int
	// Whether something waits for the condition.
	waits bool
}

func (r *source) value() int {
	r.values++
	return r.values
}

func (r *source) body(depth, most int) (ops []op) {
	for i := 1 + r.Intn(most); i > 0; i-- {
		ops = append(ops, r.step(depth)...)
	}
	return
}

func (r *source) inner(depth int) []op { return r.body(depth-1, 3) }

func (r *source) io() op {
	return op{k: "sv"[r.Intn(2)], n: r.Intn(16) % 5 % 4, v: r.value()}
}

func (r *source) waiter(k byte) op {
	if k == 'C' && r.waits {
		k = 'y'
	}
	r.waits = r.waits || k == 'C'
	return op{k: k}
}

func (r *source) step(depth int) []op {
	n := r.Intn(54)
	if depth == 0 {
		n = r.Intn(28)
	}
	two := r.Intn(2)
	switch {
	case n < 2:
		return []op{{k: 'l', n: r.value()}}
	case n < 5:
		return []op{{k: "rrrpx"[r.Intn(5)], n: r.value()}}
	case n < 9:
		return []op{{k: 'y'}}
	case n < 13:
		return []op{r.io()}
	case n < 17:
		o := r.io()
		o.k = "tuuk"[r.Intn(4)]
		return []op{o}
	case n < 18:
		return []op{{k: 'f', n: r.Intn(3)}}
	case n < 22:
		o := op{k: "wwW"[r.Intn(3)]}
		for i := 2 - r.Intn(8)/5; i > 0; i-- {
			o.body = append(o.body, r.io())
		}
		return []op{o}
	case n < 24:
		return []op{{k: "TB"[two], n: r.Intn(2)}}
	case n < 26:
		return []op{r.waiter("SC"[two])}
	case n < 28:
		return []op{{k: "XZ"[two], n: r.Intn(2)}}
	case n < 31:
		return []op{{k: 'O', body: r.inner(depth)}}
	case n < 33:
		return []op{{k: "cd"[two], body: r.inner(depth)}}
	case n < 36: // a lock around something, given back at once or by a deferred call
		unlock := op{k: 'U', n: two}
		body := append([]op{{k: 'L', n: two}}, r.inner(depth)...)
		if r.Intn(2) == 0 {
			return append(body, unlock)
		}
		return []op{{k: 'c', body: append([]op{body[0], {k: 'd', body: []op{unlock}}}, body[1:]...)}}
	case n < 40: // a worker that is waited for
		worker := append([]op{{k: 'd', body: []op{{k: 'D', n: two}}}}, r.inner(depth)...)
		ops := []op{{k: 'A', n: two}, {k: 'g', body: worker}}
		if r.Intn(2) == 0 {
			ops = append(ops, op{k: 'B', n: two})
		}
		return ops
	case n < 46: // one that sends to this one
		ch := r.Intn(3)
		sender := append(r.inner(depth), op{k: 's', n: ch, v: r.value()})
		if r.Intn(2) == 0 {
			return []op{{k: 'g', body: append(sender, op{k: 'k', n: ch})}, {k: 'f', n: ch}}
		}
		return append([]op{{k: 'g', body: sender}}, append(r.inner(depth), op{k: 'v', n: ch})...)
	case n < 48: // one that is woken by this one
		return []op{{k: 'g', body: append([]op{r.waiter("CZ"[two])}, r.inner(depth)...)}, {k: 'y'}, {k: "SX"[two]}}
	default:
		return []op{{k: 'g', body: r.body(depth-1, 4)}}
	}
}

func text(ops []op) string {
	var parts []string
	for _, o := range ops {
		s := string(o.k)
		switch o.k {
		case 'l', 'p', 'k', 'v', 'u', 'f', 'L', 'U', 'T', 'A', 'D', 'B', 'X', 'Z':
			s += strconv.Itoa(o.n)
		case 's', 't':
			s += fmt.Sprint(o.n, ",", o.v)
		case 'g', 'c', 'd', 'w', 'W', 'O':
			s += "(" + text(o.body) + ")"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func program(number int) []op {
	return (&source{Rand: rand.New(rand.NewSource(int64(number)))}).body(3, 6)
}

// The program of this process: its number, and how often it gives way before it begins.
func child(number, turns int) {
	debug.SetGCPercent(-1)
	ctxs[0], cancels[0] = context.WithCancel(context.Background())
	ctxs[1], cancels[1] = context.WithCancel(ctxs[0])
	for ; turns > 0; turns-- {
		runtime.Gosched()
	}
	run(0, program(number))
}

var waiting = regexp.MustCompile(`(?m)^goroutine (\d+) \[([^\]]*)\]`)

func attempt(number, turns int) (trace, end string) {
	self, _ := os.Executable()
	// The rare deadlock that the runtime does not notice is like nothing else.
	patience, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(patience, self, strconv.Itoa(number), strconv.Itoa(turns))
	cmd.Env = []string{"GOMAXPROCS=1", "GOTRACEBACK=all"}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); patience.Err() != nil {
		return "", ""
	} else if err != nil {
		out := stderr.String()
		end = strings.TrimSpace(strings.Split(out, "\n\n")[0])
		if strings.HasSuffix(end, "deadlock!") {
			all := waiting.FindAllStringSubmatch(out, -1)
			id := func(i int) int { n, _ := strconv.Atoi(all[i][1]); return n }
			sort.Slice(all, func(i, j int) bool { return id(i) < id(j) })
			for _, g := range all {
				end += "\n" + g[2]
			}
		}
	}
	return strings.TrimSpace(stdout.String()), end
}

// What the program does if it does much, and the same each time.
func attempts(number int) (trace, end string, ok bool) {
	trace, end = attempt(number, 0)
	if strings.Count(trace, ":") < entries {
		return "", "", false
	}
	for k := 1; k < alike; k++ {
		if t, e := attempt(number, k*7); t != trace || e != end {
			return "", "", false
		}
	}
	return trace, end, true
}

type row struct {
	Program string `json:"program"`
	Trace   string `json:"trace"`
	End     string `json:"end,omitempty"`
}

func main() {
	if len(os.Args) > 2 {
		arg := func(i int) int { n, _ := strconv.Atoi(os.Args[i]); return n }
		child(arg(1), arg(2))
		return
	}
	var rows []row
	for i := 0; len(rows) < recorded; i++ {
		if trace, end, ok := attempts(i); ok {
			rows = append(rows, row{text(program(i)), trace, end})
		}
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	if err := out.Encode(map[string]interface{}{"go": runtime.Version(), "cases": rows}); err != nil {
		panic(err)
	}
}
