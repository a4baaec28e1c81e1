/**
 * Reads the heap profile of a heap and prints it as Go does.
 *
 * Invariants
 *  1. Reading changes nothing; objects that are unreachable but not swept yet count as in use.
 */
import { badArgument } from "./errors.ts";
import type { HeapProfile, ProfileSample } from "./profile.ts";
import { insideOf } from "./walk.ts";

/**
 * The heap profile of a heap made with `profileRate`. Objects count as in use until they are swept. O(n log n) for n places in the
 * program and sizes of objects.
 *
 * @throws GcArgumentError if the heap was made without `profileRate`, or for what is no heap of this package
 *
 * @example
 * ```ts
 * import { createHeap, heapProfile } from "@gort/gc";
 * import { int32 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 2 ** 24, profileRate: 1 });
 * heap.alloc(int32, 256);
 * const profile = heapProfile(heap);
 * profile.samples[0]?.inuseBytes; // => 1024
 * heap.collect();
 * heapProfile(heap).samples[0]?.inuseBytes; // => 0
 * ```
 */
export function heapProfile(heap: object): HeapProfile {
  return insideOf(heap, "heapProfile").profile().report();
}

/**
 * A heap profile as Go's `pprof` prints it with `debug=1`; frames stand where Go has addresses. The counts are those of the samples taken, as
 * in Go: whoever reads the text corrects them by the rate in its first line. O(length of the text).
 *
 * @throws GcArgumentError for what {@link heapProfile} did not return
 *
 * @example
 * ```ts
 * import { createHeap, formatHeapProfile, heapProfile } from "@gort/gc";
 *
 * const heap = createHeap({ reserve: 2 ** 24, profileRate: 1 });
 * formatHeapProfile(heapProfile(heap)); // => "heap profile: 0: 0 [0: 0] @ heap/2\n"
 * ```
 */
export function formatHeapProfile(profile: HeapProfile): string {
  if (!Array.isArray((profile as Partial<HeapProfile> | null | undefined)?.records))
    badArgument("formatHeapProfile", "profile", profile, "what heapProfile returned");
  const total = { allocObjects: 0, allocBytes: 0, inuseObjects: 0, inuseBytes: 0 };
  let body = "";
  const counts = (s: Omit<ProfileSample, "stack">): string =>
    `${s.inuseObjects}: ${s.inuseBytes} [${s.allocObjects}: ${s.allocBytes}] @`;
  for (const s of profile.records) {
    total.allocObjects += s.allocObjects;
    total.allocBytes += s.allocBytes;
    total.inuseObjects += s.inuseObjects;
    total.inuseBytes += s.inuseBytes;
    body += `${counts(s)}\n${s.stack.map((frame) => `#\t${frame}\n`).join("")}\n`;
  }
  return `heap profile: ${counts(total)} heap/${2 * profile.rate}\n${body}`;
}
