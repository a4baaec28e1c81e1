/** Cutting a file into parts at any place changes no word. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutBetweenWords } from "../src/index-job/read.ts";
import { display, eachWord, normalize } from "../src/index-job/words.ts";

function words(bytes: Buffer): string[] {
  const out: string[] = [];
  eachWord(Buffer.from(bytes), bytes.length, (w) => out.push(w));
  return out;
}

/** Reads `bytes` through a buffer of `size`, as the reader does. */
function wordsInParts(bytes: Buffer, size: number): string[] {
  const out: string[] = [];
  let carry: Buffer = Buffer.alloc(0);
  let at = 0;
  let inLongRun = false;
  for (let eof = false; !eof;) {
    const buffer = Buffer.alloc(size);
    let length = carry.copy(buffer);
    const read = bytes.copy(buffer, length, at, at + size - length);
    eof = read < size - length;
    at += read;
    length += read;
    const cut = cutBetweenWords(buffer, length, eof, inLongRun);
    inLongRun = cut.inLongRun;
    carry =
      cut.end < length && !inLongRun
        ? Buffer.from(buffer.subarray(cut.end, length))
        : Buffer.alloc(0);
    eachWord(buffer, cut.end, (w) => out.push(w));
  }
  return out;
}

describe("words", () => {
  test("are runs of letters and of non-ASCII bytes, 2 to 24 long, in lower case", () => {
    const found = words(
      Buffer.from(`Go_is x ${"y".repeat(24)} ${"z".repeat(25)} Größe ÄB 日本 a1bc`),
    );
    expect(found.map(display)).toEqual(["go", "is", "y".repeat(24), "größe", "Äb", "日本", "bc"]);
  });

  test("a typed query finds what is in the index", () => {
    expect(display(normalize("Größe"))).toBe("größe");
  });

  test("are the same whatever the size of the parts", () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 30, unit: fc.constantFrom("a", "B", " ", "1", "é") }),
      fc.nat(90).map((n) => "w".repeat(n)),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }),
        fc.integer({ min: 30, max: 64 }),
        (parts, size) => {
          const bytes = Buffer.from(parts.join(""));
          expect(wordsInParts(bytes, size)).toEqual(words(bytes));
        },
      ),
    );
  });
});
