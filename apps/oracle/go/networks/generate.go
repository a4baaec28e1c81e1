package main

import (
	"math/rand"
	"strings"
)

// Why order does not matter: a channel has one reader and one writer, both of which do the same whatever the others do; or many of
// one side, and then what comes is only added up. What goroutines do to an integer commutes, and it is logged when all have. Who
// holds a lock waits for nobody else. A context is cancelled by one goroutine, and nothing else is chosen where it might be.

const shortest, longest = 80, 420

type source struct {
	*rand.Rand
	// WaitGroup 0 is that of all goroutines which no other one waits for.
	chans, wgs, locks, conds, ctxs int
	// Whether the program is one of which a step may be left out: then some wait for good, always the same.
	fragile bool
	// Whether some try again and again, which leaves virtual time no moment to move in.
	spins bool
}

func fresh(counter *int) int { *counter++; return *counter }

func (r *source) pick(ks string) byte { return ks[r.Intn(len(ks))] }

func (r *source) some(most int) int { return 1 + r.Intn(most) }

// Steps that wait for no one and log nothing.
func (r *source) quiet() op {
	switch k := r.pick("+*heyyz"); k {
	case '+', '*':
		return do(k, 2+r.Intn(8))
	case 'z':
		if !r.spins && r.Intn(3) == 0 {
			return do('z', r.some(2))
		}
		return do('y', 0)
	default:
		return do(k, 0)
	}
}

// Whatever a goroutine may do that is one of a kind.
func (r *source) inner(depth int) (ops []op) {
	for i := r.Intn(3); i > 0; i-- {
		ops = append(ops, r.step(depth-1)...)
	}
	return
}

func (r *source) step(depth int) []op {
	n := r.Intn(22)
	if depth <= 0 {
		n = r.Intn(8)
	}
	switch {
	case n < 4:
		return list(r.quiet())
	case n < 6:
		return list(do(r.pick("lL"), 0))
	case n < 8:
		return r.panics(depth)
	case n < 11:
		return r.stream(depth)
	case n < 12:
		return r.pipeline(depth)
	case n < 13:
		return r.pingPong(depth)
	case n < 15:
		return r.selecting(depth)
	case n < 16:
		return r.barrier()
	case n < 17:
		return r.cancelled(depth)
	case n < 18:
		return r.counter()
	case n < 19:
		return list(spawn(r.inner(depth), do('l', 0), r.ending(depth)))
	case r.fragile:
		return r.stream(depth)
	case n < 20:
		return r.fanIn()
	case n < 21:
		return r.pool()
	default:
		return []func() []op{r.tokens, r.limit, r.deadline}[r.Intn(3)]()
	}
}

// How a goroutine may end.
func (r *source) ending(depth int) []op {
	switch r.Intn(4) {
	case 0:
		return list(deferred(do('l', 0), r.inner(depth)), do('x', 0))
	case 1:
		return list(deferred(do('r', 0)), deferred(do('p', 5)), do('x', 0))
	case 2:
		return list(deferred(do('r', 0), r.inner(depth)), do('p', 6))
	default:
		return r.inner(depth)
	}
}

// A panic that is recovered.
func (r *source) panics(depth int) []op {
	ch := fresh(&r.chans)
	var last []op
	switch r.Intn(6) {
	case 0:
		last = list(makeChan(ch, 1), do('k', ch), do(r.pick("ks"), ch))
	case 1:
		last = list(do('k', most-1))
	case 2:
		last = list(do('D', fresh(&r.wgs)))
	case 3:
		last = list(deferred(r.quiet(), do('p', 2)), do('p', 1))
	case 4:
		last = list(call(deferred(do('l', 0)), do('p', 3)))
	default:
		last = list(do('p', 4))
	}
	return list(call(deferred(do('r', 0)), r.inner(depth), last))
}

func (r *source) send(ch int) op {
	if r.spins && r.Intn(2) == 0 {
		return do('t', ch)
	}
	return do('s', ch)
}

// Sends n values and closes.
func (r *source) produce(ch, n int) []op {
	if r.Intn(4) == 0 {
		return list(selects(either('s', ch, n)), do('k', ch))
	}
	return list(times(n, do('+', r.some(5)), r.quiet(), r.send(ch)), do('k', ch))
}

// Receives until it is closed.
func (r *source) consume(ch, n, room int) []op {
	switch r.Intn(4) {
	case 0:
		return list(selects(either('v', ch, 0)), do('L', 0))
	case 1:
		return list(times(n+1, do('v', ch), do('h', 0), do('l', 0)))
	case 2:
		if r.spins && room > 0 { // without room two that only try never meet
			return list(times(n+1, do('u', ch), do('h', 0), r.quiet()), do('L', 0))
		} else if !r.fragile {
			return list(times(n+1, do('J', ch), do('l', 0)))
		}
	}
	return list(of('f', ch, do('h', 0), r.quiet()), do('L', 0))
}

func (r *source) stream(depth int) []op {
	ch, n, room := fresh(&r.chans), r.some(5), r.Intn(4)
	from := list(r.inner(depth), r.produce(ch, n), r.inner(depth))
	to := list(r.consume(ch, n, room), r.inner(depth))
	if r.Intn(3) == 0 {
		from, to = to, from
	}
	return list(makeChan(ch, room), spawn(from), to)
}

func (r *source) pipeline(depth int) (ops []op) {
	ch, n := fresh(&r.chans), r.some(6)
	ops = list(makeChan(ch, r.Intn(2)), spawn(r.produce(ch, n)))
	for i := r.some(3); i > 0; i-- {
		next := fresh(&r.chans)
		stage := list(do('*', 1+r.some(8)), do('+', 1), r.send(next))
		if r.Intn(2) == 0 {
			stage = list(do('+', r.some(2)), of('%', 1+r.some(2), r.send(next)))
		}
		ops = list(ops, makeChan(next, r.Intn(3)), spawn(of('f', ch, stage), do('k', next), r.inner(depth)))
		ch = next
	}
	return list(ops, of('f', ch, do('h', 0), r.quiet()), do('L', 0))
}

func (r *source) pingPong(depth int) []op {
	there, back, n := fresh(&r.chans), fresh(&r.chans), r.some(5)
	return list(makeChan(there, r.Intn(2)), makeChan(back, r.Intn(2)),
		spawn(times(n, do('v', there), do('*', 2+r.some(7)), r.quiet(), r.send(back)), r.inner(depth)),
		times(n, do('s', there), do('v', back), do('h', 0)), do('L', 0))
}

// Selects over channels, each with one goroutine at the other end.
func (r *source) selecting(depth int) (ops []op) {
	var cases []op
	for i := 1 + r.some(2); i > 0; i-- {
		ch, n := fresh(&r.chans), r.some(4)
		ops = append(ops, makeChan(ch, r.Intn(3)))
		if r.Intn(3) == 0 {
			ops = append(ops, spawn(times(n, do('v', ch), do('h', 0), r.quiet()), do('L', 0), r.inner(depth)))
			cases = append(cases, either('s', ch, n))
		} else {
			ops = append(ops, spawn(r.produce(ch, n), r.inner(depth)))
			cases = append(cases, either('v', ch, 0))
		}
	}
	return list(ops, selects(cases...), do('L', 0))
}

// n goroutines that this one waits for.
func (r *source) team(n int, member func() []op) []op {
	wg := fresh(&r.wgs)
	ops := list()
	for i := 0; i < n; i++ {
		ops = append(ops, do('+', 1), of('G', wg, member()))
	}
	return list(ops, do('B', wg))
}

func (r *source) counter() []op {
	n := fresh(&r.locks)
	kind := r.pick("UUAPOT")
	if kind == 'T' && !r.spins {
		kind = 'U'
	}
	act := func() []op {
		switch kind {
		case 'A':
			return list(do('A', n))
		case 'P':
			return list(of(r.pick("PPQ"), n, do('y', 0)))
		case 'U':
			if r.Intn(3) == 0 {
				return list(call(deferred(do('j', 0)), of('U', n, r.quiet(), of('%', 2, do('p', 1)))))
			}
			return list(of('U', n, r.quiet()))
		case 'O': // all know who begins with 7, and who began panics alone
			once := of('O', n, do('=', 7), do('y', 0), do('A', n), do('p', 1))
			return list(call(deferred(do('j', 0), do('A', n)), once))
		default:
			return list(of(kind, n, r.quiet()))
		}
	}
	return list(r.team(1+r.some(3), func() []op { return list(times(r.some(3), do('+', 1), act())) }), do('?', n))
}

func (r *source) barrier() []op {
	n, b, size := fresh(&r.locks), fresh(&r.conds), 1+r.some(3)
	return r.team(size, func() []op {
		return list(r.quiet(), do('A', n), op{k: 'b', n: b, v: size}, do('?', n))
	})
}

// Contexts, children of each other or not, that are cancelled, and a stream meanwhile.
func (r *source) cancelled(depth int) (ops []op) {
	var mine []int
	for i := r.some(3); i > 0; i-- {
		mine = append(mine, fresh(&r.ctxs))
		parent := mine[r.Intn(len(mine))]
		ops = append(ops, op{k: 'i', n: mine[len(mine)-1], v: parent})
	}
	for _, ctx := range mine {
		ops = append(ops, spawn(do('Z', ctx), r.inner(depth)))
	}
	ch, n := fresh(&r.chans), r.some(3)
	ops = list(ops, makeChan(ch, 0), spawn(r.produce(ch, n)),
		times(n+1, op{k: 'V', n: ch, v: mine[0]}, do('h', 0)), do('L', 0))
	for i := range mine {
		if r.Intn(2) == 0 {
			ops = append(ops, do('X', mine[len(mine)-1-i]))
		}
	}
	for _, ctx := range mine {
		ops = append(ops, do('X', ctx))
	}
	return append(ops, do('Z', mine[0]))
}

// The sum of what comes in any order, and an a that is not what came last.
func (r *source) addUp(ch int) []op {
	return list(of('f', ch, do('e', 0)), do('L', 0), do('=', r.some(9)))
}

// Many writers, the last of which closes.
func (r *source) fanIn() []op {
	ch, wg := fresh(&r.chans), fresh(&r.wgs)
	ops := list(makeChan(ch, r.Intn(3)))
	for i := 1 + r.some(3); i > 0; i-- {
		ops = append(ops, do('+', 1), of('G', wg, times(r.some(3), do('+', 2), r.quiet(), r.send(ch))))
	}
	return list(ops, spawn(do('B', wg), do('k', ch)), r.addUp(ch))
}

// Workers that share jobs, some of which panic.
func (r *source) pool() []op {
	jobs, results, wg := fresh(&r.chans), fresh(&r.chans), fresh(&r.wgs)
	ops := list(makeChan(jobs, r.Intn(3)), makeChan(results, r.Intn(3)), spawn(r.produce(jobs, 2+r.Intn(6))))
	job := list(do('*', 3), r.send(results), call(deferred(do('j', 0), r.send(results)), of('%', 2, do('p', 1))))
	for i := r.some(3); i > 0; i-- {
		ops = append(ops, of('G', wg, of('f', jobs, job)))
	}
	return list(ops, spawn(do('B', wg), do('k', results)), r.addUp(results))
}

func (r *source) tokens() []op {
	c, n := fresh(&r.conds), r.some(4)
	var ops []op
	for i := 0; i < n; i++ {
		ops = append(ops, spawn(r.quiet(), do('C', c), do('l', 0)))
	}
	return list(ops, times(n, r.quiet(), do('S', c)))
}

// A channel whose room limits how many are at work.
func (r *source) limit() []op {
	ch, n := fresh(&r.chans), fresh(&r.locks)
	return list(makeChan(ch, r.some(2)), r.team(3, func() []op {
		return list(do('=', 1), times(r.some(2), do('s', ch), of('U', n, do('y', 0)), do('v', ch)))
	}), do('?', n))
}

func (r *source) deadline() []op {
	if r.spins {
		return r.tokens()
	}
	ctx := fresh(&r.ctxs)
	return list(op{k: 'I', n: ctx, v: r.some(2)}, spawn(do('Z', ctx)), do('Z', ctx), do('X', ctx))
}

// Leaves out a send, a receive, a close or a cancel, if the steps have one.
func (r *source) leaveOut(ops []op) []op {
	at := r.Intn(len(ops))
	for range ops {
		o := &ops[at]
		if strings.IndexByte("svkX", o.k) >= 0 && len(ops) > 1 {
			return append(append([]op{}, ops[:at]...), ops[at+1:]...)
		}
		if len(o.body) > 0 && o.k != 'w' {
			if body := r.leaveOut(o.body); len(body) < len(o.body) || text(body) != text(o.body) {
				o.body = body
				return ops
			}
		}
		at = (at + 1) % len(ops)
	}
	return ops
}

func program(number int) []op {
	r := &source{Rand: rand.New(rand.NewSource(int64(number)))}
	r.fragile = r.Intn(3) == 0
	r.spins = !r.fragile && r.Intn(2) == 0
	var ops []op
	for i := 2 + r.Intn(3); i > 0; i-- {
		ops = append(ops, r.step(3)...)
	}
	if r.fragile && r.Intn(3) > 0 {
		ops = r.leaveOut(ops)
	}
	ops = list(ops, do('B', 0), do('L', 0))
	switch r.Intn(10) {
	case 0:
		return list(ops, do('p', 1))
	case 1:
		return list(deferred(do('l', 0)), ops, call(deferred(do('p', 2)), do('p', 1)))
	case 2:
		return list(deferred(do('l', 0)), ops, do('x', 0))
	}
	return ops
}
