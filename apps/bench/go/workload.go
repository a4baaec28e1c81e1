package main

import "math"

// Twin of src/workload.ts.

type random uint32

func (r *random) next() uint32 {
	*r = *r*1664525 + 1013904223
	return uint32(*r)
}

func blockSizes() []int {
	r := random(12345)
	sizes := make([]int, 65536)
	for i := range sizes {
		sizes[i] = int(8 * math.Pow(2, float64(r.next())/(1<<32)*9))
	}
	return sizes
}

func picks(n, live int) []int {
	r := random(7)
	a := make([]int, n)
	for i := range a {
		a[i] = int(r.next() % uint32(live))
	}
	return a
}

func shuffled(n int) []int {
	r := random(3)
	a := make([]int, n)
	for i := range a {
		a[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := int(r.next() % uint32(i+1))
		a[i], a[j] = a[j], a[i]
	}
	return a
}

func randomInts(n int) []int32 {
	r := random(42)
	a := make([]int32, n)
	for i := range a {
		a[i] = int32(r.next())
	}
	return a
}
