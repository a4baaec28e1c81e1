/**
 * Go's string literals, as `strconv.Quote` writes and `strconv.Unquote` reads them: how tags of fields are spelled.
 *
 * Invariants
 *  1. What `quote` gives is one line of printable characters, and `unquote` gives the text back.
 */

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
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([^]))/g,
    (_, x?: string, u?: string, long?: string, octal?: string, one?: string) => {
      if (one !== undefined) {
        if (Object.hasOwn(ESCAPES, one)) return ESCAPES[one]!;
        ok = false;
        return "";
      }
      const byte = x ?? octal;
      const code =
        byte === undefined ? parseInt((u ?? long)!, 16) : parseInt(byte, x === undefined ? 8 : 16);
      const surrogate = code >= 0xd800 && code < 0xe000;
      if (code > (byte === undefined ? 0x10ffff : 255) || surrogate) ok = false;
      // A byte beyond ASCII is no text by itself: it shows as everywhere else.
      return !ok ? "" : byte !== undefined && code > 127 ? "\ufffd" : String.fromCodePoint(code);
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
