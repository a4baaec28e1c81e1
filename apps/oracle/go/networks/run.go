package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// More than any program has of a kind. The last channel is never made.
const most = 256

var (
	chans   [most]chan int
	wgs     [most]sync.WaitGroup
	mus     [most]sync.Mutex
	rws     [most]sync.RWMutex
	onces   [most]sync.Once
	ctxs    [most]context.Context
	cancels [most]context.CancelFunc
	// What goroutines share, and the second integer that goes with each.
	ints, twins [most]int64
	// At a Cond: tokens, or how many have come.
	conds   [most]*sync.Cond
	counted [most]int
)

func init() {
	for i := range conds {
		conds[i] = sync.NewCond(new(sync.Mutex))
	}
}

// A goroutine of the program.
type proc struct {
	name string
	kids int
	a, b int
}

func (p *proc) log(a ...interface{}) {
	_, _ = syscall.Write(1, []byte(fmt.Sprint(p.name, ":", fmt.Sprint(a...), "\n")))
}

func fold(h, v int) int { return (h*31 + v) % 9973 }

func show(r interface{}) string {
	if err, ok := r.(error); ok {
		return err.Error()
	}
	return fmt.Sprint(r)
}

func (p *proc) took(v int, ok bool) {
	if p.a = v; !ok {
		p.a--
	}
}

func (p *proc) run(ops []op) {
	for _, o := range ops {
		switch n := o.n; o.k {
		case '=':
			p.a = n
		case '+':
			p.a += n
		case '*':
			p.a = p.a * n % 997
		case 'h':
			p.b = fold(p.b, p.a)
		case 'e':
			p.b += p.a
		case '%':
			if p.a%n == 0 {
				p.run(o.body)
			}
		case 'R':
			for i := 0; i < n; i++ {
				p.run(o.body)
			}
		case 'l':
			p.log(p.a)
		case 'L':
			p.log(p.b)
		case '?':
			p.log(ints[n])
		case 'c':
			p.run(o.body)
		case 'd':
			defer p.run(o.body)
		case 'p':
			panic(n)
		case 'r':
			p.log("r", show(recover()))
		case 'j':
			if p.a = 0; recover() != nil {
				p.a = 1
			}
		case 'x':
			runtime.Goexit()
		case 'y':
			runtime.Gosched()
		case 'z':
			time.Sleep(time.Duration(n) * time.Millisecond)
		case 'G':
			p.start(n, o.body)
		case 'D':
			wgs[n].Done()
		case 'B':
			wgs[n].Wait()
		case 'm':
			chans[n] = make(chan int, o.v)
		case 'k':
			close(chans[n])
		case 's':
			chans[n] <- p.a
		case 'v':
			v, ok := <-chans[n]
			p.took(v, ok)
		case 'f':
			for p.a = range chans[n] {
				p.run(o.body)
			}
		case 't':
			for sent := false; !sent; {
				select {
				case chans[n] <- p.a:
					sent = true
				default:
					runtime.Gosched()
				}
			}
		case 'u':
			for came := false; !came; {
				select {
				case v, ok := <-chans[n]:
					p.took(v, ok)
					came = true
				default:
					runtime.Gosched()
				}
			}
		case 'V':
			select {
			case v, ok := <-chans[n]:
				p.took(v, ok)
			case <-ctxs[o.v].Done():
				p.log("!")
			}
		case 'J':
			timer := time.NewTimer(time.Hour)
			select {
			case v, ok := <-chans[n]:
				p.took(v, ok)
			case <-timer.C:
				p.log("!")
			}
			p.log(timer.Stop())
		case 'w':
			p.selects(o.body)
		case 'U':
			mus[n].Lock()
			p.update(&mus[n], n, o.body)
		case 'T':
			for !mus[n].TryLock() {
				runtime.Gosched()
			}
			p.update(&mus[n], n, o.body)
		case 'P':
			rws[n].Lock()
			ints[n] += int64(p.a)
			p.run(o.body)
			twins[n] = ints[n]
			rws[n].Unlock()
		case 'Q':
			rws[n].RLock()
			x := ints[n]
			p.run(o.body)
			if x != ints[n] || x != twins[n] {
				p.log("!")
			}
			rws[n].RUnlock()
		case 'A':
			atomic.AddInt64(&ints[n], int64(p.a))
		case 'O':
			onces[n].Do(func() { p.run(o.body) })
		case 'b':
			conds[n].L.Lock()
			if counted[n]++; counted[n] == o.v {
				conds[n].Broadcast()
			}
			for counted[n] < o.v {
				conds[n].Wait()
			}
			conds[n].L.Unlock()
		case 'S':
			conds[n].L.Lock()
			counted[n]++
			conds[n].Signal()
			conds[n].L.Unlock()
		case 'C':
			conds[n].L.Lock()
			for counted[n] == 0 {
				conds[n].Wait()
			}
			counted[n]--
			conds[n].L.Unlock()
		case 'i':
			parent := context.Background()
			if n != o.v {
				parent = ctxs[o.v]
			}
			ctxs[n], cancels[n] = context.WithCancel(parent)
		case 'I':
			ctxs[n], cancels[n] = context.WithTimeout(context.Background(), time.Duration(o.v)*time.Millisecond)
		case 'X':
			cancels[n]()
		case 'Z':
			<-ctxs[n].Done()
			p.log(ctxs[n].Err())
		}
	}
}

func (p *proc) start(wg int, body []op) {
	p.kids++
	child := &proc{name: fmt.Sprint(p.name, ".", p.kids), a: p.a}
	wgs[wg].Add(1)
	go func() {
		defer wgs[wg].Done()
		child.run(body)
		child.log(".")
	}()
}

// With the lock held.
func (p *proc) update(mu sync.Locker, n int, body []op) {
	defer mu.Unlock()
	x := ints[n]
	p.run(body)
	ints[n] = x + int64(p.a)
}

func (p *proc) selects(cases []op) {
	var left, hash [3]int
	for i, o := range cases {
		if left[i] = o.v; o.v == 0 {
			left[i] = -1
		}
	}
	took := func(i, v int, ok bool) {
		if left[i]--; !ok {
			left[i] = 0
			v--
		}
		hash[i] = fold(hash[i], v)
	}
	for left != [3]int{} {
		var send, recv [3]chan int // cases that there are not, or not any more, are of the nil channel
		for i, o := range cases {
			if left[i] != 0 && o.k == 's' {
				send[i] = chans[o.n]
			} else if left[i] != 0 {
				recv[i] = chans[o.n]
			}
		}
		select {
		case send[0] <- p.a + left[0]:
			left[0]--
		case send[1] <- p.a + left[1]:
			left[1]--
		case send[2] <- p.a + left[2]:
			left[2]--
		case v, ok := <-recv[0]:
			took(0, v, ok)
		case v, ok := <-recv[1]:
			took(1, v, ok)
		case v, ok := <-recv[2]:
			took(2, v, ok)
		}
	}
	for _, h := range hash {
		p.b = fold(p.b, h)
	}
}
