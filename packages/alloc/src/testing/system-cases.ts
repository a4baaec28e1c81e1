/**
 * System memory: what a collector keeps its own state in, outside of every object.
 *
 * Invariants
 *  1. A collector that gets none goes on with what it has, so a refusal has to be an error, and change nothing.
 */
import type { Ptr, TracedAllocator } from "../api.ts";
import { assert, isFilled, isZero, same, sweepAll, throws, type ConformanceCase } from "./case.ts";

const MIB = 2 ** 20;

/** See the file header. */
export const systemCases: readonly ConformanceCase<TracedAllocator>[] = [
  {
    name: "system memory is zero, outside of every object, and holds what is written over allocations and cycles",
    run(make) {
      const a = make(8 * MIB);
      isZero(a, a.system.user, 1024, "user words");
      const parts: [Ptr, number][] = [[a.system.user, 1024]];
      for (const bytes of [40, 20_000, 8192]) parts.push([a.system.persistentAlloc(bytes), bytes]);
      for (const bytes of [8192, 40_000]) parts.push([a.system.allocManual(bytes), bytes]);
      for (const [i, [p, bytes]] of parts.entries()) {
        same(p % 8, 0, "alignment");
        for (const at of [p, p + bytes - 1]) same(a.objects.find(at), 0, "find in system memory");
        a.memory.u8.fill(i + 1, p, p + bytes);
      }
      for (let i = 0; i < 1000; i++) {
        const size = i % 100 === 0 ? 20_000 : 100;
        const p = a.alloc(size);
        a.memory.u8.fill(0xff, p, p + size);
      }
      a.objects.cycle.startMark();
      a.objects.cycle.startSweep();
      sweepAll(a);
      for (const [i, [p, bytes]] of parts.entries()) isFilled(a, p, bytes, i + 1, "system memory");
      for (const [p, bytes] of parts.slice(4)) a.system.freeManual(p, bytes);
    },
  },
  {
    name: "manual memory that is given back is used again, where memory of objects is",
    run(make) {
      const a = make(4 * MIB);
      const rounds = Math.ceil(a.memory.byteLength / 30_000);
      try {
        for (let i = 0; i < rounds; i++) a.free(a.alloc(40_000));
      } catch {
        return; // An allocator that uses nothing again before it is reset.
      }
      for (let i = 0; i < rounds; i++) a.system.freeManual(a.system.allocManual(40_000), 40_000);
      for (let i = 0; i < 5 * rounds; i++) a.system.freeManual(a.system.allocManual(8192), 8192);
    },
  },
  {
    name: "system memory is aligned as asked for, zero again when it is used again, and counted as overhead",
    run(make) {
      const a = make(8 * MIB);
      const live: [Ptr, number][] = [];
      for (const align of [8, 16, 64, 512, 8, 4096, 8192, 8192]) {
        const p = a.system.persistentAlloc(24, align);
        same(p % align, 0, `alignment of ${p} to ${align}`);
        isZero(a, p, 24, "persistent memory");
        a.memory.u8.fill(1 + live.length, p, p + 24);
        live.push([p, 24]);
      }
      for (let round = 0; round < 6; round++) {
        const got = [8192, 1, 40_000].map((bytes) => [a.system.allocManual(bytes), bytes] as const);
        const held = a.system.touched ?? Infinity;
        assert(held >= 48_193, `${held} bytes of it are touched while 48,193 are handed out`);
        for (const [p, bytes] of got) {
          isZero(a, p, bytes, `manual memory in round ${round}`);
          a.memory.u8.fill(0xff, p, p + bytes);
        }
        for (const [p, bytes] of got) a.system.freeManual(p, bytes);
        // Objects get the pages meanwhile, and leave something there.
        const objects = Array.from({ length: 20 }, () => a.alloc(3000));
        for (const p of objects) a.memory.u8.fill(0xff, p, p + 3000);
        for (const p of objects) a.free(p);
        const { sys, heapSys } = a.stats();
        const { overhead, touched } = a.system;
        if (overhead !== undefined) same(overhead, sys - heapSys, "overhead");
        if (touched !== undefined)
          assert(touched > 0 && touched <= sys - heapSys, `${touched} bytes of it are touched`);
      }
      for (const [i, [p, bytes]] of live.entries())
        isFilled(a, p, bytes, i + 1, "persistent memory");
    },
  },
  {
    name: "system memory of a bad size or alignment, or more than there is, is an error that can be caught",
    run(make) {
      const a = make(4 * MIB);
      const { system } = a;
      for (const bytes of [-1, 0, 1.5, NaN, Infinity]) {
        for (const call of [() => system.persistentAlloc(bytes), () => system.allocManual(bytes)]) {
          const err = throws(call, /size|out of memory/);
          assert(err.message.includes(String(bytes)), `"${err.message}" does not name ${bytes}`);
        }
      }
      for (const align of [0, 3, -8, 16_384, NaN])
        throws(() => system.persistentAlloc(24, align), new RegExp(`align.*${align}`));
      throws(() => system.persistentAlloc(64 * MIB), /out of memory/);
      const p = a.alloc(1000);
      a.memory.u8.fill(7, p, p + 1000);
      const got: Ptr[] = [];
      throws(() => {
        for (;;) got.push(system.allocManual(100_000));
      }, /out of memory/);
      assert(got.length > 10, `only ${got.length} pieces of 100,000 bytes fit into 4 MiB`);
      assert(
        got.every((q) => q > 0),
        "a piece is nil",
      );
      for (const q of got) system.freeManual(q, 100_000);
      isFilled(a, p, 1000, 7, "the object");
    },
  },
];
