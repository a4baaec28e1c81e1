// The same jobs in real Go. `bench list` prints the jobs; `bench job n runs ms unit` does one and prints a report as JSON,
// as the measuring process of JavaScript does.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"time"
)

// A meter marks the part of a job that is timed.
type meter struct {
	total  time.Duration
	from   time.Time
	marked bool
}

func (m *meter) start() { m.marked = true; m.from = time.Now() }
func (m *meter) stop()  { m.total += time.Since(m.from) }

// A job returns a check value, and a value if it measures something other than time (else a negative number).
type job func(n int, m *meter) (check float64, value float64)

var jobs = map[string]job{}

// Jobs that are measured with another put their values here, in the unit of the job.
var more = map[string]float64{}

// Nanoseconds of each of n operations.
func per(d time.Duration, n int) float64 { return float64(d.Nanoseconds()) / float64(n) }

const timed = -1

func main() {
	if len(os.Args) == 2 && os.Args[1] == "list" {
		names := []string{}
		for name := range jobs {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Println(name)
		}
		return
	}
	name, unit := os.Args[1], os.Args[5]
	n, _ := strconv.Atoi(os.Args[2])
	runs, _ := strconv.Atoi(os.Args[3])
	// No further run once what was timed has taken that long; "Infinity" is a number to both sides.
	ms, _ := strconv.ParseFloat(os.Args[4], 64)
	spent := 0.0
	one := func(n int) (float64, float64) {
		runtime.GC()
		m := &meter{}
		began := time.Now()
		check, value := jobs[name](n, m)
		took := time.Since(began)
		if m.marked {
			took = m.total
		}
		spent += float64(took.Nanoseconds()) / 1e6
		if value < 0 {
			value = float64(took.Nanoseconds()) / 1e6
			if unit == "ns" {
				value = value * 1e6 / float64(n)
			}
		}
		return check, value
	}
	if runs > 0 {
		// As child.ts warms up.
		if n > 1e6 {
			one(1e6)
		} else {
			one(n)
		}
	} else {
		runs = 1
	}
	extra := map[string]float64{}
	spent = 0
	check, least := one(n)
	keep := func() {
		for id, v := range more {
			if old, ok := extra[id]; !ok || v < old {
				extra[id] = v
			}
		}
	}
	keep()
	for i := 1; i < runs && spent < ms; i++ {
		if _, v := one(n); v < least {
			least = v
		}
		keep()
	}
	list, _ := json.Marshal(extra)
	text := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	fmt.Printf("{\"check\":%s,\"value\":%s,\"more\":%s}\n", text(check), text(least), list)
}
