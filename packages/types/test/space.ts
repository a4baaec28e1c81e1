/** The simplest space there is, for tests: memory is taken from one end and never given back. */
import type { Memory, Ptr, Space, Type } from "../src/index.ts";

export interface TestSpace extends Space {
  /** Pointer writes seen, as [slot, value]. */
  readonly writes: [Ptr, Ptr][];
  /** First free byte. */
  readonly top: number;
}

export function makeMemory(bytes: number): Memory {
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

export function makeSpace(bytes = 1 << 20): TestSpace {
  const memory = makeMemory(bytes);
  let top = 64;
  const boxes = new Map<Ptr, unknown>();
  const take = (size: number): Ptr => {
    const p = top;
    if (p + size > bytes) throw new RangeError("test space is full");
    top = (p + Math.max(size, 1) + 7) & ~7;
    return p;
  };
  const writes: [Ptr, Ptr][] = [];
  return {
    memory,
    writes,
    get top() {
      return top;
    },
    values: {
      box(value) {
        if (value === undefined) return 0;
        const p = take(8);
        boxes.set(p, value);
        return p;
      },
      unbox(p) {
        if (p === 0) return undefined;
        if (!boxes.has(p)) throw new RangeError(`no box at ${p}`);
        return boxes.get(p);
      },
    },
    alloc: (type: Type, count = 1) => take(type.size * count),
    writePtr(slot, value) {
      writes.push([slot, value]);
      memory.u32[slot >>> 2] = value;
    },
    typedMove(type, dst, src, count) {
      const n = type.size * count;
      if (src === 0) memory.u8.fill(0, dst, dst + n);
      else memory.u8.copyWithin(dst, src, src + n);
    },
  };
}
