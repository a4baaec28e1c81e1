/** Questions to the index: the most frequent words, and the files that contain all of some words. */
import { append, sliceOf, type Slice } from "@gort/slice";
import { sortFunc } from "@gort/slice/slices";
import type { Answer, Report } from "./report.ts";
import type { Store } from "./store.ts";
import { display, normalize } from "./words.ts";

interface Hit {
  doc: number;
  count: number;
}

/** The `n` words with the highest counts that are not stop words and have at least 3 letters. */
export function topWords(store: Store, n: number, stop: ReadonlySet<string>): Report["top"] {
  let words: Slice<Report["top"][number]> = sliceOf();
  store.forEachWord((word, files, count) => {
    if (word.length >= 3 && !stop.has(word)) words = append(words, { word, count, files });
  });
  sortFunc(words, (a, b) => b.count - a.count || (a.word < b.word ? -1 : 1));
  const top: Report["top"][number][] = [];
  for (const { word, ...counts } of words) {
    if (top.length === n) break;
    const shown = display(word);
    // To the index a dash is a word as well: it is no ASCII.
    if (/\p{L}{3}/u.test(shown)) top.push({ word: shown, ...counts });
  }
  return top;
}

/** The files that contain every word of `query`, those with the most occurrences first. */
export function answer(
  store: Store,
  query: string,
  documents: ReadonlyMap<number, string>,
  limit = 3,
): Answer {
  let hits: Slice<Hit> | null = null;
  const words = query.split(/\s+/).filter((w) => w !== "");
  for (const word of new Set(words.map(normalize))) {
    const counts = new Map<number, number>();
    let list: Slice<Hit> = sliceOf();
    store.forEachPosting(word, (doc, count) => {
      list = append(list, { doc, count });
    });
    if (hits === null) {
      hits = list;
      continue;
    }
    for (const { doc, count } of list) counts.set(doc, count);
    let both: Slice<Hit> = sliceOf();
    for (const { doc, count } of hits) {
      const other = counts.get(doc);
      if (other !== undefined) both = append(both, { doc, count: count + other });
    }
    hits = both;
  }
  const all: Slice<Hit> = hits ?? sliceOf();
  const path = (hit: Hit): string => documents.get(hit.doc) ?? `document ${hit.doc}`;
  sortFunc(all, (a, b) => b.count - a.count || (path(a) < path(b) ? -1 : 1));
  return {
    query,
    documents: all.len,
    best: [...all.slice(0, Math.min(limit, all.len))].map((h) => ({
      path: path(h),
      count: h.count,
    })),
  };
}
