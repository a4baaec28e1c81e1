/**
 * The same index in straightforward plain JavaScript: no gort, no streaming, no pools. It reads the files
 * that the run indexed and compares every count.
 */
import { readFile } from "node:fs/promises";
import { fsReason } from "../errors.ts";
import type { Store } from "./store.ts";

export interface Verdict {
  readonly exact: boolean;
  readonly words: number;
  readonly postings: number;
  /** The first few differences, as text. */
  readonly differences: readonly string[];
}

/** Word → document → count, by a regular expression on whole files. */
async function plainIndex(
  documents: ReadonlyMap<number, string>,
): Promise<Map<string, Map<number, number>>> {
  const index = new Map<string, Map<number, number>>();
  for (const [doc, path] of documents) {
    const text = (await readFile(path)).toString("latin1");
    const words = text.replace(/[A-Z]/g, (c) => c.toLowerCase()).match(/[a-z\x80-\xff]+/g);
    for (const word of words ?? []) {
      if (word.length < 2 || word.length > 24) continue;
      let counts = index.get(word);
      if (counts === undefined) index.set(word, (counts = new Map()));
      counts.set(doc, (counts.get(doc) ?? 0) + 1);
    }
  }
  return index;
}

/** Compares the store with the plain index of the same documents, both ways. */
export async function verify(
  store: Store,
  documents: ReadonlyMap<number, string>,
): Promise<Verdict> {
  let expected: Awaited<ReturnType<typeof plainIndex>>;
  try {
    expected = await plainIndex(documents);
  } catch (error) {
    // A file that went meanwhile, or is too large for one string.
    const { path = "a file" } = error as NodeJS.ErrnoException;
    return { exact: false, words: 0, postings: 0, differences: [`${path} ${fsReason(error)}`] };
  }
  const differences: string[] = [];
  const differ = (text: string): void => {
    if (differences.length < 10) differences.push(text);
    else if (differences.length === 10) differences.push("…");
  };
  let postings = 0;
  let words = 0;
  store.forEachWord((word) => {
    words++;
    const counts = expected.get(word);
    if (counts === undefined) {
      differ(`"${word}" is indexed but in no file`);
      return;
    }
    const seen = new Set<number>();
    store.forEachPosting(word, (doc, count) => {
      postings++;
      if (seen.has(doc)) differ(`"${word}" is listed twice for ${documents.get(doc)}`);
      seen.add(doc);
      if (counts.get(doc) !== count) {
        differ(
          `"${word}" in ${documents.get(doc)}: indexed ${count} times, counted ${counts.get(doc) ?? 0}`,
        );
      }
    });
    if (seen.size !== counts.size) {
      differ(`"${word}": indexed in ${seen.size} files, found in ${counts.size}`);
    }
  });
  if (words !== expected.size) differ(`${words} words are indexed, ${expected.size} were found`);
  return { exact: differences.length === 0, words, postings, differences };
}
