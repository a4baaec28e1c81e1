/** A directory tree with everything that can go wrong in it, made anew for each test file. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Deterministic numbers in [0, 1). */
function prng(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return s / 2 ** 32;
  };
}

const syllables = ["go", "ro", "ti", "ne", "chan", "sel", "ect", "map", "ü", "é", "слово", "日本"];

/** Text of about `words` words. */
function text(words: number, seed: number): string {
  const random = prng(seed);
  let out = "";
  for (let i = 0; i < words; i++) {
    const n = 1 + Math.floor(random() * 4);
    for (let j = 0; j < n; j++) out += syllables[Math.floor(random() * syllables.length)];
    out += [" ", "\n", ", ", "-", "1", "('"][Math.floor(random() * 6)];
  }
  return out;
}

export interface Tree {
  readonly dir: string;
  readonly remove: () => void;
}

/** A healthy tree: text of many sizes, equal files, an empty one, a binary one, a run longer than a buffer. */
export function makeTree(): Tree {
  const dir = mkdtempSync(join(tmpdir(), "gort-tree-"));
  for (let i = 0; i < 60; i++) {
    const folder = join(dir, `d${i % 5}`, `e${i % 3}`);
    mkdirSync(folder, { recursive: true });
    const name = `f${i}${[".md", ".js", ".ts", ".json", ".txt"][i % 5]}`;
    writeFileSync(join(folder, name), text(20 + ((i * 37) % 400), i));
  }
  for (let i = 0; i < 5; i++) writeFileSync(join(dir, `same${i}.md`), text(500, 99));
  writeFileSync(join(dir, "large.txt"), text(200_000, 7));
  writeFileSync(join(dir, "run.txt"), "a".repeat(700_000) + " tail");
  writeFileSync(join(dir, "empty.md"), "");
  writeFileSync(join(dir, "binary.txt"), Buffer.from([104, 105, 0, 104, 105]));
  writeFileSync(join(dir, "other.bin"), "not a text file by its name");
  symlinkSync("..", join(dir, "d0", "loop"));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A file of `bytes` zero bytes that takes no room on the disk. */
export function hugeFile(path: string, bytes: number): void {
  writeFileSync(path, "");
  truncateSync(path, bytes);
}
