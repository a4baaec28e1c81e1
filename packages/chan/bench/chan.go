// The same jobs in Go, for comparison: GOMAXPROCS=1 go run chan.go
package main

import (
	"fmt"
	"sort"
	"time"
)

const n = 1000000

func pair(c int) {
	ch := make(chan int, c)
	go func() {
		for i := 0; i < n; i++ {
			ch <- i
		}
	}()
	for i := 0; i < n; i++ {
		<-ch
	}
}

func selectReady() {
	a, b := make(chan int, 1), make(chan int, 1)
	a <- 1
	b <- 1
	for i := 0; i < n; i++ {
		select {
		case <-a:
			a <- 1
		case <-b:
			b <- 1
		}
	}
}

func selectBlocking() {
	a, b := make(chan int), make(chan int)
	go func() {
		for i := 0; i < n; i++ {
			if i&1 == 1 {
				a <- i
			} else {
				b <- i
			}
		}
	}()
	for i := 0; i < n; i++ {
		select {
		case <-a:
		case <-b:
		}
	}
}

func main() {
	jobs := []struct {
		name string
		f    func()
	}{
		{"unbuffered send+recv", func() { pair(0) }},
		{"buffered (100) send+recv", func() { pair(100) }},
		{"select, two ready", selectReady},
		{"select, two blocking (with the send)", selectBlocking},
	}
	for _, j := range jobs {
		var t []float64
		for r := 0; r < 5; r++ {
			s := time.Now()
			j.f()
			t = append(t, float64(time.Since(s).Nanoseconds())/n)
		}
		sort.Float64s(t)
		fmt.Printf("Go: %-36s %6.0f ns  (%.0f–%.0f)\n", j.name, t[2], t[0], t[4])
	}
}
