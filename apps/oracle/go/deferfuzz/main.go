// deferfuzz runs random programs of defer, panic, recover, Goexit and calls. A program is a list of steps, the body of
// a function with a named result:
//
//	lN log N          r  log what recover gives   pN panic(N)       g  Goexit      sN result = N     tN return N
//	D(…) defer a function with that body          C(…) call one and log its result                  N  defer a nil function
//	R  defer recover()                            SN defer a closure that sets result
//	XN the same, logging recover first            E  defer a closure in which a nested function calls recover
//
// "trace" is what was logged and how the function ended in a goroutine ("return N", "panic V", "goexit"); "text" is what the
// program prints when it dies of a panic in main, up to the trace.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

const programs = 600

type op struct {
	k    byte
	v    int
	body []op
}

var trace []string

func log(f string, a ...interface{}) { trace = append(trace, fmt.Sprintf(f, a...)) }

func run(ops []op) (result int) {
	for _, o := range ops {
		switch v := o.v; o.k {
		case 'l':
			log("l%d", v)
		case 'r':
			log("r%v", recover())
		case 'D':
			defer run(o.body)
		case 'C':
			log("c%d", run(o.body))
		case 'N':
			var f func()
			defer f()
		case 'R':
			defer recover()
		case 'S':
			defer func() { result = v }()
		case 'X':
			defer func() { log("x%v", recover()); result = v }()
		case 'E':
			defer func() { func() { log("e%v", recover()) }() }()
		case 'p':
			panic(v)
		case 'g':
			runtime.Goexit()
		case 's':
			result = v
		case 't':
			return v
		}
	}
	return
}

func body(rng *rand.Rand, depth int) []op {
	ops := make([]op, 1+rng.Intn(4))
	for i := range ops {
		n := 11
		if depth > 0 {
			n = 18
		}
		o := op{v: 1 + rng.Intn(97)}
		switch n = rng.Intn(n); {
		case n < 9:
			o.k = "lrrrppgst"[n]
		case n == 9:
			o.k = "SXER"[rng.Intn(4)]
		case n == 10:
			o.k = "Nlll"[rng.Intn(4)]
		case n < 15:
			o.k, o.body = 'D', body(rng, depth-1)
		default:
			o.k, o.body = 'C', body(rng, depth-1)
		}
		ops[i] = o
	}
	return ops
}

func show(ops []op) string {
	var parts []string
	for _, o := range ops {
		switch o.k {
		case 'D', 'C':
			parts = append(parts, string(o.k)+"("+show(o.body)+")")
		case 'r', 'g', 'N', 'R', 'E':
			parts = append(parts, string(o.k))
		default:
			parts = append(parts, string(o.k)+strconv.Itoa(o.v))
		}
	}
	return strings.Join(parts, " ")
}

func traced(ops []op) string {
	trace = nil
	done := make(chan bool)
	go func() {
		end := "goexit"
		defer close(done)
		defer func() { log("%s", end) }()
		defer func() {
			if r := recover(); r != nil {
				end = fmt.Sprintf("panic %v", r)
			}
		}()
		end = fmt.Sprintf("return %d", run(ops))
	}()
	<-done
	return strings.Join(trace, " ")
}

type row struct {
	Program string `json:"program"`
	Trace   string `json:"trace"`
	Text    string `json:"text,omitempty"`
}

func main() {
	rng := rand.New(rand.NewSource(20))
	all := make([][]op, programs)
	for i := range all {
		all[i] = body(rng, 4)
	}
	if len(os.Args) > 1 {
		i, _ := strconv.Atoi(os.Args[1])
		run(all[i])
		return
	}
	var rows []row
	for i, ops := range all {
		r := row{Program: show(ops), Trace: traced(ops)}
		if strings.Contains(r.Trace, "panic ") {
			self, _ := os.Executable()
			var stderr strings.Builder
			child := exec.Command(self, strconv.Itoa(i))
			child.Stderr = &stderr
			_ = child.Run()
			r.Text = strings.Split(strings.Split(stderr.String(), "\n\n")[0], "\n[signal")[0]
		}
		rows = append(rows, r)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	if err := out.Encode(map[string]interface{}{"go": runtime.Version(), "cases": rows}); err != nil {
		panic(err)
	}
}
