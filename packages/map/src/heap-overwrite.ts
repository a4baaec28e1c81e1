/**
 * Writing an entry of a map in a heap over one that is there.
 *
 * Invariants
 *  1. All of it is written or nothing: memory may run out between two parts of a value, or between the key and the value, and a
 *     descriptor that somebody else made may throw when it has written a part, or all.
 *     Until then the heap keeps what the words that were there point to.
 *  2. The key is written where it differs, in the sign of a zero, which follows the latest write.
 *
 * Why in place, and not a new object where a value has one of its own: its words cost less to keep than an object to make.
 */
import { restoreWords, savedWords, visitSaved } from "@gort/types";
import type { Ptr } from "./api.ts";
import type { Entries } from "./heap-entries.ts";

/** Writes key and value, of which `hashKey` and `takeValue` have seen to, over an entry whose key equals the one given. */
export function overwrite(e: Entries, bucket: Ptr, slot: number, key: any, value: any): void {
  const { layout, heap } = e;
  const at = e.valueAt(bucket, slot);
  const rekeyed = !layout.reflexive && !e.sameKey(bucket, slot, key);
  if (!rekeyed && !layout.partedValue) {
    e.storeValue(at, value);
    return;
  }
  const k = e.keyPtr(bucket, slot);
  const v = layout.indirectValue ? heap.memory.u32[at >>> 2]! : at;
  const oldKey = rekeyed ? savedWords(heap, layout.key, k) : null;
  const oldValue = layout.partedValue ? savedWords(heap, layout.value, v) : null;
  // What somebody else's descriptor does in between may collect.
  const release =
    layout.opaqueKey || layout.opaqueValue
      ? heap.addRoots({
          scan(visit) {
            if (oldKey !== null) visitSaved(layout.key, oldKey, visit);
            if (oldValue !== null) visitSaved(layout.value, oldValue, visit);
          },
        })
      : null;
  try {
    if (rekeyed) e.rekey(bucket, slot, key);
    e.storeValue(at, value);
  } catch (error) {
    if (oldKey !== null) restoreWords(heap, layout.key, k, oldKey);
    if (oldValue !== null) restoreWords(heap, layout.value, v, oldValue);
    throw error;
  } finally {
    release?.();
  }
}
