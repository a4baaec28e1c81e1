package main

import (
	"strconv"
	"strings"
)

// A step.
type op struct {
	k    byte
	n, v int
	body []op
}

func text(ops []op) string {
	var parts []string
	for _, o := range ops {
		s := string(o.k)
		if o.body != nil {
			s += "(" + text(o.body) + ")"
		}
		switch o.k {
		case 'h', 'e', 'L', 'c', 'd', 'r', 'j', 'x', 'y', 'w':
		case 's', 'v', 'm', 'V', 'b', 'i', 'I':
			if s += strconv.Itoa(o.n); o.v != 0 || o.k == 'V' || o.k == 'i' {
				s += "," + strconv.Itoa(o.v)
			}
		case 'l':
		default:
			s += strconv.Itoa(o.n)
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

// Steps from lists of steps and single ones.
func list(parts ...interface{}) (ops []op) {
	for _, part := range parts {
		switch part := part.(type) {
		case op:
			ops = append(ops, part)
		case []op:
			ops = append(ops, part...)
		}
	}
	return
}

func do(k byte, n int) op                      { return op{k: k, n: n} }
func of(k byte, n int, body ...interface{}) op { return op{k: k, n: n, body: list(body...)} }
func call(body ...interface{}) op              { return of('c', 0, body...) }
func deferred(body ...interface{}) op          { return of('d', 0, body...) }
func spawn(body ...interface{}) op             { return of('G', 0, body...) }
func times(n int, body ...interface{}) op      { return of('R', n, body...) }
func makeChan(n, room int) op                  { return op{k: 'm', n: n, v: room} }
func selects(cases ...op) op                   { return op{k: 'w', body: cases} }
func either(k byte, n, count int) op           { return op{k: k, n: n, v: count} }
