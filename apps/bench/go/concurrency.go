package main

import (
	"context"
	"runtime"
	"sort"
	"sync"
	"time"
)

func pair(capacity int) job {
	return func(n int, m *meter) (float64, float64) {
		ch := make(chan int, capacity)
		go func() {
			for i := 0; i < n; i++ {
				ch <- i
			}
			close(ch)
		}()
		sum := 0
		for i := 0; i < n; i++ {
			sum += <-ch
		}
		return float64(sum), timed
	}
}

func selectReady(n int, m *meter) (float64, float64) {
	a, b := make(chan int, 1), make(chan int, 1)
	a <- 1
	b <- 1
	sum := 0
	for i := 0; i < n; i++ {
		select {
		case v := <-a:
			sum += v
			a <- 1
		case v := <-b:
			sum += v
			b <- 1
		}
	}
	return float64(sum), timed
}

func selectBlocking(n int, m *meter) (float64, float64) {
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
	sum := 0
	for i := 0; i < n; i++ {
		select {
		case v := <-a:
			sum += v
		case v := <-b:
			sum += v
		}
	}
	return float64(sum), timed
}

func sieve(n int, m *meter) (float64, float64) {
	ch := make(chan int)
	go func(out chan<- int) {
		for i := 2; ; i++ {
			out <- i
		}
	}(ch)
	prime := 0
	for i := 0; i < n; i++ {
		prime = <-ch
		next := make(chan int)
		go func(from <-chan int, to chan<- int, prime int) {
			for {
				if i := <-from; i%prime != 0 {
					to <- i
				}
			}
		}(ch, next, prime)
		ch = next
	}
	return float64(prime), timed
}

func spawn(n int, m *meter) (float64, float64) {
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		go wg.Done()
		if i%1000 == 999 {
			wg.Wait()
		}
	}
	wg.Wait()
	return float64(n), timed
}

func parked(n int, m *meter) (float64, float64) {
	var before, after runtime.MemStats
	ch, done := make(chan int), make(chan int, n)
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := 0; i < n; i++ {
		go func() {
			<-ch
			done <- 1
		}()
		if i%1000 == 999 {
			runtime.Gosched()
		}
	}
	runtime.Gosched()
	runtime.ReadMemStats(&after)
	used := float64(after.Sys - after.HeapIdle - (before.Sys - before.HeapIdle))
	close(ch)
	woken := 0
	for i := 0; i < n; i++ {
		woken += <-done
	}
	return float64(woken), used / float64(n)
}

func delay(i int) time.Duration {
	return time.Duration(3600000+float64(uint32(i)*0x9e3779b1)/1200) * time.Millisecond
}

func timers(n int, m *meter) (float64, float64) {
	all := make([]*time.Timer, n)
	t0 := time.Now()
	for i := range all {
		all[i] = time.AfterFunc(delay(i), func() {})
	}
	t1 := time.Now()
	stopped := 0
	for _, t := range all {
		if t.Stop() {
			stopped++
		}
	}
	more["sched/timer-stop"] = per(time.Since(t1), n)
	return float64(stopped), per(t1.Sub(t0), n)
}

func fire(n int, m *meter) (float64, float64) {
	done := make(chan int)
	var mu sync.Mutex
	fired := 0
	for i := 0; i < n; i++ {
		time.AfterFunc(time.Duration(1+i%50)*time.Millisecond, func() {
			mu.Lock()
			fired++
			last := fired == n
			mu.Unlock()
			if last {
				done <- n
			}
		})
	}
	return float64(<-done), timed
}

func tryLock(n int, m *meter) (float64, float64) {
	var mu sync.Mutex
	count := 0
	for i := 0; i < n; i++ {
		if mu.TryLock() {
			count++
			mu.Unlock()
		}
	}
	return float64(count), timed
}

func lock(n int, m *meter) (float64, float64) {
	var mu sync.Mutex
	count := 0
	for i := 0; i < n; i++ {
		mu.Lock()
		count++
		mu.Unlock()
	}
	return float64(count), timed
}

func wide(n int, m *meter) (float64, float64) {
	root, cancel := context.WithCancel(context.Background())
	all := make([]context.Context, n)
	for i := range all {
		all[i], _ = context.WithCancel(root)
	}
	cancel()
	count := 0
	for _, c := range all {
		if c.Err() != nil {
			count++
		}
	}
	return float64(count), timed
}

func deep(n int, m *meter) (float64, float64) {
	root, cancel := context.WithCancel(context.Background())
	leaf := root
	for i := 0; i < n; i++ {
		leaf, _ = context.WithCancel(leaf)
	}
	cancel()
	if leaf.Err() == nil {
		return 0, timed
	}
	return float64(n), timed
}

// Twenty 10 ms timers while two goroutines hand values over for n milliseconds: the 99.9th percentile of how late they
// fire, in milliseconds, as in workload.ts.
func lateness(n int, m *meter) (float64, float64) {
	var mu sync.Mutex
	late := []float64{}
	due := make([]time.Time, 20)
	running := true
	var arm func(id int, wait time.Duration)
	arm = func(id int, wait time.Duration) {
		due[id] = time.Now().Add(wait)
		time.AfterFunc(wait, func() {
			mu.Lock()
			defer mu.Unlock()
			if running {
				late = append(late, time.Since(due[id]).Seconds()*1000)
				arm(id, 10*time.Millisecond)
			}
		})
	}
	end := time.Now().Add(time.Duration(n) * time.Millisecond)
	mu.Lock()
	for id := range due {
		arm(id, 10*time.Millisecond+time.Duration(id)*time.Millisecond/2)
	}
	mu.Unlock()
	ch := make(chan int)
	go func() {
		for i := 0; i&63 != 0 || time.Now().Before(end); i++ {
			ch <- 1
		}
		close(ch)
	}()
	for range ch {
	}
	mu.Lock()
	defer mu.Unlock()
	running = false
	for _, at := range due {
		if d := time.Since(at); d > 0 {
			late = append(late, d.Seconds()*1000)
		}
	}
	sort.Float64s(late)
	at := len(late) * 999 / 1000
	if at >= len(late) {
		at = len(late) - 1
	}
	return 0, late[at]
}

func init() {
	jobs["latency/timer"] = lateness
	jobs["chan/unbuffered"] = pair(0)
	jobs["chan/buffered"] = pair(100)
	jobs["chan/select-ready"] = selectReady
	jobs["chan/select-blocking"] = selectBlocking
	jobs["chan/sieve"] = sieve
	jobs["sched/spawn"] = spawn
	jobs["sched/parked"] = parked
	jobs["sched/timer-add"] = timers
	jobs["sched/timer-fire"] = fire
	jobs["sync/trylock"] = tryLock
	jobs["sync/lock"] = lock
	jobs["context/wide"] = wide
	jobs["context/deep"] = deep
}
