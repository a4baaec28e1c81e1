// typesets prints what Go's type checker says of generated types: defined ones with methods, embedded fields, recursion.
//
// Each case of "cases": "types" are defined types as [name, underlying type, methods as [name, pointer receiver, signature]], numbered
// from 0; "asked" are types that were asked about, each with
//
//	"cmp": whether it is comparable,
//	"set": its method set as [name, signature as text],
//	"is": a digit per asked type: 1 if that is an interface that it implements, 2 if a value may be assigned to a variable of that
//	  type, 4 if the two are identical, added up,
//	"at": of a struct, for each of "names" the path of indexes to the field of that name, or null.
//
// A type is ["int"] or another predeclared one by its name, or ["ref", i], ["*", T], ["[]", T], ["[n]", n, T], ["map", K, V],
// ["chan", "both" | "send" | "recv", T], ["func", params, results, variadic], ["struct", fields as [name, T, tag, embedded]],
// ["interface", methods as [name, signature]].
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand"
	"os"
	"strconv"
	"strings"
)

type list = []interface{}

var r = rand.New(rand.NewSource(7))

var basic = []string{"bool", "int", "int8", "int64", "uint16", "uintptr", "float32", "complex128", "string", "any", "error"}
var methodNames = []string{"A", "B", "C", "Error"}
var fieldNames = []string{"A", "F", "G", "x"}

// No methods are called like that, which would hide fields in the language but not in package reflect.
var asked = []string{"F", "G", "x", "error"}

type method struct {
	name    string
	pointer bool
	sig     list
}
type defined struct {
	name     string
	isStruct bool
	under    list
	methods  []method
}

var decls []*defined

// How many of them are there to be used by value.
var ready int

func under(t list) list {
	for t[0] == "ref" {
		t = decls[t[1].(int)].under
	}
	return t
}

func comparable(t list) bool {
	switch t = under(t); t[0] {
	case "[]", "map", "func":
		return false
	case "[n]":
		return comparable(t[2].(list))
	case "struct":
		for _, f := range t[1].(list) {
			if !comparable(f.(list)[1].(list)) {
				return false
			}
		}
	}
	return true
}

func isOneOf(t list, kinds string) bool { return strings.Contains(kinds, t[0].(string)+" ") }

// lazy says that the type may refer to one that is not there yet.
func gen(depth int, lazy bool) list {
	n := 15
	if depth <= 0 {
		n = 6
	}
	switch k := r.Intn(n); {
	case k < 3:
		return list{basic[r.Intn(len(basic))]}
	case k < 6:
		if lazy {
			return list{"ref", r.Intn(len(decls))}
		} else if ready > 0 {
			return list{"ref", r.Intn(ready)}
		}
		return list{"int"}
	case k == 6:
		return list{"*", gen(depth-1, true)}
	case k == 7:
		return list{"[]", gen(depth-1, true)}
	case k == 8:
		return list{"[n]", r.Intn(3), gen(depth-1, false)}
	case k == 9:
		key := gen(depth-1, false)
		if !comparable(key) {
			key = list{"string"}
		}
		return list{"map", key, gen(depth-1, true)}
	case k == 10:
		return list{"chan", []string{"both", "send", "recv"}[r.Intn(3)], gen(depth-1, true)}
	case k == 11:
		return function(depth - 1)
	case k == 12:
		return iface()
	}
	return structure(depth - 1)
}

func function(depth int) list {
	params, results := list{}, list{}
	for i := r.Intn(3); i > 0; i-- {
		params = append(params, gen(depth, true))
	}
	for i := r.Intn(2); i > 0; i-- {
		results = append(results, gen(depth, true))
	}
	variadic := r.Intn(4) == 0
	if variadic {
		params = append(params, list{"[]", gen(depth, true)})
	}
	return list{"func", params, results, variadic}
}

// Three signatures of which the first is the usual one.
func signature() list {
	params, results := list{}, list{list{"string"}}
	variadic := false
	if k := r.Intn(5); k >= 3 {
		params = append(params, list{"[]", list{"int"}})
		variadic = k == 4
	}
	return list{"func", params, results, variadic}
}

func iface() list {
	ms := list{}
	for _, name := range methodNames {
		if r.Intn(3) == 0 {
			ms = append(ms, list{name, signature()})
		}
	}
	return list{"interface", ms}
}

func structure(depth int) list {
	fields := list{}
	used := map[string]bool{}
	add := func(name string, t list, embedded bool) {
		tag := []string{"", "", "", "a:\"b\"", "`é"}[r.Intn(5)]
		if !used[name] {
			fields = append(fields, list{name, t, tag, embedded})
		}
		used[name] = true
	}
	for i := r.Intn(5); i > 0; i-- {
		if k := r.Intn(12); k == 0 {
			add("error", list{"error"}, true)
		} else if k < 9 && ready > 0 {
			// One of the latest, so that several lead to the same; or itself or a later one, by a pointer.
			i := ready - 1 - r.Intn(1+r.Intn(ready))
			if r.Intn(8) == 0 {
				i = r.Intn(len(decls))
			}
			t := list{"ref", i}
			if i >= ready {
				if !decls[i].isStruct {
					continue
				}
				t = list{"*", t}
			} else if isOneOf(under(t), "* ") {
				continue
			} else if !isOneOf(under(t), "interface any error ") && r.Intn(2) == 0 {
				t = list{"*", t}
			}
			add(decls[i].name, t, true)
		} else {
			add(fieldNames[r.Intn(len(fieldNames))], gen(depth, false), false)
		}
	}
	return list{"struct", fields}
}

// A type like another, but for something small if it has that, else made of the same parts.
func relative(t list) list {
	out := append(list{}, t...)
	switch t[0] {
	case "chan":
		out[1] = []string{"both", "send", "recv"}[r.Intn(3)]
	case "func":
		if t[3] == true {
			out[3] = false
		}
	case "struct":
		fields := append(list{}, t[1].(list)...)
		if len(fields) > 0 {
			i := r.Intn(len(fields))
			f := append(list{}, fields[i].(list)...)
			switch r.Intn(3) {
			case 0:
				f[2] = "c"
			case 1:
				f[3] = false
			case 2:
				f[1] = relative(f[1].(list))
				f[3] = false
			}
			fields[i] = f
		}
		out[1] = fields
	case "interface":
		ms := append(list{}, t[1].(list)...)
		if len(ms) > 0 && r.Intn(2) == 0 {
			ms[0] = list{ms[0].(list)[0], signature()}
		}
		out[1] = ms
	case "*", "[]":
		out[1] = relative(t[1].(list))
	}
	return out
}

func text(t list) string {
	switch t[0] {
	case "ref":
		return decls[t[1].(int)].name
	case "*", "[]":
		return t[0].(string) + text(t[1].(list))
	case "[n]":
		return fmt.Sprintf("[%d]%s", t[1], text(t[2].(list)))
	case "map":
		return fmt.Sprintf("map[%s]%s", text(t[1].(list)), text(t[2].(list)))
	case "chan":
		form := map[string]string{"both": "chan (%s)", "send": "chan<- (%s)", "recv": "<-chan (%s)"}[t[1].(string)]
		return fmt.Sprintf(form, text(t[2].(list)))
	case "func":
		return "func" + parts(t)
	case "struct":
		all := []string{}
		for _, f := range t[1].(list) {
			f := f.(list)
			s := text(f[1].(list)) + " " + strconv.Quote(f[2].(string))
			if f[3] == false {
				s = f[0].(string) + " " + s
			}
			all = append(all, s)
		}
		return "struct{" + strings.Join(all, ";") + "}"
	case "interface":
		all := []string{}
		for _, m := range t[1].(list) {
			all = append(all, m.(list)[0].(string)+parts(m.(list)[1].(list)))
		}
		return "interface{" + strings.Join(all, ";") + "}"
	}
	return t[0].(string)
}

// Parameters and results.
func parts(f list) string {
	in, out := []string{}, []string{}
	for i, p := range f[1].(list) {
		s := text(p.(list))
		if f[3] == true && i == len(f[1].(list))-1 {
			s = "..." + s[2:]
		}
		in = append(in, s)
	}
	for _, p := range f[2].(list) {
		out = append(out, text(p.(list)))
	}
	return "(" + strings.Join(in, ",") + ")(" + strings.Join(out, ",") + ")"
}

func makeCase() map[string]interface{} {
	decls, ready = nil, 0
	for i := 3 + r.Intn(6); i > 0; i-- {
		decls = append(decls, &defined{name: fmt.Sprintf("%c%d", "Tt"[r.Intn(2)], len(decls)), isStruct: r.Intn(8) < 6})
	}
	src := "package main\n"
	defs := list{}
	for i, d := range decls {
		ready = i
		if d.isStruct {
			d.under = structure(1)
		} else if r.Intn(2) == 0 {
			d.under = iface()
		} else {
			d.under = gen(2, false)
		}
		src += fmt.Sprintf("type %s %s\n", d.name, text(d.under))
		taken := map[string]bool{}
		if u := under(d.under); u[0] == "struct" {
			for _, f := range u[1].(list) {
				taken[f.(list)[0].(string)] = true
			}
		}
		ms := list{}
		for _, name := range methodNames {
			if r.Intn(4) == 0 && !taken[name] && !isOneOf(under(d.under), "* interface any error ") {
				m := method{name, r.Intn(2) == 0, signature()}
				star := ""
				if m.pointer {
					star = "*"
				}
				src += fmt.Sprintf("func (%s%s) %s%s { return \"\" }\n", star, d.name, name, parts(m.sig))
				ms = append(ms, list{m.name, m.pointer, m.sig})
			}
		}
		defs = append(defs, list{d.name, d.under, ms})
	}
	ready = len(decls)
	exprs := []list{}
	for i, d := range decls {
		exprs = append(exprs, list{"ref", i}, list{"*", list{"ref", i}})
		if r.Intn(2) == 0 {
			exprs = append(exprs, d.under)
		}
	}
	exprs = append(exprs, gen(3, true), structure(2), iface())
	way := list{"chan", "both", list{"int"}}
	two := []list{way, relative(way)}
	for _, e := range exprs[len(exprs)-2:] {
		exprs = append(exprs, relative(e))
	}
	exprs = append(exprs, relative(exprs[r.Intn(len(exprs))]), two[0], two[1])
	for i, e := range exprs {
		src += fmt.Sprintf("var v%d %s\n", i, text(e))
	}
	return map[string]interface{}{"types": defs, "asked": answers(src, exprs)}
}

func answers(src string, exprs []list) list {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "main.go", src, 0)
	if err != nil {
		panic(err)
	}
	config := types.Config{Importer: importer.Default()}
	pkg, err := config.Check("main", set, []*ast.File{file}, nil)
	if err != nil {
		panic(fmt.Sprint(err, "\n", src))
	}
	all := []types.Type{}
	for i := range exprs {
		all = append(all, pkg.Scope().Lookup(fmt.Sprintf("v%d", i)).Type())
	}
	plain := func(p *types.Package) string { return "" }
	out := list{}
	for i, t := range all {
		methods := list{}
		for s, k := types.NewMethodSet(t), 0; k < s.Len(); k++ {
			f := s.At(k).Obj()
			methods = append(methods, list{f.Name(), strings.TrimPrefix(types.TypeString(f.Type(), plain), "func")})
		}
		is := ""
		for _, u := range all {
			n := 0
			if x, ok := u.Underlying().(*types.Interface); ok && types.Implements(t, x) {
				n++
			}
			if types.AssignableTo(t, u) {
				n += 2
			}
			if types.Identical(t, u) {
				n += 4
			}
			is += strconv.Itoa(n)
		}
		answer := map[string]interface{}{"type": exprs[i], "cmp": types.Comparable(t), "set": methods, "is": is}
		if _, ok := t.Underlying().(*types.Struct); ok {
			at := list{}
			for _, name := range asked {
				if obj, index, _ := types.LookupFieldOrMethod(t, false, pkg, name); obj != nil {
					at = append(at, index)
				} else {
					at = append(at, nil)
				}
			}
			answer["at"] = at
		}
		out = append(out, answer)
	}
	return out
}

func main() {
	cases := list{}
	for i := 0; i < 50; i++ {
		cases = append(cases, makeCase())
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	if err := out.Encode(map[string]interface{}{"names": asked, "cases": cases}); err != nil {
		panic(err)
	}
}
