// stringfuncs prints what functions of Go's package strings give for generated pairs of strings, invalid UTF-8 among them.
//
// Each row of "rows": [s, t, n, Index(s, t), LastIndex(s, t), IndexByte(s, t[0]) or null, Count(s, t), HasPrefix(s, t), HasSuffix(s, t),
// Cut(s, t) as [before, after, found], TrimPrefix(s, t), TrimSuffix(s, t), TrimSpace(s), Split(s, t), SplitN(s, t, n), Fields(s),
// Join(Fields(s), t), Repeat(t, n) or null if n is negative]. Strings are hex; a list is [cap, strings], or null if nil.
// An empty separator splits invalid bytes as Go does since 1.20: each is a part as it is.
package main

import (
	"encoding/hex"
	"encoding/json"
	"math/rand"
	"os"
	"strings"
	"unicode/utf8"
)

type row []interface{}

func h(s string) string { return hex.EncodeToString([]byte(s)) }

func list(a []string) interface{} {
	if a == nil {
		return nil
	}
	parts := []string{}
	for _, s := range a {
		parts = append(parts, h(s))
	}
	return row{cap(a), parts}
}

func splitN(s, sep string, n int) []string {
	a := strings.SplitN(s, sep, n)
	if sep == "" {
		for i, rest := 0, s; i < len(a)-1; i++ {
			_, size := utf8.DecodeRuneInString(rest)
			a[i], rest = rest[:size], rest[size:]
		}
	}
	return a
}

func describe(s, t string, n int) row {
	before, after, found := strings.Cut(s, t)
	var at, repeated interface{}
	if t != "" {
		at = strings.IndexByte(s, t[0])
	}
	if n >= 0 {
		repeated = h(strings.Repeat(t, n))
	}
	return row{
		h(s), h(t), n, strings.Index(s, t), strings.LastIndex(s, t), at, strings.Count(s, t),
		strings.HasPrefix(s, t), strings.HasSuffix(s, t), row{h(before), h(after), found},
		h(strings.TrimPrefix(s, t)), h(strings.TrimSuffix(s, t)), h(strings.TrimSpace(s)),
		list(splitN(s, t, -1)), list(splitN(s, t, n)), list(strings.Fields(s)),
		h(strings.Join(strings.Fields(s), t)), repeated,
	}
}

var alphabets = [][]string{
	{"a", "b"},
	{"a", "b", ",", " "},
	{"a", "é", "日", "😀", "\u00a0", "\u2003"},
	{"a", "\xff", "\xc3", "\xa9", "\xe6\x97", "\ufffd", "\xf0"},
	{" ", "\t", "\n", "\v", "\f", "\r", "x", "\u0085", "\x85", "\u1680", "\u200b", "\ufeff", "\u2028", "\u202f", "\u205f", "\u3000"},
}

func word(r *rand.Rand, alphabet []string, max int) string {
	var b strings.Builder
	for n := r.Intn(max + 1); n > 0; n-- {
		b.WriteString(alphabet[r.Intn(len(alphabet))])
	}
	return b.String()
}

func main() {
	r := rand.New(rand.NewSource(1))
	rows := []row{}
	for i := 0; i < 600; i++ {
		alphabet := alphabets[i%len(alphabets)]
		rows = append(rows, describe(word(r, alphabet, 14), word(r, alphabet, 3), r.Intn(7)-1))
	}
	// Long ones that nearly match, and separators at both ends.
	near := strings.Repeat("a", 200)
	for _, t := range []string{"aab", "ba", near, near + "a", strings.Repeat("a", 99) + "b", "aa"} {
		rows = append(rows, describe(near+"b"+near, t, 3), describe(t+near+t, t, 2))
	}
	spaces := row{}
	for c := rune(0); c <= utf8.MaxRune; c++ {
		if s := string(c); strings.TrimSpace(s) == "" {
			spaces = append(spaces, c)
		}
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(map[string]interface{}{"rows": rows, "spaces": spaces}); err != nil {
		panic(err)
	}
}
