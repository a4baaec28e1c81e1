/**
 * What a word is, on bytes: a maximal run of ASCII letters and of bytes of multi-byte runes, 2 to 24 bytes
 * long, ASCII letters in lower case. Longer runs (encoded data, mostly) are no words.
 *
 * A word travels as a string of one character per byte (latin1), so that no byte is lost; `display` makes
 * it readable.
 */
const WORD_MIN = 2;
export const WORD_MAX = 24;

/** 1 for the bytes that words consist of. */
export const isWordByte = new Uint8Array(256);
for (let c = 0; c < 256; c++) {
  isWordByte[c] = (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c >= 128 ? 1 : 0;
}

/** Calls `emit` with each word of `bytes[0, n)`, which it makes lower case in place. */
export function eachWord(bytes: Buffer, n: number, emit: (word: string) => void): void {
  for (let i = 0; i < n; i++) {
    const c = bytes[i]!;
    if (c >= 65 && c <= 90) bytes[i] = c | 32;
  }
  const text = bytes.toString("latin1", 0, n);
  let i = 0;
  while (i < n) {
    while (i < n && isWordByte[bytes[i]!] === 0) i++;
    const start = i;
    while (i < n && isWordByte[bytes[i]!] === 1) i++;
    const length = i - start;
    if (length >= WORD_MIN && length <= WORD_MAX) emit(text.slice(start, i));
  }
}

/** A text file has no NUL byte. */
export function isBinary(bytes: Buffer, n: number): boolean {
  return bytes.subarray(0, n).includes(0);
}

/** The word as a person reads it. */
export function display(word: string): string {
  return Buffer.from(word, "latin1").toString("utf8");
}

/** What a person types, as it is in the index. */
export function normalize(word: string): string {
  return Buffer.from(word, "utf8")
    .toString("latin1")
    .replace(/[A-Z]/g, (c) => c.toLowerCase());
}
