/** The memory outside of objects that a collector may use; see persistent.ts. */
import type { Ptr, SystemMemory } from "./api.ts";
import type { Core } from "./core.ts";
import { badPointer, badSize, checkAttached } from "./errors.ts";
import { noMemory } from "./large.ts";
import { hasPages } from "./page-heap.ts";
import { giveManual, persistentAlloc, takeManual } from "./persistent.ts";
import { pagesFor } from "./ptr.ts";
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
    const metadata = c.i32[H_PERSISTENT_PAGES]! + c.pages - c.i32[H_LIMIT]! + c.firstPage;
    return metadata * PAGE_SIZE;
  }
  get touched(): number {
    const c = this.c;
    const untouched = Math.floor(c.firstPage * (1 - c.i32[H_FRONTIER]! / c.pages));
    return this.overhead - untouched * PAGE_SIZE;
  }
  fits(bytes: number): boolean {
    return hasPages(this.c, pagesFor(bytes));
  }
  persistentAlloc(bytes: number, align: number = 8): Ptr {
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
    const end = p + this.check(bytes);
    if (p % PAGE_SIZE !== 0 || p < this.c.firstPage * PAGE_SIZE || end > this.c.pages * PAGE_SIZE)
      throw badPointer(p);
    giveManual(this.c, p, pagesFor(bytes));
  }
  private check(bytes: number): number {
    if (!Number.isInteger(bytes) || bytes < 1 || bytes > MAX_MEMORY)
      throw badSize(bytes, MAX_MEMORY);
    checkAttached(this.c.i32);
    return bytes;
  }
}
