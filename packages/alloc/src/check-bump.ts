/** Checks of the bump allocator: the invariants of bump.ts. See check.ts. */
import type { ReservedMemory } from "./api.ts";
import { BumpLayout } from "./bump-layout.ts";
import { HOLE } from "./bump-objects.ts";
import { bumpStats } from "./bump-stats.ts";
import { ensure } from "./check-pages.ts";
import { H_BUMP_DIRTY, H_BUMP_NEXT, PAGE_SHIFT, PAGE_SIZE } from "./words.ts";

/** Checks all of it. */
export function checkBump(memory: ReservedMemory): void {
  const l = new BumpLayout(memory);
  const { i32, f64 } = memory;
  const next = i32[H_BUMP_NEXT]! >>> 0;
  ensure(i32[0] === 0 && i32[1] === 0, "something was stored through nil");
  ensure(next >= l.first && next <= memory.byteLength, "next is outside of the memory", next);
  const starts = new Set<number>();
  const crossing = new Map<number, number>();
  let p = l.first;
  while (p < next) {
    const bytes = i32[p >>> 2]! >>> 0;
    ensure(bytes % 8 === 0 && p + 8 + bytes <= next, "an object runs over the end", p, bytes);
    if ((i32[(p >>> 2) + 1]! & HOLE) === 0) {
      starts.add(p + 8);
      for (
        let page = ((p + 8) >>> PAGE_SHIFT) + 1;
        page <= (p + 7 + bytes) >>> PAGE_SHIFT;
        page++
      ) {
        crossing.set(page, p + 8);
      }
    }
    p += 8 + bytes;
  }
  ensure(p === next, "objects do not end at next", p, next);
  const end = Math.ceil(next / PAGE_SIZE) * PAGE_SIZE;
  for (let at = l.first; at < end; at += 8) {
    const bit = (i32[l.startBits + (at >>> 8)]! >>> ((at >>> 3) & 31)) & 1;
    ensure((bit === 1) === starts.has(at), "a start bit is wrong", at);
    const mark = (i32[l.markBits + (at >>> 8)]! >>> ((at >>> 3) & 31)) & 1;
    ensure(mark === 0 || bit === 1, "a mark where no object begins", at);
  }
  for (let page = l.first >>> PAGE_SHIFT; page < end >>> PAGE_SHIFT; page++) {
    ensure(
      i32[l.pageMap + page]! >>> 0 === (crossing.get(page) ?? 0),
      "the page map is wrong",
      page,
    );
  }
  const clean = Math.max(next, i32[H_BUMP_DIRTY]! >>> 0);
  for (let i = clean / 8; i < Math.min(end, memory.committed()) / 8; i++)
    ensure(f64[i] === 0, "bytes past next are dirty", i * 8);
  const stats = bumpStats(l);
  ensure(
    stats.heapObjects >= 0 && stats.heapAlloc >= 0 && stats.heapIdle >= 0,
    "the counters are wrong",
  );
}
