/**
 * Writing an entry of a map in a heap over one that is there.
 *
 * Invariants
 *  1. All of it is written or nothing: memory may run out between two parts of a value, or between the key and the value, and a
 *     descriptor that somebody else made may throw when it has written a part, or all.
 *  2. The key is written where it differs, in the sign of a zero, which follows the latest write.
 *
 * Why in place, and not a new object where a value has one of its own: its words cost less to keep than an object to make.
 */
import { restoreWords, savedWords } from "@gort/types";
import type { Heap, Ptr, Type } from "./api.ts";
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
  const oldKey = rekeyed ? saved(heap, layout.key, k) : null;
  const oldValue = layout.partedValue ? saved(heap, layout.value, v) : null;
  try {
    if (rekeyed) e.rekey(bucket, slot, key);
    e.storeValue(at, value);
  } catch (error) {
    if (oldKey !== null) restore(heap, layout.key, k, oldKey);
    if (oldValue !== null) restore(heap, layout.value, v, oldValue);
    throw error;
  }
}

type Saved = readonly number[] | Uint8Array;

/** What lies at `p`: words, of which some may be pointers, or bytes that are none. */
const saved = (heap: Heap, type: Type, p: Ptr): Saved =>
  type.align < 4 ? heap.memory.u8.slice(p, p + type.size) : savedWords(heap, type, p);

function restore(heap: Heap, type: Type, p: Ptr, old: Saved): void {
  if (old instanceof Uint8Array) heap.memory.u8.set(old, p);
  else restoreWords(heap, type, p, old);
}
