/**
 * The memory outside of objects that a collector may use; see persistent.ts.
 *
 * Invariants
 *  1. Pages that are given back are refused if one is free, an object's, or no page of the heap: none gets into the free pages twice.
 *     That they are one run of the caller, by its own length, nobody checks, as where runs end is not recorded: too great a length gives
 *     away what lies behind.
 *  2. What is said to be touched is not less than what is, but for the rounding of tables to the host's pages.
 */
import type { Ptr, SystemMemory } from "./api.ts";
import type { Core } from "./core.ts";
import {
  badArgument,
  badPointer,
  checkAlign,
  checkAttached,
  checkSize,
  doubleFree,
  foreignPointer,
} from "./errors.ts";
import { noMemory } from "./large.ts";
import { hasPages, isFree } from "./page-heap.ts";
import { giveManual, persistentAlloc, takeManual } from "./persistent.ts";
import { addressOf, pagesFor } from "./ptr.ts";
import { H_FRONTIER, H_LIMIT, H_PERSISTENT_PAGES, H_USER, MAX_MEMORY, PAGE_SIZE } from "./words.ts";

/** See the file header. */
export class SpanSystem implements SystemMemory {
  readonly user: Ptr = H_USER * 4;
  private readonly c: Core;
  constructor(c: Core) {
    this.c = c;
  }
  get overhead(): number {
    const c = this.c;
    checkAttached(c.i32);
    const metadata = c.i32[H_PERSISTENT_PAGES]! + c.pages - c.i32[H_LIMIT]! + c.firstPage;
    return metadata * PAGE_SIZE;
  }
  get touched(): number {
    const c = this.c;
    const { overhead } = this;
    // From the page map on, tables have an entry for each page; those before the heap are never looked at.
    const tables = c.firstPage * PAGE_SIZE - c.pageMap * 4;
    const used = (c.i32[H_FRONTIER]! - c.firstPage) / c.pages;
    return overhead - Math.floor((tables * (1 - used)) / PAGE_SIZE) * PAGE_SIZE;
  }
  fits(bytes: number): boolean {
    if (typeof bytes !== "number" || !(bytes >= 0))
      throw badArgument("fits", "bytes", bytes, "a number from 0");
    checkAttached(this.c.i32);
    return hasPages(this.c, pagesFor(bytes));
  }
  persistentAlloc(bytes: number, align: number = 8): Ptr {
    checkAlign(align, PAGE_SIZE);
    const p = persistentAlloc(this.c, this.check(bytes), align);
    if (p === 0) throw noMemory(this.c, bytes);
    return p;
  }
  allocManual(bytes: number): Ptr {
    const p = takeManual(this.c, pagesFor(this.check(bytes)));
    if (p === 0) throw noMemory(this.c, bytes);
    return p;
  }
  freeManual(p: Ptr, bytes: number): void {
    const c = this.c;
    const pages = pagesFor(this.check(bytes));
    const first = p / PAGE_SIZE;
    if (!Number.isInteger(first) || first < c.firstPage || first + pages > c.i32[H_FRONTIER]!)
      throw badPointer(p);
    for (let page = first; page < first + pages; page++) {
      if (isFree(c, page)) throw doubleFree(addressOf(page));
      if (c.i32[c.pageMap + page] !== 0) throw foreignPointer(addressOf(page));
    }
    giveManual(c, p, pages);
  }
  private check(bytes: number): number {
    checkSize(bytes, MAX_MEMORY, 1);
    checkAttached(this.c.i32);
    return bytes;
  }
}
