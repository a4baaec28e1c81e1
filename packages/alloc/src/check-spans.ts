/**
 * Checks of spans, lists, caches, magazines and counters: invariants of span.ts, central.ts, cache.ts, magazine.ts, sweep.ts, counters.ts
 * and tiny.ts. See check.ts.
 */
import { countBits } from "./bits.ts";
import { ensure } from "./check-pages.ts";
import { forEachCached, slowBits } from "./cache.ts";
import { listOf } from "./central.ts";
import type { Core } from "./core.ts";
import { cacheOf } from "./counters.ts";
import { forEachMagazine, inMagazines, slotsOf, unsettledFrees } from "./magazine.ts";
import { fromWord, pageOf } from "./ptr.ts";
import { classDiv, classObjects, classPages, classSize, NUM_SIZE_CLASSES } from "./size-classes.ts";
import {
  bitWordsOf,
  countFree,
  isStarted,
  kindOf,
  objectMask,
  recordWords,
  startBits,
} from "./span.ts";
import { limitOf } from "./tiny.ts";
import { forEachSpan } from "./walk.ts";
import {
  C_FREES,
  C_MALLOCS,
  C_TINY,
  C_TINY_LIMIT,
  C_TINY_OFFSET,
  C_TINY_STARTS,
  CACHE_ENTRY,
  E_BASE,
  E_CURSOR,
  E_SLOW,
  E_SPAN,
  FEATURE_TINY,
  H_COLLECTED,
  H_FEATURES,
  H_NO_BITS,
  H_PHASE,
  H_RECORD_WORDS,
  H_SPANS,
  H_SWEEP_CURSOR,
  H_SWEEPGEN,
  M_COUNT,
  MARKING,
  NUM_SPC,
  OWNER_SHIFT,
  PAGE_SIZE,
  S_BASE,
  S_BIT_WORDS,
  S_BITS,
  S_COUNT,
  S_DIV,
  S_INFO,
  S_NEXT,
  S_OBJECTS,
  S_PAGES,
  S_PREV,
  S_SETTLED,
  S_SIZE,
  S_SWEEPGEN,
  SPC_MASK,
  SWEEPING,
  TINY_CLASS,
  TINY_SIZE,
  TINY_SPC,
} from "./words.ts";

/** What has been seen so far: where each span is, and objects by class. */
interface Seen {
  readonly place: Map<number, string>;
  readonly live: number[];
  readonly unsettledMallocs: number[];
  readonly unsettledFrees: number[];
  /** Objects in magazines, by span. */
  readonly kept: ReadonlyMap<number, number>;
}

/** Checks all of it. */
export function checkSpans(c: Core): void {
  const i32 = c.i32;
  const zeros = (): number[] => Array.from({ length: TINY_CLASS + 1 }, () => 0);
  const seen: Seen = {
    place: new Map(),
    live: zeros(),
    unsettledMallocs: zeros(),
    unsettledFrees: zeros(),
    kept: inMagazines(c),
  };
  checkCaches(c, seen);
  checkLists(c, seen);
  checkMagazines(c, seen);
  let spans = 0;
  let words = 0;
  forEachSpan(c, (s) => {
    spans++;
    const tiny = (i32[s + S_INFO]! & SPC_MASK) === TINY_SPC;
    words += recordWords(i32[s + S_BIT_WORDS]!, tiny);
    if (!seen.place.has(s)) checkFull(c, s);
    else if (seen.place.get(s) === "list")
      ensure(countFree(c, s) > 0, "a full span is on a list", s);
    checkSpan(c, s, seen);
    checkKinds(c, s, seen.kept.get(s) ?? 0);
    if (tiny) checkTinyBlocks(c, s, seen.kept.get(s) ?? 0);
  });
  ensure(spans === i32[H_SPANS], "spans are miscounted", spans, i32[H_SPANS]!);
  for (const s of seen.place.keys()) {
    const page = pageOf(fromWord(i32[s + S_BASE]!));
    ensure(i32[c.pageMap + page] === s, "a span on a list or in a cache is not in the page map", s);
  }
  ensure(words === i32[H_RECORD_WORDS], "span records are miscounted", words, i32[H_RECORD_WORDS]!);
  checkCounters(c, seen);
  ensure(i32[H_NO_BITS] === 0, "the word without bits has one");
}

/** The words of the tiny block that a shard packs objects into: the block is allocated, in a span of such, and they say what it holds. */
function checkTinyWords(c: Core, shard: number): void {
  const i32 = c.i32;
  const cache = cacheOf(c, shard);
  const block = fromWord(i32[cache + C_TINY]!);
  const limit = i32[cache + C_TINY_LIMIT]!;
  const none = i32[H_FEATURES]! & FEATURE_TINY ? TINY_SIZE - 1 : 0;
  const used = i32[cache + C_TINY_OFFSET]!;
  ensure(limit === (block === 0 ? none : limitOf(used)), "a tiny block's limit is wrong", limit);
  if (block === 0) return;
  const s = i32[c.pageMap + Math.floor(block / PAGE_SIZE)]!;
  const index = (block - fromWord(i32[s + S_BASE]!)) / TINY_SIZE;
  ensure((i32[s + S_INFO]! & SPC_MASK) === TINY_SPC, "the tiny block is not in a tiny span", block);
  ensure(
    i32[cache + C_TINY_STARTS] === startBits(c, s, index),
    "the tiny block's start bits moved",
  );
  ensure(used <= TINY_SIZE, "the tiny block ran over");
  ensure(
    ((i32[s + S_BITS + (index >>> 5)]! >>> (index & 31)) & 1) === 0,
    "the tiny block is free",
    block,
  );
  ensure(c.u16[startBits(c, s, index)] !== 0, "the tiny block holds no object", block);
}

function checkCaches(c: Core, seen: Seen): void {
  const i32 = c.i32;
  for (let shard = 0; shard < c.shards; shard++) {
    for (let spc = 0; spc < NUM_SPC; spc++) {
      const entry = cacheOf(c, shard) + spc * CACHE_ENTRY;
      if (i32[entry + E_SPAN] === 0) {
        ensure(
          i32[entry + E_CURSOR] === H_NO_BITS && i32[entry + E_SLOW] === 0,
          "an empty entry has a cursor",
          entry,
        );
      }
    }
    checkTinyWords(c, shard);
  }
  forEachCached(c, (shard, s, entry) => {
    const info = i32[s + S_INFO]!;
    const spc = (entry - cacheOf(c, shard)) / CACHE_ENTRY;
    ensure(!seen.place.has(s), "a span is in two caches", s);
    seen.place.set(s, "cache");
    ensure(
      (info & SPC_MASK) === spc && info >>> OWNER_SHIFT === shard + 1,
      "a cached span has another owner",
      s,
    );
    ensure(i32[s + S_SWEEPGEN] === i32[H_SWEEPGEN]! + 3, "a cached span has a wrong sweepgen", s);
    const cursor = i32[entry + E_CURSOR]!;
    const first = s + S_BITS;
    ensure(
      cursor >= first && cursor < first + i32[s + S_BIT_WORDS]!,
      "a cursor is outside of its bitmap",
      s,
    );
    for (let w = first; w < cursor; w++)
      ensure(i32[w] === 0, "a free object lies before the cursor", s);
    const base = (i32[s + S_BASE]! + ((cursor - first) << 5) * i32[s + S_SIZE]!) | 0;
    ensure(i32[entry + E_BASE] === base, "a cursor's address is wrong", s);
    const slow = slowBits(c, info);
    ensure(
      i32[entry + E_SLOW] === slow,
      "a cache entry's slow word is wrong",
      s,
      i32[entry + E_SLOW]!,
      slow,
    );
  });
}

function checkLists(c: Core, seen: Seen): void {
  const i32 = c.i32;
  for (let spc = 0; spc < NUM_SPC; spc++) {
    for (let swept = 0; swept <= 1; swept++) {
      const list = listOf(c, spc, swept);
      let prev = list;
      let empty = 0;
      for (let s = i32[list + S_NEXT]!; s !== list; prev = s, s = i32[s + S_NEXT]!) {
        ensure(!seen.place.has(s), "a span is in two places", s);
        seen.place.set(s, "list");
        ensure(i32[s + S_PREV] === prev, "a list is torn", s);
        if (i32[s + S_COUNT] === 0) empty++;
        const info = i32[s + S_INFO]!;
        ensure(
          (info & SPC_MASK) === spc && info >>> OWNER_SHIFT === 0,
          "a span is on another class's list",
          s,
        );
        const generation = i32[H_SWEEPGEN]! - (swept ? 0 : 2);
        ensure(i32[s + S_SWEEPGEN] === generation, "a span on a list has a wrong sweepgen", s);
      }
      ensure(empty <= 1, "a list keeps more than one empty span", spc, empty);
      ensure(i32[list + S_PREV] === prev, "a list's tail is wrong", spc, swept);
    }
  }
}

/** Every slot of a magazine names an object of its class, and no two name the same. */
function checkMagazines(c: Core, seen: Seen): void {
  const i32 = c.i32;
  const objects = new Set<number>();
  forEachMagazine(c, (m, _shard, spc) => {
    const state = i32[m]!;
    const n = state & M_COUNT;
    ensure(i32[H_COLLECTED] === 0, "a magazine is open beside a collector", spc);
    ensure(n <= 1 << c.magazineShift, "a magazine holds more than its slots", spc, n);
    for (let at = slotsOf(c, m); n > 0 && at < slotsOf(c, m) + n; at++) {
      const p = fromWord(i32[at]!);
      const s = i32[c.pageMap + pageOf(p)] ?? 0;
      ensure(
        s !== 0 && (i32[s + S_INFO]! & SPC_MASK) === spc,
        "a magazine holds what is no object of its class",
        p,
      );
      ensure(
        (p - fromWord(i32[s + S_BASE]!)) % i32[s + S_SIZE]! === 0,
        "a magazine holds an interior pointer",
        p,
      );
      ensure(!objects.has(p), "an object is in two magazines", p);
      objects.add(p);
    }
    const frees = unsettledFrees(state);
    seen.unsettledFrees[spc >>> 1]! += frees;
    seen.unsettledMallocs[spc >>> 1]! += frees - n;
  });
}

/** The kinds of a span's pages, and its start bits: set for what is neither free nor in a magazine, nowhere else. */
function checkKinds(c: Core, s: number, kept: number): void {
  const i32 = c.i32;
  const base = fromWord(i32[s + S_BASE]!);
  const kind = kindOf(c, i32[s + S_INFO]! & SPC_MASK);
  for (let i = 0; i < i32[s + S_PAGES]!; i++)
    ensure(c.u8[c.kinds + pageOf(base) + i] === kind, "a page is of another kind than its span", s);
  if (kind === 0) return;
  const size = i32[s + S_SIZE]!;
  let idle = 0;
  for (let i = 0; i < i32[s + S_OBJECTS]!; i++) {
    const free = (i32[s + S_BITS + (i >>> 5)]! >>> (i & 31)) & 1;
    const started = isStarted(c, base + i * size);
    ensure(free === 0 || !started, "a free object has a start bit", base + i * size);
    if (free === 0 && !started) idle++;
  }
  ensure(idle === kept, "an object that is not free has no start bit", s, idle, kept);
  const bits = countBits(i32, c.starts + (base >>> 8), (i32[s + S_PAGES]! * PAGE_SIZE) / 256);
  ensure(
    bits === i32[s + S_OBJECTS]! - countFree(c, s) - kept,
    "a start bit is set where no object begins",
    s,
    bits,
  );
}

/** A span in no cache and on no list is full, swept or to be swept. */
function checkFull(c: Core, s: number): void {
  const i32 = c.i32;
  const generation = i32[H_SWEEPGEN]! - i32[s + S_SWEEPGEN]!;
  ensure(countFree(c, s) === 0, "a span with free objects is in no cache and on no list", s);
  ensure(i32[s + S_INFO]! >>> OWNER_SHIFT === 0, "a span on no list has an owner", s);
  ensure(generation === 0 || generation === 2, "a full span has a wrong sweepgen", s);
}

function checkSpan(c: Core, s: number, seen: Seen): void {
  const i32 = c.i32;
  const spc = i32[s + S_INFO]! & SPC_MASK;
  const k = spc >>> 1;
  const objects = i32[s + S_OBJECTS]!;
  const words = i32[s + S_BIT_WORDS]!;
  ensure(
    objects === (k === 0 ? 1 : classObjects[k]) && words === bitWordsOf(k),
    "a span has another class's geometry",
    s,
  );
  ensure(i32[s + S_DIV] === classDiv[k], "a span has another class's divisor", s);
  ensure(
    fromWord(i32[s + S_SIZE]!) === (k === 0 ? i32[s + S_PAGES]! * PAGE_SIZE : classSize[k]),
    "object size",
    s,
  );
  if (k !== 0) ensure(i32[s + S_PAGES] === classPages[k], "a span has another class's pages", s);
  const unswept = i32[s + S_SWEEPGEN] === i32[H_SWEEPGEN]! - 2;
  if (unswept) {
    ensure(i32[H_PHASE] === SWEEPING, "a span is unswept, and no sweep is going on", s);
    ensure(
      pageOf(fromWord(i32[s + S_BASE]!)) >= i32[H_SWEEP_CURSOR]!,
      "the sweep has passed an unswept span",
      s,
    );
  }
  for (let w = 0; w < words; w++) {
    const free = i32[s + S_BITS + w]!;
    const marks = i32[s + S_BITS + words + w]!;
    const mask = objectMask(objects, w);
    ensure(
      (free & ~mask) === 0 && (marks & ~mask) === 0,
      "a bit is set past the last object",
      s,
      w,
    );
    ensure((free & marks) === 0, "a free object is marked", s, w);
    if (i32[H_PHASE] !== MARKING && !unswept) ensure(marks === 0, "a mark bit is left over", s, w);
  }
  const live = objects - countFree(c, s);
  const fresh = live - i32[s + S_COUNT]!;
  ensure(
    fresh >= 0 && (fresh === 0 || i32[s + S_INFO]! >>> OWNER_SHIFT !== 0),
    "a span's count is wrong",
    s,
    fresh,
  );
  ensure(i32[s + S_SETTLED]! >= i32[s + S_COUNT]!, "a span has negative frees", s);
  seen.live[k]! += live - (seen.kept.get(s) ?? 0);
  seen.unsettledMallocs[k]! += fresh;
  seen.unsettledFrees[k]! += i32[s + S_SETTLED]! - i32[s + S_COUNT]!;
}

/** A tiny block in use has an object that begins in it, unless a magazine has the block. */
function checkTinyBlocks(c: Core, s: number, kept: number): void {
  let empty = 0;
  for (let i = 0; i < classObjects[TINY_CLASS]!; i++) {
    if ((c.i32[s + S_BITS + (i >>> 5)]! >>> (i & 31)) & 1) continue;
    if (c.u16[startBits(c, s, i)] === 0) empty++;
  }
  ensure(empty === kept, "a tiny block is in use and holds no object", s, empty, kept);
}

/** Counters and bits agree, class by class. */
function checkCounters(c: Core, seen: Seen): void {
  const sum = (field: number): number => {
    let n = 0;
    for (let shard = 0; shard < c.shards; shard++) n += c.f64[(cacheOf(c, shard) + field) >>> 1]!;
    return n;
  };
  for (let k = 0; k <= TINY_CLASS; k++) {
    const mallocs = sum(C_MALLOCS + 2 * k) + seen.unsettledMallocs[k]!;
    const frees = sum(C_FREES + 2 * k) + seen.unsettledFrees[k]!;
    ensure(
      mallocs - frees === seen.live[k],
      "a class miscounts its objects",
      k,
      mallocs,
      frees,
      seen.live[k]!,
    );
  }
  ensure(NUM_SIZE_CLASSES === TINY_CLASS, "the tiny class has moved");
}
