package main

import (
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"time"
)

var sink []byte

func pairs(n int, m *meter) (float64, float64) {
	check := 0
	for i := 0; i < n; i++ {
		p := make([]byte, 64)
		p[0] = byte(i)
		sink = p
		check += int(p[0])
	}
	return float64(check), timed
}

func churn(live int) job {
	return func(n int, m *meter) (float64, float64) {
		sizes, at := blockSizes(), picks(n, live)
		slots := make([][]byte, live)
		for i := range slots {
			p := make([]byte, sizes[i&65535])
			p[0] = byte(i)
			slots[i] = p
		}
		check := 0
		m.start()
		for i := 0; i < n; i++ {
			k := at[i]
			check += int(slots[k][0])
			p := make([]byte, sizes[(i*7)&65535])
			p[0] = byte(i)
			slots[k] = p
		}
		m.stop()
		return float64(check), timed
	}
}

type treeNode struct{ left, right *treeNode }

func tree(depth int) *treeNode {
	if depth == 0 {
		return &treeNode{}
	}
	return &treeNode{tree(depth - 1), tree(depth - 1)}
}

func (t *treeNode) count() int {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.count() + t.right.count()
}

func trees(max int, m *meter) (float64, float64) {
	longLived := tree(max)
	check := 0
	for d := 4; d <= max; d += 4 {
		for i := 1 << (max - d + 4); i > 0; i-- {
			check += tree(d).count()
		}
	}
	return float64(check + longLived.count()), timed
}

type graphNode struct {
	left, right *graphNode
	value, more int32
}

func graph(n int) []*graphNode {
	r := random(1)
	all := make([]*graphNode, n)
	for i := range all {
		p := &graphNode{}
		all[i] = p
		if i > 0 {
			p.left = all[int(r.next()%uint32(i))]
			p.right = all[int(r.next()%uint32(i))]
		}
	}
	return all
}

// The time the world was stopped, as Go reports it, while the graph is made and every record replaced once.
func pause(n int, m *meter) (float64, float64) {
	all := graph(n)
	r := random(9)
	for i := 0; i < n; i++ {
		all[i] = &graphNode{left: all[int(r.next()%uint32(n))], value: int32(i)}
	}
	runtime.GC()
	var s debug.GCStats
	debug.ReadGCStats(&s)
	p := append([]time.Duration{}, s.Pause...)
	sort.Slice(p, func(i, j int) bool { return p[i] < p[j] })
	runtime.KeepAlive(all)
	more["gc/pause-p99"] = float64(p[len(p)*99/100].Nanoseconds()) / 1e6
	return float64(n), float64(p[len(p)-1].Nanoseconds()) / 1e6
}

var marked []*graphNode

func mark(n int, m *meter) (float64, float64) {
	if len(marked) != n {
		marked = graph(n)
	}
	m.start()
	runtime.GC()
	m.stop()
	return float64(n), timed
}

type twoDoubles struct{ a, b float64 }

func heapBytes() float64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return float64(s.Sys - s.HeapIdle)
}

func record(n int, m *meter) (float64, float64) {
	all := make([]*twoDoubles, n)
	before := heapBytes()
	for i := range all {
		all[i] = &twoDoubles{float64(i) + 0.5, float64(i) + 0.25}
	}
	used := heapBytes() - before
	runtime.KeepAlive(all)
	return float64(n), used / float64(n)
}

func loop(n int, m *meter) (float64, float64) {
	a := make([]int32, n)
	for i := range a {
		a[i] = int32(i * 7)
	}
	var sum int32
	m.start()
	for i := 0; i < len(a); i++ {
		sum += a[i]
	}
	m.stop()
	return float64(sum), timed
}

func appends(n int, m *meter) (float64, float64) {
	var s []int32
	for i := 0; i < n; i++ {
		s = append(s, int32(i))
	}
	return float64(len(s)) + float64(s[n-1]), timed
}

func copies(n int, m *meter) (float64, float64) {
	a := make([]int32, n)
	for i := range a {
		a[i] = int32(i)
	}
	m.start()
	moved := copy(a[1:], a)
	m.stop()
	return float64(moved) + float64(a[n-1]), timed
}

func sortInts(n int, m *meter) (float64, float64) {
	a := randomInts(n)
	m.start()
	sort.Slice(a, func(i, j int) bool { return a[i] < a[j] })
	m.stop()
	return float64(a[n>>1]), timed
}

func sortStructs(n int, m *meter) (float64, float64) {
	type row struct {
		key int32
		id  int
	}
	a := make([]row, n)
	for i, key := range randomInts(n) {
		a[i] = row{key, i}
	}
	m.start()
	sort.Slice(a, func(i, j int) bool { return a[i].key < a[j].key })
	m.stop()
	return float64(a[n>>1].key), timed
}

type cell struct{ x, y int32 }

func maps[K comparable](kind string, key func(i int) K) job {
	return func(n int, m *meter) (float64, float64) {
		keys := make([]K, n)
		for i := range keys {
			keys[i] = key(i)
		}
		at := shuffled(n)
		all := map[K]float64{}
		runtime.GC()
		t0 := time.Now()
		for i, k := range keys {
			all[k] = float64(i) + 0.5
		}
		t1 := time.Now()
		check := 0.0
		for _, i := range at {
			check += all[keys[i]]
		}
		t2 := time.Now()
		for _, i := range at {
			delete(all, keys[i])
		}
		more["map/"+kind+"-get"] = per(t2.Sub(t1), n)
		more["map/"+kind+"-delete"] = per(time.Since(t2), n)
		return check, per(t1.Sub(t0), n)
	}
}

func stall(n int, m *meter) (float64, float64) {
	all := map[int32]float64{}
	var longest time.Duration
	from := time.Now()
	for i := 0; i < n; i++ {
		all[int32(i*7)] = float64(i)
		now := time.Now()
		if d := now.Sub(from); d > longest {
			longest = d
		}
		from = now
	}
	return float64(n), float64(longest.Nanoseconds()) / 1e6
}

func mapBytes(n int, m *meter) (float64, float64) {
	before := heapBytes()
	all := map[int32]int32{}
	for i := 0; i < n; i++ {
		all[int32(i*7)] = int32(i)
	}
	used := heapBytes() - before
	return float64(len(all)), used / float64(n)
}

func init() {
	jobs["alloc/pairs"] = pairs
	jobs["alloc/churn-1e3"] = churn(1000)
	jobs["alloc/churn-2e4"] = churn(20000)
	jobs["alloc/churn-1e5"] = churn(100000)
	jobs["alloc/churn-1e6"] = churn(1000000)
	for _, id := range []string{"gc/trees", "gc/trees-17", "gc/trees-18", "gc/trees-20"} {
		jobs[id] = trees
	}
	jobs["gc/pause-max"] = pause
	jobs["gc/mark"] = mark
	jobs["gc/record"] = record
	jobs["slice/loop"] = loop
	jobs["slice/view"] = loop
	jobs["slice/append"] = appends
	jobs["slice/copy"] = copies
	jobs["slice/sort"] = sortInts
	jobs["slice/sort-structs"] = sortStructs
	jobs["map/int-set"] = maps("int", func(i int) int32 { return int32(i * 7) })
	jobs["map/string-set"] = maps("string", func(i int) string {
		return "key:" + strconv.FormatUint(uint64(uint32(i)*0x9e3779b1), 10)
	})
	jobs["map/struct-set"] = maps("struct", func(i int) cell { return cell{int32(i % 1000), int32(i / 1000)} })
	jobs["map/stall"] = stall
	jobs["map/bytes"] = mapBytes
}
