// deepequal prints what reflect.DeepEqual says of nodes in generated graphs, cyclic ones and ones that share parts among them.
//
//	type Node struct { V float64; P *Node; S []*Node; I any; M map[string]*Node }
//
// A graph is {"lists", "maps", "nodes", "equal"}. "lists" are arrays of nodes by their numbers, -1 for nil; "maps" are lists of
// [key, node]; "nodes" are [V, P, S, I, M], filled one by one, I last: V is a number, or null for NaN; P is a node; S is [list, low, high]
// or null for nil; M is a map or -1. I is null, a number, ["*", node], ["**", node] (the address of its field P),
// ["[]", list, low, high], ["[]"] (nil of that type), ["map", map] or ["node", node] (a copy, as it is by then).
// "equal" has for all pairs of nodes, by rows, a digit: 1 if the nodes are equal, 2 if pointers to them are, 4 if their I are, added up.
package main

import (
	"encoding/json"
	"math"
	"math/rand"
	"os"
	"reflect"
	"strconv"
)

type Node struct {
	V float64
	P *Node
	S []*Node
	I interface{}
	M map[string]*Node
}

type list = []interface{}

type graph struct {
	Lists []list `json:"lists"`
	Maps  []list `json:"maps"`
	Nodes []list `json:"nodes"`
	Equal string `json:"equal"`
}

var r = rand.New(rand.NewSource(1))

// Nodes, lists and maps of one half; the other half is much the same, shifted.
type half struct{ nodes, lists, maps int }

func (h half) node() int {
	if r.Intn(6) == 0 {
		return -1
	}
	return r.Intn(h.nodes)
}

func (h half) part() list {
	low := r.Intn(3)
	return list{r.Intn(h.lists), low, low + r.Intn(4-low)}
}

func (h half) number() interface{} {
	if r.Intn(12) == 0 {
		return nil
	}
	return r.Intn(2)
}

func (h half) value() interface{} {
	switch r.Intn(9) {
	case 0:
		return nil
	case 1:
		return r.Intn(2)
	case 2:
		return list{"**", r.Intn(h.nodes)}
	case 3, 4:
		return append(list{"[]"}, h.part()...)
	case 5:
		return list{"[]"}
	case 6:
		return list{"map", r.Intn(h.maps)}
	case 7:
		return list{"node", r.Intn(h.nodes)}
	}
	return list{"*", h.node()}
}

func (h half) make() (g graph) {
	for i := 0; i < h.lists; i++ {
		g.Lists = append(g.Lists, list{h.node(), h.node(), h.node()})
	}
	for i := 0; i < h.maps; i++ {
		m := list{}
		for _, key := range []string{"a", "b"} {
			if r.Intn(2) == 0 {
				m = append(m, list{key, h.node()})
			}
		}
		g.Maps = append(g.Maps, m)
	}
	for i := 0; i < h.nodes; i++ {
		n := list{h.number(), h.node(), nil, h.value(), r.Intn(h.maps+1) - 1}
		if r.Intn(4) > 0 {
			n[2] = h.part()
		}
		g.Nodes = append(g.Nodes, n)
	}
	return g
}

func (h half) shift(x interface{}, by int) interface{} {
	// Here and there the halves share something.
	if n, ok := x.(int); ok && n >= 0 && r.Intn(20) > 0 {
		return n + by
	}
	return x
}

func (h half) shiftValue(x interface{}) interface{} {
	if l, ok := x.(list); ok && len(l) > 1 {
		by := map[string]int{"*": h.nodes, "**": h.nodes, "node": h.nodes, "[]": h.lists, "map": h.maps}[l[0].(string)]
		l = append(list{}, l...)
		l[1] = h.shift(l[1], by)
		return l
	}
	return x
}

func (h half) double(g graph) graph {
	for _, l := range g.Lists {
		twin := list{}
		for _, x := range l {
			twin = append(twin, h.shift(x, h.nodes))
		}
		g.Lists = append(g.Lists, twin)
	}
	for _, m := range g.Maps {
		twin := list{}
		for _, e := range m {
			twin = append(twin, list{e.(list)[0], h.shift(e.(list)[1], h.nodes)})
		}
		g.Maps = append(g.Maps, twin)
	}
	odd := r.Intn(3 * h.nodes)
	for i, n := range g.Nodes {
		twin := append(list{}, n...)
		twin[1] = h.shift(n[1], h.nodes)
		if part, ok := n[2].(list); ok {
			twin[2] = append(list{h.shift(part[0], h.lists)}, part[1:]...)
		}
		twin[3] = h.shiftValue(n[3])
		twin[4] = h.shift(n[4], h.maps)
		if i == odd {
			j := r.Intn(len(twin))
			twin[j] = list{h.number(), h.node(), nil, h.value(), r.Intn(h.maps+1) - 1}[j]
		}
		g.Nodes = append(g.Nodes, twin)
	}
	return g
}

func (g *graph) answer() {
	nodes := make([]Node, len(g.Nodes))
	at := func(x interface{}) *Node {
		if x.(int) < 0 {
			return nil
		}
		return &nodes[x.(int)]
	}
	lists := make([][]*Node, len(g.Lists))
	for i, l := range g.Lists {
		for _, x := range l {
			lists[i] = append(lists[i], at(x))
		}
	}
	maps := make([]map[string]*Node, len(g.Maps))
	for i, m := range g.Maps {
		maps[i] = map[string]*Node{}
		for _, e := range m {
			maps[i][e.(list)[0].(string)] = at(e.(list)[1])
		}
	}
	part := func(l list) []*Node { return lists[l[0].(int)][l[1].(int):l[2].(int)] }
	value := func(x interface{}) interface{} {
		l, ok := x.(list)
		switch {
		case !ok:
			return x
		case l[0] == "*":
			return at(l[1])
		case l[0] == "**":
			return &at(l[1]).P
		case l[0] == "map":
			return maps[l[1].(int)]
		case l[0] == "node":
			return *at(l[1])
		case len(l) == 1:
			return []*Node(nil)
		}
		return part(l[1:])
	}
	for i, n := range g.Nodes {
		d := &nodes[i]
		d.V = math.NaN()
		if v, ok := n[0].(int); ok {
			d.V = float64(v)
		}
		d.P = at(n[1])
		if s, ok := n[2].(list); ok {
			d.S = part(s)
		}
		if m := n[4].(int); m >= 0 {
			d.M = maps[m]
		}
		d.I = value(n[3])
	}
	for i := range nodes {
		for j := range nodes {
			a, b, n := &nodes[i], &nodes[j], 0
			if reflect.DeepEqual(*a, *b) {
				n++
			}
			if reflect.DeepEqual(a, b) {
				n += 2
			}
			if reflect.DeepEqual(a.I, b.I) {
				n += 4
			}
			g.Equal += strconv.Itoa(n)
		}
	}
}

func main() {
	graphs := []graph{}
	for i := 0; i < 100; i++ {
		h := half{1 + r.Intn(3), 1 + r.Intn(2), 1 + r.Intn(2)}
		g := h.double(h.make())
		g.answer()
		graphs = append(graphs, g)
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]interface{}{"graphs": graphs}); err != nil {
		panic(err)
	}
}
