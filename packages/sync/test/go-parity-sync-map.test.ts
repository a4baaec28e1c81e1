import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SyncMap } from "../src/index.ts";
import { property } from "./fuzz.ts";
import { collect } from "./gc.ts";

type Call = [method: string, key: number, a: number, b: number];

const methods = [
  "load",
  "store",
  "loadOrStore",
  "loadAndDelete",
  "delete",
  "swap",
  "compareAndSwap",
  "compareAndDelete",
  "range",
  "clear",
];

/** The trivially simple twin: a map behind a mutex. */
class Twin {
  private readonly m = new Map<number, number>();

  call([method, key, a, b]: Call): unknown {
    const had = this.m.has(key);
    const v = this.m.get(key);
    switch (method) {
      case "load":
        return [v, had];
      case "store":
        this.m.set(key, a);
        return undefined;
      case "loadOrStore":
        if (!had) this.m.set(key, a);
        return [had ? v : a, had];
      case "loadAndDelete":
        this.m.delete(key);
        return [v, had];
      case "delete":
        this.m.delete(key);
        return undefined;
      case "swap":
        this.m.set(key, a);
        return [v, had];
      case "compareAndSwap":
        if (!had || v !== a) return false;
        this.m.set(key, b);
        return true;
      case "compareAndDelete":
        if (!had || v !== a) return false;
        this.m.delete(key);
        return true;
      case "range":
        return [...this.m].sort((x, y) => x[0] - y[0]);
      default:
        this.m.clear();
        return undefined;
    }
  }
}

function call(m: SyncMap<number, number>, [method, key, a, b]: Call): unknown {
  switch (method) {
    case "load":
      return m.load(key);
    case "store":
      return m.store(key, a);
    case "loadOrStore":
      return m.loadOrStore(key, a);
    case "loadAndDelete":
      return m.loadAndDelete(key);
    case "delete":
      return m.delete(key);
    case "swap":
      return m.swap(key, a);
    case "compareAndSwap":
      return m.compareAndSwap(key, a, b);
    case "compareAndDelete":
      return m.compareAndDelete(key, a);
    case "range":
      return [...m].sort((x, y) => x[0] - y[0]);
    default:
      return m.clear();
  }
}

describe("syncmap", () => {
  it("results equal a mutex-guarded map for any sequence of calls", () => {
    const small = fc.integer({ min: 0, max: 3 });
    property(
      fc.array(
        fc.tuple(fc.constantFrom(...methods), fc.integer({ min: 0, max: 7 }), small, small),
        {
          maxLength: 80,
          size: "max",
        },
      ),
      (calls) => {
        const m = new SyncMap<number, number>();
        const twin = new Twin();
        for (const c of calls) expect(call(m, c), c.join(" ")).toEqual(twin.call(c));
        const rest: [number, number][] = [];
        m.range((k, v) => void rest.push([k, v]));
        expect(rest.sort((x, y) => x[0] - y[0])).toEqual(twin.call(["range", 0, 0, 0]));
      },
    );
  });

  it("Range sees each key at most once and every key present throughout, while others store", () => {
    const m = new SyncMap<number, number>();
    const n = 1000;
    for (let i = 0; i < n; i++) m.store(i, i);
    const seen = new Map<number, number>();
    m.range((k) => {
      seen.set(k, (seen.get(k) ?? 0) + 1);
      m.store(n + k, k); // new keys
      m.store((k * 7) % n, k); // old keys
      if (k % 5 === 0 && k > 0) {
        m.delete(n + k - 1);
        m.store(n + k - 1, 0);
      }
    });
    for (let i = 0; i < n; i++) expect(seen.get(i)).toBe(1);
    for (const [, times] of seen) expect(times).toBe(1);
  });

  it("Range may be nested and may Store/Delete inside; after deleting each visited key it is empty", () => {
    const m = new SyncMap<number, string>();
    for (let i = 0; i < 5; i++) m.store(i, "v");
    m.range((key) => {
      m.range((inner, value) => {
        // Sees keys that still are there, in any order.
        expect(m.load(inner)).toEqual([value, true]);
        if (inner === 0) m.store(1000, "new");
        return true;
      });
      if (!m.load(key)[1]) return true;
      m.delete(key);
      return true;
    });
    m.delete(1000);
    expect([...m]).toEqual([]);
  });

  it("Range stops when f returns false", () => {
    const m = new SyncMap<number, number>();
    for (let i = 0; i < 5; i++) m.store(i, i);
    let n = 0;
    m.range(() => ++n < 3);
    expect(n).toBe(3);
  });

  it("deleted keys are not kept alive", async () => {
    const m = new SyncMap<object | null, number>();
    m.store(null, 0);
    const refs: WeakRef<object>[] = [];
    const storeAndDelete = (): void => {
      const key = {};
      refs.push(new WeakRef(key));
      m.store(key, 1);
      m.delete(key);
    };
    for (let i = 0; i < 20; i++) storeAndDelete();
    let alive = 20;
    for (let i = 0; i < 50 && alive > 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      collect();
      m.load({}); // misses bring the read map up to date
      alive = refs.filter((r) => r.deref() !== undefined).length;
    }
    expect(alive).toBe(0);
  });

  it("CompareAndSwap(absent, nil, v) is false", () => {
    const m = new SyncMap<string, number | undefined>();
    expect(m.compareAndSwap("absent", undefined, 1)).toBe(false);
    m.store("there", undefined);
    expect(m.load("there")).toEqual([undefined, true]);
    expect(m.compareAndSwap("there", undefined, 1)).toBe(true);
    m.delete("there");
    expect(m.compareAndSwap("there", undefined, 1)).toBe(false);
    expect(m.compareAndDelete("there", undefined)).toBe(false);
  });

  it("a key that was expunged comes back with its new value after the next promotion", () => {
    const m = new SyncMap<string, number>();
    m.store("a", 1);
    m.store("b", 1);
    m.range(() => true); // both in the read map
    m.delete("a");
    m.store("c", 1); // makes the dirty map without "a": expunged
    m.store("a", 2);
    m.range(() => true);
    expect([...m].sort()).toEqual([
      ["a", 2],
      ["b", 1],
      ["c", 1],
    ]);
  });
});
