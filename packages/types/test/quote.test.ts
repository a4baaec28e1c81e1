import { expect, test } from "vitest";
import { field, int, struct } from "../src/index.ts";
import { quote, unquote } from "../src/quote.ts";

test("a tag is spelled as strconv.Quote spells it, what cannot be printed escaped", () => {
  const text =
    'a\x00\x01\x07\b\f\n\r\t\v\x1f\x7f\u0080\u00a0\u00ad\u2028\ufeff\u{1f600}\u{e0001}"\\/é';
  expect(quote(text)).toBe(
    '"a\\x00\\x01\\a\\b\\f\\n\\r\\t\\v\\x1f\\x7f\\u0080\\u00a0\\u00ad\\u2028\\ufeff\u{1f600}\\U000e0001\\"\\\\/é"',
  );
  expect(unquote(quote(text))).toBe(text);
  expect(struct({ A: field(int, { tag: "a\x00b" }) }).name).toBe('struct { A int "a\\x00b" }');
});

test("what is no string literal of Go is refused", () => {
  for (const text of ['"\\q"', '"\\\'"', '"\\400"', '"\\ud800"', '"\\U00110000"', '"a\nb"']) {
    expect(unquote(text)).toBe(null);
  }
  expect(unquote('"a\\x41\\u00e9\\101\\U0001f600\\n"')).toBe("aAéA\u{1f600}\n");
  expect(unquote('"\\xff"')).toBe("\ufffd"); // a byte, not a text
  // Bytes side by side may be one.
  expect(unquote('"\\xc3\\251\\xe2\\x82\\x41\\xf0\\237\\x98\\200!"')).toBe(
    "é\ufffd\ufffdA\u{1f600}!",
  );
});
