/** System memory of a bump allocator: it lies between the objects, in holes, and comes back with `reset` only. */
import type { Ptr, SystemMemory } from "./api.ts";
import { checkAlign, checkSize } from "./errors.ts";
import { H_USER, MAX_MEMORY, PAGE_SIZE } from "./words.ts";

/** See the file header. */
export class BumpSystem implements SystemMemory {
  readonly user: Ptr = H_USER * 4;
  private readonly take: (bytes: number, align: number) => Ptr;
  constructor(take: (bytes: number, align: number) => Ptr) {
    this.take = take;
  }
  persistentAlloc(bytes: number, align: number = 8): Ptr {
    checkSize(bytes, MAX_MEMORY, 1);
    checkAlign(align, PAGE_SIZE);
    return this.take(Math.ceil(bytes / 8) * 8, Math.max(align, 8));
  }
  allocManual(bytes: number): Ptr {
    checkSize(bytes, MAX_MEMORY, 1);
    return this.take(Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE, 8);
  }
  freeManual(_p: Ptr, _bytes: number): void {}
}
