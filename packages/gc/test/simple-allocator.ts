/**
 * The simplest allocator a collector can run on: it bumps a pointer, never reuses an address, and keeps its
 * object table in JavaScript. A stale pointer therefore always names freed memory, which makes it the
 * reference for tests.
 */
import type {
  AllocStats,
  ObjectTable,
  SweepControl,
  SystemMemory,
  TracedAllocator,
} from "@gort/alloc";
import type { Memory, Ptr } from "@gort/types";

function makeMemory(bytes: number): Memory {
  const buffer = new ArrayBuffer(bytes);
  return {
    buffer,
    byteLength: bytes,
    i8: new Int8Array(buffer),
    u8: new Uint8Array(buffer),
    i16: new Int16Array(buffer),
    u16: new Uint16Array(buffer),
    i32: new Int32Array(buffer),
    u32: new Uint32Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
    i64: new BigInt64Array(buffer),
    u64: new BigUint64Array(buffer),
  };
}

interface Obj {
  readonly base: Ptr;
  readonly size: number;
  readonly scan: boolean;
  marked: boolean;
  live: boolean;
}

/** Words that a test may set to make the allocator fail. */
export interface SimpleAllocator extends TracedAllocator {
  /** The next so many allocations of pages for the collector fail. */
  failManual: number;
  /** Allocations fail from now on. */
  full: boolean;
}

export function simpleAllocator(bytes = 1 << 22): SimpleAllocator {
  const memory = makeMemory(bytes);
  const user = 1024;
  const bits = 4096;
  const sorted: Obj[] = [];
  const special = new Set<number>();
  let top = Math.ceil((bits + bytes / 32) / 8192) * 8192;
  let manual = bytes;
  let phase: "idle" | "mark" | "sweep" = "idle";
  let unswept: Obj[] = [];
  let mallocs = 0;
  let frees = 0;
  let heapAlloc = 0;
  let totalAlloc = 0;

  const lookup = (p: Ptr): Obj | undefined => {
    let lo = 0;
    let hi = sorted.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (sorted[mid]!.base <= p) lo = mid + 1;
      else hi = mid;
    }
    const o = sorted[lo - 1];
    return o !== undefined && p < o.base + o.size && o.live ? o : undefined;
  };
  const need = (p: Ptr): Obj => {
    const o = lookup(p);
    if (o === undefined || o.base !== p) throw new Error(`simple: ${p} is no object`);
    return o;
  };
  const drop = (o: Obj): void => {
    o.live = false;
    frees++;
    heapAlloc -= o.size;
  };
  const sweepOne = (): boolean => {
    const o = unswept.shift();
    if (o === undefined) {
      phase = "idle";
      return false;
    }
    const page = o.base >>> 13;
    if (special.has(page)) cycle.onSweep?.(page * 8192, page * 8192 + 8192);
    // The hook sees the whole page the first time; every object of that page is swept with it.
    const mates = [o];
    while (unswept.length > 0 && unswept[0]!.base >>> 13 === page) mates.push(unswept.shift()!);
    for (const mate of mates) if (!mate.marked && mate.live) drop(mate);
    for (const mate of mates) mate.marked = false;
    return true;
  };
  const cycle: SweepControl = {
    onSweep: null,
    startMark() {
      while (sweepOne());
      for (const o of sorted) o.marked = false;
      phase = "mark";
    },
    startSweep() {
      unswept = sorted.filter((o) => o.live);
      phase = "sweep";
    },
    sweep(pages) {
      let n = 0;
      while (n < pages && sweepOne()) n++;
      return n;
    },
    setSpecial(base) {
      special.add(base >>> 13);
    },
  };
  const objects: ObjectTable = {
    pointerBits: bits,
    cycle,
    find: (p) => lookup(p)?.base ?? 0,
    mark(base) {
      const o = need(base);
      const was = o.marked;
      o.marked = true;
      return !was;
    },
    findAndMark(p) {
      const o = lookup(p);
      if (o === undefined || o.marked) return 0;
      o.marked = true;
      return o.base;
    },
    sizeOf: (base) => need(base).size,
    isMarked: (base) => need(base).marked,
    isScan: (base) => need(base).scan,
    forEach(visit) {
      for (const o of sorted) if (o.live) visit(o.base, o.size);
    },
  };
  const system: SystemMemory = {
    user,
    persistentAlloc: () => {
      throw new Error("simple: not supported");
    },
    allocManual(n) {
      if (self.failManual > 0) {
        self.failManual--;
        throw new Error("simple: out of memory");
      }
      manual -= Math.ceil(n / 8192) * 8192;
      if (manual < top) throw new Error("simple: out of memory");
      return manual;
    },
    freeManual: () => {},
  };
  const self: SimpleAllocator = {
    memory,
    objects,
    system,
    failManual: 0,
    full: false,
    alloc(size, flags = 0) {
      if (!(size >= 0 && Number.isInteger(size))) throw new Error(`simple: size is ${size}`);
      const rounded = Math.max(16, Math.ceil(size / 16) * 16);
      // No object crosses the page it begins on unless it is larger than a page.
      let base = top;
      if ((base & 8191) + rounded > 8192) base = Math.ceil(base / 8192) * 8192;
      if (self.full || base + rounded > manual) throw new Error("simple: out of memory");
      top = base + rounded;
      const born = phase !== "idle";
      sorted.push({ base, size: rounded, scan: (flags & 1) === 0, marked: born, live: true });
      mallocs++;
      heapAlloc += rounded;
      totalAlloc += rounded;
      return base;
    },
    free(p) {
      if (p !== 0) drop(need(p));
    },
    usableSize: (p) => need(p).size,
    stats(): AllocStats {
      const heapSys = bytes - bits;
      const heapInuse = top;
      return {
        alloc: heapAlloc,
        heapAlloc,
        totalAlloc,
        lookups: 0,
        mallocs,
        frees,
        heapObjects: mallocs - frees,
        heapSys,
        heapIdle: heapSys - heapInuse,
        heapInuse,
        heapReleased: 0,
        mspanInuse: 0,
        mspanSys: 0,
        mcacheInuse: 0,
        mcacheSys: 0,
        gcSys: 0,
        otherSys: bits,
        sys: bytes,
        bySize: [],
      };
    },
  };
  return self;
}
