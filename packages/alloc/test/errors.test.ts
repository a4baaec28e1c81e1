/** Every public function against values that are none of what it wants: an error that names it, and a heap as before. */
import { describe, expect, test } from "vitest";
import {
  AllocError,
  allocator,
  attachAllocator,
  attachBumpAllocator,
  checkAllocator,
  countingAllocator,
  createAllocator,
  createBumpAllocator,
  createMemory,
  failingAllocator,
  heapMap,
  isAllocError,
  memoryOver,
  NOSCAN,
  poisoningAllocator,
  roundupsize,
  type AllocErrorCode,
  type Allocator,
  type BumpAllocator,
  type TieredAllocator,
} from "@gort/alloc";

const MIB = 2 ** 20;

/** Values that are no number of anything, and how an error shows them. */
const NEITHER: readonly [any, string][] = [
  [NaN, "NaN"],
  [null, "null"],
  ["8", '"8"'],
  [true, "true"],
  [{}, "an object (Object)"],
];
/** The same, and numbers that are neither sizes nor shards nor pointers. */
const NO_NUMBER: readonly [any, string][] = [
  ...NEITHER,
  [-1, "-1"],
  [0.5, "0.5"],
  [1e12, "1000000000000"],
  [Infinity, "Infinity"],
];

/** The error of a call: its code, and its text, which must contain what is given. */
function refuses(call: () => unknown, code: AllocErrorCode, text: string): void {
  let caught: unknown;
  try {
    call();
  } catch (err) {
    caught = err;
  }
  if (!isAllocError(caught)) throw new Error(`no AllocError but ${String(caught)} for ${text}`);
  expect(caught.message).toContain(text);
  expect(caught.code).toBe(code);
}

const makers: [string, () => Allocator][] = [
  ["tiered", () => createAllocator(createMemory({ reserve: MIB }))],
  ["counting", () => countingAllocator(createAllocator(createMemory({ reserve: MIB })))],
  ["failing", () => failingAllocator(createAllocator(createMemory({ reserve: MIB })), {})],
  ["poisoning", () => poisoningAllocator(createAllocator(createMemory({ reserve: MIB })))],
  ["bump", () => createBumpAllocator(createMemory({ reserve: MIB }))],
];

describe.each(makers)("%s", (name, make) => {
  test("sizes, shards and pointers that are none are refused, named with their value, and lose nothing", () => {
    const heap = make();
    const p = heap.alloc(100);
    const before = heap.stats();
    for (const [value, shown] of NO_NUMBER) {
      refuses(() => heap.alloc(value), "BAD_SIZE", `size ${shown} is not`);
      const many = name === "bump" && value === 1e12; // a bump allocator has as many shards as one likes
      if (!many) refuses(() => heap.alloc(8, 0, value), "BAD_SHARD", `shard ${shown} is not`);
      if (!many) refuses(() => heap.free(p, value), "BAD_SHARD", `shard ${shown} is not`);
      refuses(() => heap.free(value), "BAD_POINTER", `pointer ${shown} is not`);
      refuses(() => heap.usableSize(value), "BAD_POINTER", `pointer ${shown} is not`);
    }
    expect(heap.stats()).toEqual(before);
    checkAllocator(heap);
    heap.free(p);
    checkAllocator(heap);
  });
});

test("a shard that does not exist cannot lose an object in the quarantine", () => {
  const heap = poisoningAllocator(createAllocator(createMemory({ reserve: MIB }), { shards: 2 }));
  const p = heap.alloc(100);
  refuses(() => heap.free(p, 2), "BAD_SHARD", "shard 2 is not an integer from 0 to 1");
  heap.free(p, 1);
  heap.drain();
  expect(heap.stats().heapObjects).toBe(0);
  checkAllocator(heap);
});

test("a pointer of another heap, an interior and a freed one each have their text, and change nothing", () => {
  const heap = createAllocator(createMemory({ reserve: MIB }));
  const other = createAllocator(createMemory({ reserve: 8 * MIB }));
  const p = heap.alloc(100);
  const foreign = other.alloc(100_000);
  heap.free(heap.alloc(16));
  const freed = heap.alloc(5000);
  heap.free(freed);
  const before = heap.stats();
  expect(foreign).toBeGreaterThan(p);
  refuses(() => heap.free(p + 8), "INTERIOR_POINTER", `0x${(p + 8).toString(16)}`);
  refuses(() => heap.free(freed), "DOUBLE_FREE", `0x${freed.toString(16)}`);
  for (const call of [(q: number) => heap.free(q), (q: number) => heap.realloc(q, 8)]) {
    refuses(() => call(2 * MIB), "BAD_POINTER", `${2 * MIB}`);
    refuses(() => call(64), "FOREIGN_POINTER", "0x40");
  }
  expect(heap.stats()).toEqual(before);
  checkAllocator(heap);
});

test("realloc, allocAligned and scavenge refuse what is no size, and the object stays", () => {
  const heap = createAllocator(createMemory({ reserve: MIB }));
  for (const p of [heap.alloc(100), heap.alloc(50_000)]) {
    heap.memory.u8[p] = 7;
    for (const [value, shown] of NO_NUMBER) {
      refuses(() => heap.realloc(p, value), "BAD_SIZE", `size ${shown} is not`);
      refuses(() => heap.realloc(value, 8), "BAD_POINTER", shown);
      refuses(() => heap.allocAligned(value, 16), "BAD_SIZE", `size ${shown} is not`);
      refuses(() => heap.allocAligned(16, value), "BAD_ALIGN", `align ${shown} is not`);
    }
    expect(heap.memory.u8[p]).toBe(7);
  }
  for (const [value, shown] of [...NEITHER, [-1, "-1"] as const]) {
    refuses(() => heap.scavenge(value), "BAD_ARGUMENT", `scavenge: maxBytes is ${shown}, want`);
  }
  checkAllocator(heap);
  expect(heap.stats().heapObjects).toBe(2);
});

test("memories: sizes, backings and buffers that are none are refused by name", () => {
  for (const [value, shown] of NO_NUMBER) {
    if (value === null) continue; // stands for the default, as undefined does
    const options = { reserve: MIB, reserveMin: value };
    refuses(() => createMemory({ reserve: value }), "BAD_OPTION", `option reserve is ${shown}`);
    refuses(() => createMemory(options), "BAD_OPTION", `option reserveMin is ${shown}`);
    const backing = { reserve: MIB, backing: value };
    refuses(() => createMemory(backing), "BAD_OPTION", `option backing is ${shown}, want "shared"`);
    const memory = createMemory({ reserve: MIB });
    refuses(() => createAllocator(memory, { shards: value }), "BAD_OPTION", `shards is ${shown}`);
  }
  const least = { reserve: MIB, reserveMin: 2 * MIB };
  refuses(
    () => createMemory(least),
    "BAD_OPTION",
    `reserveMin is ${2 * MIB}, want at most reserve`,
  );
  for (const [value, shown] of [...NO_NUMBER, [undefined, "undefined"] as const]) {
    refuses(() => memoryOver(value), "BAD_ARGUMENT", `memoryOver: buffer is ${shown}`);
    refuses(() => createAllocator(value), "BAD_ARGUMENT", `createAllocator: memory is ${shown}`);
    refuses(() => attachAllocator(value), "BAD_ARGUMENT", `attachAllocator: memory is ${shown}`);
    refuses(() => createBumpAllocator(value), "BAD_ARGUMENT", `memory is ${shown}`);
    refuses(() => attachBumpAllocator(value), "BAD_ARGUMENT", `memory is ${shown}`);
  }
  refuses(() => allocator({ reserve: -1 }), "BAD_OPTION", "option reserve is -1");
});

test("decorators and tools refuse what is no allocator, and options that are none, by name", () => {
  const inner = createAllocator(createMemory({ reserve: MIB }));
  for (const [value, shown] of [...NO_NUMBER, [undefined, "undefined"] as const]) {
    refuses(() => countingAllocator(value), "BAD_ARGUMENT", `inner is ${shown}, want`);
    refuses(() => failingAllocator(value, {}), "BAD_ARGUMENT", `inner is ${shown}, want`);
    refuses(() => poisoningAllocator(value), "BAD_ARGUMENT", `inner is ${shown}, want`);
    refuses(() => checkAllocator(value), "BAD_ARGUMENT", `checkAllocator: allocator is ${shown}`);
    refuses(() => heapMap(value), "BAD_ARGUMENT", `heapMap: allocator is ${shown}`);
    if (value === undefined) continue;
    const shownAs = (name: string): string => `option ${name} is ${shown}, want`;
    refuses(() => failingAllocator(inner, { when: value }), "BAD_OPTION", shownAs("when"));
    refuses(() => poisoningAllocator(inner, { redzone: value }), "BAD_OPTION", shownAs("redzone"));
  }
  for (const [value, shown] of [...NEITHER, [-1, "-1"] as const]) {
    for (const name of ["after", "every", "budget"] as const)
      refuses(
        () => failingAllocator(inner, { [name]: value }),
        "BAD_OPTION",
        `option ${name} is ${shown}, want`,
      );
  }
});

test("roundupsize refuses what is no size, by name", () => {
  for (const [value, shown] of NO_NUMBER) {
    if (value === 1e12) continue;
    refuses(() => roundupsize(value), "BAD_ARGUMENT", `roundupsize: size is ${shown}, want`);
  }
  expect(roundupsize(1e12)).toBe(Math.ceil(1e12 / 8192) * 8192); // beyond all memory, as Go rounds it
});

test.each([5n, Symbol("size")])("a size that is a bigint or a symbol is V8's TypeError", (size) => {
  const heap = createAllocator(createMemory({ reserve: MIB }));
  expect(() => heap.alloc(size as never)).toThrow(TypeError);
  checkAllocator(heap);
  expect(heap.stats().heapObjects).toBe(0);
});

test("an error says its name in its text and its stack", () => {
  const error = new AllocError("DOUBLE_FREE", "free: p is 64");
  expect(String(error)).toBe("AllocError: free: p is 64");
  expect(error.stack?.split("\n")[0]).toBe("AllocError: free: p is 64");
  expect(Object.keys(error)).toEqual(["code"]);
});

test("options that are no object are refused before anything is reserved", () => {
  const inner = createAllocator(createMemory({ reserve: 2 ** 20 }));
  for (const [value, shown] of [
    [null, "null"],
    [5, "5"],
    ["shards", '"shards"'],
  ] as const) {
    for (const call of [
      () => createAllocator(createMemory({ reserve: 2 ** 20 }), value as never),
      () => allocator(value as never),
      () => failingAllocator(inner, value as never),
    ])
      expect(call).toThrow(`alloc: options are ${shown}, want an object`);
  }
  expect(() => failingAllocator(inner, undefined as never)).toThrow("options are undefined");
});

test("options that do not exist or are of another type are named", () => {
  const any = (o: unknown): never => o as never;
  const plain = (): Allocator => createAllocator(createMemory({ reserve: MIB }));
  const memory = createMemory({ reserve: MIB });
  for (const [call, text] of [
    [
      () => createAllocator(memory, any({ shards: 2, tinny: false })),
      "option tinny is false, want no options but shards, tiny",
    ],
    [() => createAllocator(memory, any({ tiny: "no" })), 'option tiny is "no", want a boolean'],
    [() => createAllocator(memory, any(null)), "options are null, want an object"],
    [
      () => allocator(any({ reserv: MIB })),
      "option reserv is 1048576, want no options but shards, tiny, reserve",
    ],
    [() => poisoningAllocator(plain(), any({ redzne: 32 })), "option redzne is 32"],
    [() => poisoningAllocator(plain(), any({ sites: 1 })), "option sites is 1, want a boolean"],
    [() => poisoningAllocator(plain(), any(null)), "options are null, want an object"],
    [() => failingAllocator(plain(), any({ evry: 2 })), "option evry is 2"],
  ] as const)
    refuses(call, "BAD_OPTION", text);
  // The memory is as it was.
  expect(createAllocator(memory).stats().heapObjects).toBe(0);
});

test("memoryOver takes a buffer and nothing that only looks like one", () => {
  const buffer = new ArrayBuffer(MIB);
  for (const value of [
    new DataView(buffer),
    new Uint8Array(buffer),
    Buffer.alloc(MIB),
    createMemory({ reserve: MIB }),
    { byteLength: MIB },
    5,
    null,
  ])
    refuses(() => memoryOver(value as never), "BAD_ARGUMENT", "memoryOver: buffer is");
  expect(memoryOver(buffer).backing).toBe("array");
  expect(memoryOver(new SharedArrayBuffer(MIB)).backing).toBe("shared");
});

describe("a WebAssembly memory that grows", () => {
  interface Wasm {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  const WasmMemory = (globalThis as any).WebAssembly.Memory as new (o: object) => Wasm;

  test("detaches its buffer, and every call on an allocator over it says so; no pointer is 0", () => {
    for (const [name, create] of [
      ["tiered", createAllocator],
      ["bump", createBumpAllocator],
    ] as const) {
      const w = new WasmMemory({ initial: 16, maximum: 64 });
      const heap = create(memoryOver(w.buffer));
      const p = heap.alloc(100);
      const q = heap.alloc(60_000);
      heap.free(heap.alloc(100)); // into the magazine
      w.grow(1);
      const calls: (() => unknown)[] = [100, 100, 3, 50_000, 1].map((n) => () => heap.alloc(n));
      calls.push(() => heap.alloc(3, NOSCAN));
      calls.push(
        () => heap.free(p),
        () => heap.usableSize(p),
        () => heap.stats(),
        () => heap.system.allocManual(8192),
      );
      if (name === "bump") {
        const bump = heap as BumpAllocator;
        calls.push(
          () => bump.reset(),
          () => bump.used(),
        );
      }
      if (name === "tiered") {
        const tiered = heap as TieredAllocator;
        calls.push(
          () => tiered.realloc(p, 90),
          () => tiered.realloc(q, 90),
          () => tiered.allocAligned(64, 64),
          () => tiered.allocAligned(64, 65536),
          () => tiered.runs!.claim(16, 0),
          () => tiered.scavenge(),
          () => tiered.trim(),
          () => checkAllocator(tiered),
          () => heapMap(tiered),
        );
      }
      for (const call of calls) refuses(call, "BAD_MEMORY", "the buffer was detached");
    }
  });

  test("does not if it is shared, or cannot grow", () => {
    for (const options of [
      { initial: 16, maximum: 64, shared: true },
      { initial: 16, maximum: 16 },
    ]) {
      const w = new WasmMemory(options);
      const heap = createAllocator(memoryOver(w.buffer));
      try {
        w.grow(1);
      } catch {
        // No room for more.
      }
      expect(heap.alloc(100)).toBeGreaterThan(0);
      checkAllocator(heap);
    }
  });
});
