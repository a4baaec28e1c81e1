/** Walks over all spans of a heap in address order, by the page map. Used by tools, the checker and forEach. */
import type { Core } from "./core.ts";
import { H_FRONTIER, S_PAGES } from "./words.ts";

/** Calls `visit` with the record and first page of every span. `visit` must not free the span. */
export function forEachSpan(c: Core, visit: (s: number, page: number) => void): void {
  const end = c.i32[H_FRONTIER]!;
  for (let page = c.firstPage; page < end;) {
    const s = c.i32[c.pageMap + page]!;
    if (s === 0) {
      page++;
    } else {
      visit(s, page);
      page += c.i32[s + S_PAGES]!;
    }
  }
}
