// The same jobs in Go, for comparison: GOMAXPROCS=1 go run context.go
package main

import (
	"context"
	"fmt"
	"sort"
	"time"
)

const n = 100000

func wide() {
	root, cancel := context.WithCancel(context.Background())
	for i := 0; i < n; i++ {
		_, f := context.WithCancel(root)
		_ = f
	}
	cancel()
}

func deep() {
	root, cancel := context.WithCancel(context.Background())
	ctx := root
	for i := 0; i < n; i++ {
		c, f := context.WithCancel(ctx)
		_ = f
		ctx = c
	}
	cancel()
}

func each() {
	root, cancelRoot := context.WithCancel(context.Background())
	for i := 0; i < n; i++ {
		_, cancel := context.WithCancel(root)
		cancel()
	}
	cancelRoot()
}

func deadlines() {
	root, cancel := context.WithCancel(context.Background())
	for i := 0; i < n; i++ {
		_, f := context.WithTimeout(root, time.Hour+time.Duration(i)*time.Millisecond)
		_ = f
	}
	cancel()
}

func lookup() {
	ctx := context.WithValue(context.Background(), "key", 1)
	for i := 0; i < 10; i++ {
		ctx, _ = context.WithCancel(context.WithValue(ctx, i, i))
	}
	for i := 0; i < n; i++ {
		ctx.Value("key")
	}
}

func main() {
	for _, j := range []struct {
		name string
		f    func()
	}{
		{"wide: create and cancel", wide},
		{"deep: create and cancel", deep},
		{"one after the other", each},
		{"wide, with deadlines", deadlines},
		{"value, 20 levels up", lookup},
	} {
		var t []float64
		for r := 0; r < 7; r++ {
			s := time.Now()
			j.f()
			t = append(t, float64(time.Since(s).Nanoseconds())/n)
		}
		sort.Float64s(t)
		fmt.Printf("Go: %-26s %6.0f ns  (%.0f–%.0f)\n", j.name, t[3], t[0], t[6])
	}
}
