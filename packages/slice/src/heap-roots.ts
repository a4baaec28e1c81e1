/**
 * The roots that keep the stores of heap slices alive while JavaScript holds slices on them.
 *
 * Invariants
 *  1. A slot is 0 when free, otherwise the address of a store (or of a header) that the collector must keep.
 *  2. The heap knows this table exactly while at least one slot is in use, so an unused one is not kept alive.
 *  3. A slot is freed once: by `release`, or, as a safety net, after its owner was found unreachable by V8.
 *
 * Why a slot per store and not per slice: slicing and appending make headers all the time, and registering one with a
 * finalization registry costs some 300 ns. All headers over one store share one owner; growth pays for a new
 * one, which amortises.
 */
import type { Heap, Ptr } from "@gort/gc";

/** What owns a slot: as long as it is reachable, the slot stays. */
export interface SlotOwner {
  slot: number;
}

/** A table of root slots of one heap. */
export class HeapRoots {
  private readonly heap: Heap;
  private readonly ptrs: Ptr[] = [];
  private readonly free: number[] = [];
  private remove: (() => void) | null = null;
  private net: FinalizationRegistry<number> | null = null;

  constructor(heap: Heap) {
    this.heap = heap;
  }

  /** Number of slots in use. */
  get used(): number {
    return this.ptrs.length - this.free.length;
  }

  /** Keeps `p` alive until `owner` releases it or is collected itself. */
  hold(owner: SlotOwner, p: Ptr): void {
    if (this.remove === null) {
      const { ptrs } = this;
      this.remove = this.heap.addRoots({
        scan(visit) {
          for (let i = 0; i < ptrs.length; i++) visit(ptrs[i]!);
        },
      });
    }
    const slot = this.free.length > 0 ? this.free.pop()! : this.ptrs.length;
    this.ptrs[slot] = p;
    owner.slot = slot;
    if (this.net === null && typeof FinalizationRegistry === "function") {
      this.net = new FinalizationRegistry((s) => this.drop(s));
    }
    this.net?.register(owner, slot, owner);
  }

  /** Frees the slot of `owner`, if it has one. */
  release(owner: SlotOwner): void {
    const { slot } = owner;
    if (slot < 0) return;
    owner.slot = -1;
    this.net?.unregister(owner);
    this.drop(slot);
  }

  private drop(slot: number): void {
    this.ptrs[slot] = 0;
    this.free.push(slot);
    if (this.used === 0) {
      this.remove?.();
      this.remove = null;
      this.ptrs.length = 0;
      this.free.length = 0;
    }
  }
}
