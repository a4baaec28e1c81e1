/**
 * The address space: one buffer, reserved once and committed by the operating system as pages are touched.
 *
 * Invariants
 *  1. Views are created once and never replaced, so that they can be cached.
 *  2. Fresh bytes read as zero.
 *  3. `byteLength` is what may be used in the end; `committed()` what the buffer holds now. They differ only for
 *     the "growable" backing, whose views track the length.
 *  4. A reservation that is refused is tried again at half the size down to `reserveMin`, then as a growable
 *     buffer; the error names every size that was refused.
 *
 * Why `SharedArrayBuffer` by default (Node 20, per memory created): 8 µs whatever its size and no garbage
 * collection of V8's, against 180 to 1,660 µs for `ArrayBuffer` and 110 to 1,420 µs for `WebAssembly.Memory`, which
 * V8 counts as external memory: a hundred of 1 GiB cost it 78 major collections. The price: V8 does not feel
 * the weight of a forgotten memory either, so drop references early. Shared `WebAssembly.Memory` (20 µs) is the way
 * round Chrome's 2 GiB limit. Where a page is not cross-origin isolated `SharedArrayBuffer` does not exist and the
 * default becomes `ArrayBuffer`. A growable buffer was rejected as a default: length-tracking views are 7 to 40 times slower.
 */
import type { Memory } from "@gort/types";
import type { Allocator, MemoryBacking, MemoryOptions, ReservedMemory } from "./api.ts";
import {
  badArgument,
  badMemory,
  badOption,
  checkAttached,
  checkBoolean,
  checkOptions,
  isMemory,
} from "./errors.ts";
import { MAX_MEMORY, PAGE_SIZE } from "./words.ts";

/** Default reservation: 1 GiB of address space, no memory. */
const DEFAULT_RESERVE = 2 ** 30;
/** Least memory that makes sense: header, tables and a few pages. */
const MIN_RESERVE = 16 * PAGE_SIZE;
const WASM_PAGE = 65536;
/** What a growable buffer starts with. */
const FIRST_SEGMENT = 2 ** 20;

const BACKINGS: readonly MemoryBacking[] = ["shared", "array", "wasm", "wasm-shared", "growable"];

interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}
interface WasmHost {
  Memory: new (d: { initial: number; maximum: number; shared?: boolean }) => WasmMemory;
}
interface ResizableHost {
  new (
    n: number,
    o: { maxByteLength: number },
  ): ArrayBuffer & { resize?(n: number): void; grow?(n: number): void };
}

function reserveFixed(backing: MemoryBacking, bytes: number): ArrayBufferLike {
  switch (backing) {
    case "array":
      return new ArrayBuffer(bytes);
    case "shared":
      return new SharedArrayBuffer(bytes);
    case "wasm":
    case "wasm-shared": {
      const wasm = (globalThis as { WebAssembly?: WasmHost }).WebAssembly;
      if (!wasm) throw badMemory("this host has no WebAssembly");
      const pages = Math.ceil(bytes / WASM_PAGE);
      return new wasm.Memory({ initial: pages, maximum: pages, shared: backing === "wasm-shared" })
        .buffer;
    }
    case "growable": {
      const shared = typeof SharedArrayBuffer !== "undefined";
      const Buffer = (shared ? SharedArrayBuffer : ArrayBuffer) as unknown as ResizableHost;
      return new Buffer(Math.min(FIRST_SEGMENT, bytes), { maxByteLength: bytes });
    }
  }
}

/** The views of a memory; a class so that every memory has one hidden class. */
class Space implements ReservedMemory {
  readonly buffer: ArrayBufferLike;
  readonly byteLength: number;
  readonly backing: MemoryBacking;
  readonly i8: Int8Array;
  readonly u8: Uint8Array;
  readonly i16: Int16Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly i64: BigInt64Array;
  readonly u64: BigUint64Array;

  constructor(buffer: ArrayBufferLike, byteLength: number, backing: MemoryBacking) {
    this.buffer = buffer;
    this.byteLength = byteLength;
    this.backing = backing;
    this.i8 = new Int8Array(buffer);
    this.u8 = new Uint8Array(buffer);
    this.i16 = new Int16Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.i64 = new BigInt64Array(buffer);
    this.u64 = new BigUint64Array(buffer);
  }

  committed(): number {
    return this.buffer.byteLength;
  }

  /** What `JSON.stringify` shows: not the bytes, ten times over. */
  toJSON(): object {
    const { backing, byteLength } = this;
    return { backing, byteLength, committed: this.committed() };
  }

  commit(bytes: number): boolean {
    if (bytes <= this.buffer.byteLength) return true;
    if (bytes > this.byteLength) return false;
    const growable = this.buffer as { grow?(n: number): void; resize?(n: number): void };
    try {
      if (growable.grow) growable.grow(bytes);
      else if (growable.resize) growable.resize(bytes);
      else return false;
    } catch {
      return false;
    }
    return true;
  }
}

function checkBytes(name: string, bytes: number): number {
  if (!Number.isInteger(bytes) || bytes < MIN_RESERVE || bytes > MAX_MEMORY) {
    throw badOption(name, bytes, `an integer from ${MIN_RESERVE} to ${MAX_MEMORY} bytes`);
  }
  return Math.floor(bytes / PAGE_SIZE) * PAGE_SIZE;
}

/**
 * Reserves an address space of zero bytes. It costs no memory until it is written to: O(1), and as often again as the host refuses,
 * which is asked for half as much each time.
 *
 * @throws AllocError `BAD_OPTION` for a size out of range or an option that is unknown, `BAD_ARGUMENT` for options that are no
 * object, `BAD_MEMORY` naming every size the host refused.
 *
 * @example
 * ```ts
 * import { createMemory } from "@gort/alloc";
 *
 * const memory = createMemory({ reserve: 64 * 2 ** 20 });
 * memory.byteLength; // => 67108864
 * memory.i32[1000]; // => 0
 * ```
 */
export function createMemory(options: MemoryOptions = {}): ReservedMemory {
  if (typeof options !== "object" || options === null)
    throw badArgument("createMemory", "options", options, "an object, such as { reserve }");
  checkOptions(options, "reserve reserveMin shared backing");
  const reserve = checkBytes("reserve", options.reserve ?? DEFAULT_RESERVE);
  const reserveMin = checkBytes(
    "reserveMin",
    options.reserveMin ?? Math.min(reserve, 16 * 2 ** 20),
  );
  if (reserveMin > reserve)
    throw badOption("reserveMin", reserveMin, `at most reserve, ${reserve}`);
  if (options.shared !== undefined) checkBoolean("shared", options.shared);
  const canShare = typeof SharedArrayBuffer !== "undefined";
  const backing = options.backing ?? ((options.shared ?? canShare) ? "shared" : "array");
  if (!BACKINGS.includes(backing))
    throw badOption("backing", backing, BACKINGS.map((b) => JSON.stringify(b)).join(", "));
  const refused: string[] = [];
  const attempt = (kind: MemoryBacking, bytes: number): ReservedMemory | null => {
    try {
      return new Space(reserveFixed(kind, bytes), bytes, kind);
    } catch (err) {
      refused.push(`${bytes} bytes (${kind}: ${err instanceof Error ? err.message : String(err)})`);
      return null;
    }
  };
  for (
    let bytes = reserve;
    bytes >= reserveMin;
    bytes = Math.floor(bytes / 2 / PAGE_SIZE) * PAGE_SIZE
  ) {
    const memory = attempt(backing, bytes);
    if (memory) return memory;
  }
  const grown = backing === "growable" ? null : attempt("growable", reserve);
  if (grown) return grown;
  throw badMemory(`the host refused to reserve ${refused.join(", then ")}`);
}

/**
 * A memory over a buffer that exists already: one received from another thread, or of a WebAssembly module. O(1).
 * @throws AllocError `BAD_MEMORY` if the buffer is smaller than 128 KiB, larger than 4 GiB or not a multiple of 8 KiB; `BAD_ARGUMENT`
 * for what is no buffer.
 *
 * @example
 * ```ts
 * import { attachAllocator, createAllocator, createMemory, memoryOver } from "@gort/alloc";
 *
 * const memory = createMemory({ reserve: 2 ** 20 });
 * const p = createAllocator(memory).alloc(100);
 * const other = attachAllocator(memoryOver(memory.buffer));
 * other.usableSize(p); // => 112
 * ```
 */
export function memoryOver(buffer: ArrayBufferLike): ReservedMemory {
  const tag = Object.prototype.toString.call(buffer);
  const shared = tag === "[object SharedArrayBuffer]";
  if (!shared && tag !== "[object ArrayBuffer]")
    throw badArgument("memoryOver", "buffer", buffer, "an ArrayBuffer or a SharedArrayBuffer");
  const max = (buffer as { maxByteLength?: number }).maxByteLength ?? buffer.byteLength;
  const growable = max > buffer.byteLength;
  if (max < MIN_RESERVE || max > MAX_MEMORY || max % PAGE_SIZE !== 0) {
    throw badMemory(
      `a buffer of ${max} bytes is not a multiple of ${PAGE_SIZE} from ${MIN_RESERVE} to ${MAX_MEMORY}`,
    );
  }
  return new Space(buffer, max, growable ? "growable" : shared ? "shared" : "array");
}

/** The memory of what a caller gave for an allocator. */
export function memoryOf(allocator: Pick<Allocator, "memory">, call: string): ReservedMemory {
  const memory = (allocator as Partial<Allocator> | null | undefined)?.memory;
  if (!isMemory(memory)) throw badArgument(call, "allocator", allocator, "an allocator");
  checkAttached(memory!.i32);
  return reserved(memory!, call);
}

/** A plain {@link Memory} as a {@link ReservedMemory}: already one, or of fixed length. */
export function reserved(memory: Memory, call: string): ReservedMemory {
  if (!isMemory(memory)) throw badArgument(call, "memory", memory, "a Memory");
  return "commit" in memory ? (memory as ReservedMemory) : memoryOver(memory.buffer);
}
