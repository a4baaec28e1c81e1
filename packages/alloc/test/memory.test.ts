import { afterEach, describe, expect, test, vi } from "vitest";
import {
  checkAllocator,
  createAllocator,
  createMemory,
  memoryOver,
  type MemoryBacking,
} from "@gort/alloc";
import { allocatorCases, tracedCases } from "@gort/alloc/testing";

const MIB = 2 ** 20;
const backings: MemoryBacking[] = ["array", "shared", "wasm", "wasm-shared", "growable"];

afterEach(() => vi.unstubAllGlobals());

describe.each(backings)("backing %s", (backing) => {
  test("has the length asked for, all views over one buffer, and reads as zero", () => {
    const memory = createMemory({ reserve: 2 * MIB, backing });
    expect([memory.byteLength, memory.backing]).toEqual([2 * MIB, backing]);
    expect(memory.commit(2 * MIB)).toBe(true);
    expect(memory.committed()).toBe(2 * MIB);
    memory.u8[4096] = 0x80;
    memory.u8[4103] = 0x3f;
    expect([memory.i32[1024], memory.i8[4096], memory.u16[2048]]).toEqual([128, -128, 128]);
    expect([memory.u32[1025]! >>> 24, memory.i64[512]! >> 56n, memory.f32[1024]! > 0]).toEqual([
      0x3f,
      0x3fn,
      true,
    ]);
    expect(new Set([memory.i16, memory.u64, memory.f64].map((view) => view.buffer))).toEqual(
      new Set([memory.buffer]),
    );
    expect(memory.commit(4 * MIB)).toBe(false);
  });

  test("carries an allocator", () => {
    for (const { run } of [...allocatorCases.slice(0, 5), ...tracedCases.slice(0, 5)]) {
      run((reserve) => createAllocator(createMemory({ reserve, backing })));
    }
  });
});

test("a reservation costs no memory until it is touched", () => {
  const before = process.memoryUsage().rss;
  const all = Array.from({ length: 20 }, () => createMemory({ reserve: 2 ** 32 }));
  for (const memory of all) createAllocator(memory).alloc(100);
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * MIB);
});

test("a growable memory grows in segments as the heap does, up to its reservation", () => {
  const memory = createMemory({ reserve: 16 * MIB, backing: "growable" });
  const heap = createAllocator(memory);
  expect(memory.committed()).toBeLessThan(4 * MIB);
  const p = heap.alloc(6 * MIB);
  expect(memory.committed()).toBeGreaterThan(6 * MIB);
  expect(memory.u8[p + 6 * MIB - 1]).toBe(0);
  expect(() => heap.alloc(16 * MIB)).toThrow(
    /^runtime: out of memory: cannot allocate 16777216-byte block \(\d+ in use\); the memory ends at 16777216 bytes: free something, or raise `reserve`$/,
  );
  checkAllocator(heap);
});

describe("when the host refuses", () => {
  /** A `SharedArrayBuffer` that cannot be larger than `limit`. */
  const limited = (limit: number, growable: boolean) =>
    class extends SharedArrayBuffer {
      constructor(n: number, options?: { maxByteLength: number }) {
        if (n > limit || (options && !growable))
          throw new RangeError("Array buffer allocation failed");
        // @ts-expect-error the second argument is newer than the library's types
        super(n, options);
      }
    };

  test("a smaller reservation is tried, half by half", () => {
    vi.stubGlobal("SharedArrayBuffer", limited(20 * MIB, false));
    expect(createMemory({ reserve: 64 * MIB }).byteLength).toBe(16 * MIB);
  });

  test("below reserveMin it falls back to growth in segments", () => {
    vi.stubGlobal("SharedArrayBuffer", limited(20 * MIB, true));
    const memory = createMemory({ reserve: 64 * MIB, reserveMin: 32 * MIB });
    expect([memory.backing, memory.byteLength]).toEqual(["growable", 64 * MIB]);
    const heap = createAllocator(memory);
    heap.alloc(10 * MIB);
    checkAllocator(heap, { deep: false });
  });

  test("else the error names every size that was refused", () => {
    vi.stubGlobal("SharedArrayBuffer", limited(MIB, false));
    expect(() => createMemory({ reserve: 64 * MIB, reserveMin: 32 * MIB })).toThrow(
      "alloc: the host refused to reserve 67108864 bytes (shared: Array buffer allocation failed), then " +
        "33554432 bytes (shared: Array buffer allocation failed), then 67108864 bytes (growable: Array buffer allocation failed)",
    );
  });

  test("without SharedArrayBuffer the default is ArrayBuffer; without WebAssembly its backing is refused", () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    vi.stubGlobal("WebAssembly", undefined);
    expect(createMemory({ reserve: MIB }).backing).toBe("array");
    expect(createMemory({ reserve: MIB, backing: "wasm" }).backing).toBe("growable");
  });
});

describe("arguments", () => {
  test.each([-1, 0, 1.5, NaN, 1e12, 2 ** 32 + 8192])(
    "reserve %s is refused by name and value",
    (reserve) => {
      expect(() => createMemory({ reserve })).toThrow(
        `alloc: option reserve is ${reserve}, want an integer from 131072 to 4294967296 bytes`,
      );
    },
  );

  test("reserve is rounded down to whole pages", () => {
    expect(createMemory({ reserve: 200_000 }).byteLength).toBe(24 * 8192);
  });

  test("shared chooses between SharedArrayBuffer and ArrayBuffer", () => {
    expect(createMemory({ reserve: MIB, shared: true }).buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(createMemory({ reserve: MIB, shared: false }).buffer).toBeInstanceOf(ArrayBuffer);
  });

  test("memoryOver takes any buffer of whole pages", () => {
    expect(memoryOver(new ArrayBuffer(MIB)).backing).toBe("array");
    expect(memoryOver(new SharedArrayBuffer(MIB)).backing).toBe("shared");
    expect(() => memoryOver(new ArrayBuffer(100))).toThrow(
      "a buffer of 100 bytes is not a multiple of 8192",
    );
    expect(() => memoryOver(new ArrayBuffer(MIB + 8))).toThrow("a buffer of 1048584 bytes");
  });
});

test("options that are none, or that there are none of, are refused by name", () => {
  expect(() => createMemory({ reserved: 2 ** 20 } as object)).toThrow(
    "alloc: option reserved is 1048576, want no options but reserve, reserveMin, shared, backing",
  );
  expect(() => createMemory((2 ** 20) as never)).toThrow(
    "alloc: createMemory: options is 1048576, want an object, such as { reserve }",
  );
});

test("whether a memory is shared is a boolean", () => {
  expect(() => createMemory({ reserve: 2 ** 20, shared: "no" as never })).toThrow(
    'alloc: option shared is "no", want a boolean',
  );
});
