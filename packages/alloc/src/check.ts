/**
 * The checker: asserts the invariants of the heap that the file headers state, by walking all of it.
 *
 * It changes nothing and may be called between any two calls of an allocator, in any phase of a collection. What it
 * reports is the first sentence that is not true, as an `AllocError` with code CORRUPT. Cost: proportional to
 * the pages obtained; with `deep` also to their bytes.
 */
import type { Allocator } from "./api.ts";
import { checkBump } from "./check-bump.ts";
import { checkPages } from "./check-pages.ts";
import { checkSpans } from "./check-spans.ts";
import { Core, readHeader } from "./core.ts";
import { badMemory, checkBoolean, checkOptions } from "./errors.ts";
import { kindOf } from "./layout.ts";
import { memoryOf } from "./memory.ts";
import { KIND_BUMP, KIND_TIERED } from "./words.ts";

/** Options of {@link checkAllocator}. */
export interface CheckOptions {
  /** Whether to read the bytes of free pages that are said to be zero. @defaultValue true */
  readonly deep?: boolean | undefined;
}

/**
 * Checks every invariant of the allocator that lies in `allocator.memory`, whichever it is. It changes nothing and may be called
 * between any two calls of the allocator. O(pages and objects obtained so far), and with `deep` the bytes of free pages.
 * @throws AllocError `CORRUPT` naming the first broken invariant, `BAD_MEMORY` if no allocator lies there, `BAD_ARGUMENT` for what has
 * no memory, `BAD_OPTION` for an option that there is none of, or that is no boolean
 *
 * @example
 * ```ts
 * import { checkAllocator, createAllocator, createMemory } from "@gort/alloc";
 *
 * const heap = createAllocator(createMemory({ reserve: 2 ** 20 }));
 * heap.free(heap.alloc(100));
 * checkAllocator(heap);
 * ```
 */
export function checkAllocator(
  allocator: Pick<Allocator, "memory">,
  options: CheckOptions = {},
): void {
  const memory = memoryOf(allocator, "checkAllocator");
  checkOptions(options, "deep");
  const { deep = true } = options;
  checkBoolean("deep", deep);
  switch (kindOf(memory)) {
    case KIND_TIERED: {
      const core = new Core(memory, readHeader(memory, KIND_TIERED));
      checkPages(core, deep);
      checkSpans(core);
      return;
    }
    case KIND_BUMP:
      readHeader(memory, KIND_BUMP);
      checkBump(memory);
      return;
    default:
      throw badMemory("no allocator lies in the memory");
  }
}
