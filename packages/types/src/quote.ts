/**
 * Go's string literals, as `strconv.Quote` writes and `strconv.Unquote` reads them: how tags of fields are spelled.
 *
 * Invariants
 *  1. What `quote` gives is one line of printable characters, and `unquote` gives the text back.
 */
import { utf8Read } from "./utf8.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
};

/** Go's `strconv.Unquote` of a string in double quotes; null if it is malformed. */
export function unquote(text: string): string | null {
  let ok = true;
  const body = text.slice(1, -1);
  if (body.includes("\n")) return null;
  const out = body.replace(
    /((?:\\x[0-9a-fA-F]{2}|\\[0-7]{3})+)|\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g,
    (_, bytes?: string, u?: string, long?: string, one?: string) => {
      if (bytes !== undefined) {
        const codes = bytes
          .match(/x..|\d{3}/g)!
          .map((c) => (c[0] === "x" ? +`0${c}` : parseInt(c, 8)));
        if (codes.some((c) => c > 255)) ok = false;
        // Together they may be the UTF-8 of a text. Those that are not show as everywhere else.
        return utf8Read(Uint8Array.from(codes), 0, codes.length);
      }
      if (one !== undefined) {
        if (!Object.hasOwn(ESCAPES, one)) ok = false;
        return ESCAPES[one] ?? "";
      }
      const code = parseInt((u ?? long)!, 16);
      if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
        ok = false;
        return "";
      }
      return String.fromCodePoint(code);
    },
  );
  return ok ? out : null;
}

/** Go's `strconv.Quote`: what a tag looks like in the name of a struct type. */
export function quote(text: string): string {
  const named: Readonly<Record<string, string>> = { "\x07": "\\a", "\v": "\\v" };
  return JSON.stringify(text)
    .replace(/\\u00([01][0-9a-f])/g, (_, hex: string) => {
      const c = String.fromCharCode(parseInt(hex, 16));
      return named[c] ?? `\\x${hex}`;
    })
    .replace(/\x7f/g, "\\x7f")
    .replace(/[^ \p{L}\p{M}\p{N}\p{P}\p{S}]/gu, (c) => {
      const code = c.codePointAt(0)!;
      return code > 0xffff
        ? `\\U${code.toString(16).padStart(8, "0")}`
        : `\\u${code.toString(16).padStart(4, "0")}`;
    });
}
