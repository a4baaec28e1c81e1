/** What a user's editor shows: types that must be inferred without an annotation. */
import { after, type Go, newTicker, newTimer, type Op, sleep, tick, withSignal } from "@gort/sched";
import { int32 } from "@gort/types";
import { describe, expectTypeOf, test } from "vitest";
import {
  type Chan,
  type RecvChan,
  type SelectCase,
  type SelectCases,
  type SelectListResult,
  type SelectResult,
  type SendChan,
  isChan,
  makeChan,
  nilChan,
  prepare,
  select,
  trySelect,
} from "../src/index.ts";

const plain = makeChan<number>(1);
const zeroed = makeChan<number>(1, { zero: 0 });
const inferred = makeChan(1, { zero: "" });

describe("types", () => {
  test("isChan tells a channel from other things, not which of its sides may be used", () => {
    const either = plain as Chan<number> | string;
    if (isChan(either)) expectTypeOf(either).toEqualTypeOf<Chan<number>>();
    else expectTypeOf(either).toEqualTypeOf<string>();
    const unknown: unknown = plain.recvOnly();
    if (isChan(unknown)) {
      expectTypeOf(unknown).toEqualTypeOf<RecvChan<unknown> | SendChan<never>>();
      expectTypeOf(unknown.len).toEqualTypeOf<number>();
      expectTypeOf(unknown).not.toHaveProperty("close");
    }
  });

  test("a channel with a zero value gives T, one without gives T | undefined", () => {
    expectTypeOf(plain).toEqualTypeOf<Chan<number>>();
    expectTypeOf(zeroed).toEqualTypeOf<Chan<number, number>>();
    expectTypeOf(inferred).toEqualTypeOf<Chan<string, string>>();
    const body = function* (): Go {
      const a = yield* plain.recv();
      expectTypeOf(a).toEqualTypeOf<number | undefined>();
      const b = yield* zeroed.recv();
      expectTypeOf(b).toEqualTypeOf<number>();
      const [v, ok] = yield* plain.recvOk();
      if (ok) expectTypeOf(v).toEqualTypeOf<number>();
      const r = yield* plain.range().next();
      expectTypeOf(r).toEqualTypeOf<boolean>();
      const s = yield* plain.send(1);
      expectTypeOf(s).toEqualTypeOf<void>();
    };
    expectTypeOf(body).returns.toEqualTypeOf<Go>();
    expectTypeOf(plain.range().value).toEqualTypeOf<number>();
    const [v, ok, ready] = plain.tryRecv();
    if (ok) {
      expectTypeOf(v).toEqualTypeOf<number>();
      expectTypeOf(ready).toEqualTypeOf<true>();
    }
  });

  test("await gives the same types as yield*", () => {
    const f = async () => {
      const a = await zeroed.recv();
      expectTypeOf(a).toEqualTypeOf<number>();
      for await (const v of plain) expectTypeOf(v).toEqualTypeOf<number>();
    };
    expectTypeOf(f).returns.toEqualTypeOf<Promise<void>>();
  });

  test("a select gives a union discriminated by case and ok", () => {
    const names = makeChan<string>();
    const s = select({ n: plain.recv(), z: zeroed.recv(), out: names.send("x"), late: sleep(5) });
    const f = async (signal: AbortSignal) => {
      const r = await s;
      switch (r.case) {
        case "n":
          if (r.ok) expectTypeOf(r.value).toEqualTypeOf<number>();
          break;
        case "z":
          expectTypeOf(r.value).toEqualTypeOf<number>();
          break;
        case "out":
          expectTypeOf(r.value).toEqualTypeOf<void>();
          expectTypeOf(r.ok).toEqualTypeOf<true>();
          break;
        case "late":
          expectTypeOf(r.ok).toEqualTypeOf<true>();
          break;
      }
      expectTypeOf(r.case).toEqualTypeOf<"n" | "z" | "out" | "late">();
      const d = await select({ n: plain.recv(), stop: signal, default: true });
      expectTypeOf(d.case).toEqualTypeOf<"n" | "stop" | "default">();
      const maybe: RecvChan<string> | null = names;
      const o = await select({ off: null, maybe: maybe === names ? names.recv() : null });
      expectTypeOf(o.case).toEqualTypeOf<"maybe">();
      const pair = await select({ p: plain.recvOk() });
      if (pair.ok) expectTypeOf(pair.value).toEqualTypeOf<[value: number, ok: true]>();
    };
    expectTypeOf(f).parameters.toEqualTypeOf<[AbortSignal]>();
  });

  test("a receive of promises, called off or not, gives promises", () => {
    const promises = makeChan(0, { zero: Promise.resolve(1) });
    const f = function* (signal: AbortSignal) {
      expectTypeOf(yield* promises.recv()).toEqualTypeOf<Promise<number>>();
      expectTypeOf(yield* withSignal(promises.recv(), signal)).toEqualTypeOf<Promise<number>>();
    };
    expectTypeOf(f).parameters.toEqualTypeOf<[AbortSignal]>();
  });

  test("a receive that can be called off, and the next of a range, may find the channel closed", () => {
    const f = async (signal: AbortSignal) => {
      const r = await select({
        job: withSignal(plain.recv(), signal),
        pair: withSignal(zeroed.recvOk(), signal),
        more: plain.range().next(),
        late: withSignal(sleep(5), signal),
      });
      if (r.case === "job" && r.ok) expectTypeOf(r.value).toEqualTypeOf<number>();
      if (r.case === "job" && !r.ok) expectTypeOf(r.value).toEqualTypeOf<number | undefined>();
      if (r.case === "pair" && r.ok)
        expectTypeOf(r.value).toEqualTypeOf<[value: number, ok: true]>();
      if (r.case === "more") expectTypeOf(r.ok).toEqualTypeOf<boolean>();
      if (r.case === "late") expectTypeOf(r.ok).toEqualTypeOf<true>();
    };
    expectTypeOf(f).parameters.toEqualTypeOf<[AbortSignal]>();
    // What an editor offers after the dot; the brand, by which that is inferred, is no name.
    const names = <O>(_op: O): (keyof O & string)[] => [];
    expectTypeOf(names(plain.recv())).toEqualTypeOf<("ok" | "start" | "then")[]>();
    expectTypeOf(names(withSignal(plain.recv(), null))).toEqualTypeOf<
      ("ok" | "start" | "then")[]
    >();
    const generic = <T>(op: Op<T>, signal: AbortSignal): Op<T> => withSignal(op, signal);
    expectTypeOf(generic<string>).returns.toEqualTypeOf<Op<string>>();
    expectTypeOf((op: Op<number>) => withSignal<number>(op, null)).returns.toEqualTypeOf<
      Op<number>
    >();
  });

  test("a list select gives the index, trySelect adds the default", () => {
    const r = trySelect([plain.recv(), zeroed.send(1)]);
    expectTypeOf(r.case).toEqualTypeOf<0 | 1 | "default">();
    if (r.case === 0 && r.ok) expectTypeOf(r.value).toEqualTypeOf<number>();
    const many = select([plain, plain].map((c) => c.recv()));
    const f = async () => (await many).case;
    expectTypeOf(f).returns.toEqualTypeOf<Promise<number>>();
    const flag: boolean = plain.len > 0;
    const k = trySelect({ a: plain.recv() });
    expectTypeOf(k.case).toEqualTypeOf<"a" | "default">();
    if (k.case === "a" && k.ok) expectTypeOf(k.value).toEqualTypeOf<number>();
    const d = trySelect({ a: sleep(1), default: flag });
    expectTypeOf(d.case).toEqualTypeOf<"a" | "default">();
    if (d.case === "default") expectTypeOf(d.value).toEqualTypeOf<undefined>();
  });

  test("default may be passed on: known, not known, or not given", () => {
    const n = () => [plain.recv()] as const;
    const f = async (flag: boolean, maybe: { default?: boolean | undefined }) => {
      expectTypeOf((await select(n(), { default: true })).case).toEqualTypeOf<0 | "default">();
      expectTypeOf((await select(n(), { default: flag })).case).toEqualTypeOf<0 | "default">();
      expectTypeOf((await select(n(), maybe)).case).toEqualTypeOf<0 | "default">();
      expectTypeOf((await select(n(), { default: false })).case).toEqualTypeOf<0>();
      expectTypeOf((await select(n(), { default: undefined })).case).toEqualTypeOf<0>();
      expectTypeOf((await select(n(), {})).case).toEqualTypeOf<0>();
      const named = await select({ n: plain.recv(), default: flag });
      expectTypeOf(named.case).toEqualTypeOf<"n" | "default">();
      const passed = await select({ n: plain.recv(), default: maybe.default });
      expectTypeOf(passed.case).toEqualTypeOf<"n" | "default">();
    };
    expectTypeOf(f).returns.toEqualTypeOf<Promise<void>>();
  });

  test("cases of any shape: a record of many, those of an interface spread, those that are generic", () => {
    interface Cases {
      readonly a: Op<number>;
    }
    const f = async (many: Record<string, Op<number>>, own: Cases) => {
      expectTypeOf((await select(many)).case).toEqualTypeOf<string>();
      expectTypeOf((await select({ ...own })).case).toEqualTypeOf<"a">();
    };
    const generic = <C extends SelectCases>(cases: C) => select(cases);
    expectTypeOf(generic({ late: sleep(1) })).toExtend<Op<{ case: "late" }>>();
    const records = <C extends SelectCases>(cases: C): Op<SelectResult<C>> => select(cases);
    expectTypeOf(records({ late: sleep(1) })).toExtend<Op<{ case: "late" }>>();
    const lists = <C extends readonly SelectCase[]>(cases: C): Op<SelectListResult<C>> =>
      select(cases);
    expectTypeOf(lists([sleep(1)] as const)).toExtend<Op<{ case: 0 }>>();
    const either = (cases: readonly SelectCase[] | SelectCases) => select(cases);
    expectTypeOf(either).parameters.toEqualTypeOf<[readonly SelectCase[] | SelectCases]>();
    const value = async <T>(op: Op<T>): Promise<T> => {
      const r = await select({ op, never: null });
      return r.case === "op" ? r.value : (await select([op])).value;
    };
    expectTypeOf(value(sleep(1))).toEqualTypeOf<Promise<void>>();
    expectTypeOf(f).returns.toEqualTypeOf<Promise<void>>();
  });

  test("a prepared select infers through functions, in generators too", () => {
    const p = prepare({ in: zeroed.recv(), out: () => (zeroed.len > 0 ? zeroed.send(1) : null) });
    const body = function* (): Go {
      const r = yield* p;
      expectTypeOf(r.case).toEqualTypeOf<"in" | "out">();
      if (r.case === "in") expectTypeOf(r.value).toEqualTypeOf<number>();
    };
    expectTypeOf(body).returns.toEqualTypeOf<Go>();
    expectTypeOf(p.try().case).toEqualTypeOf<"in" | "out" | "default">();
    expectTypeOf(p).toExtend<Op<unknown>>();
  });

  test("in a loop whose cases depend on the last result the result has a type", () => {
    const jobs = makeChan<string>();
    const byFunction = async (): Promise<number> => {
      let on = false;
      const late = (): Op<void> | null => (on ? sleep(50) : null);
      for (;;) {
        const r = await select({ job: jobs.recv(), late: late() });
        on = r.case === "job";
        if (r.case === "job" && r.ok) return r.value.length;
      }
    };
    const byPrepare = async (): Promise<number> => {
      let last: string | null = null;
      const next = prepare({ job: jobs.recvOk(), late: () => (last === null ? null : sleep(50)) });
      for (;;) {
        const r = await next;
        if (r.case === "late") return 0;
        last = r.value[0] ?? null;
      }
    };
    expectTypeOf([byFunction, byPrepare]).toEqualTypeOf<(() => Promise<number>)[]>();
  });

  test("directions: a channel is both, a view is one, and values cannot be confused", () => {
    expectTypeOf(plain).toExtend<RecvChan<number>>();
    expectTypeOf(plain).toExtend<SendChan<number>>();
    expectTypeOf(zeroed).toExtend<RecvChan<number>>();
    expectTypeOf(zeroed).toExtend<Chan<number>>();
    expectTypeOf(plain.recvOnly()).not.toExtend<SendChan<number>>();
    expectTypeOf(plain.sendOnly()).not.toExtend<RecvChan<number>>();
    expectTypeOf<SendChan<number>>().not.toExtend<SendChan<number | string>>();
    expectTypeOf<SendChan<number | string>>().toExtend<SendChan<number>>();
    expectTypeOf<RecvChan<number>>().toExtend<RecvChan<number | string>>();
    expectTypeOf<Chan<number>>().not.toExtend<Chan<number | string>>();
    const off: Chan<number> = nilChan();
    expectTypeOf(off).toExtend<RecvChan<number>>();
    const jobs: { in: Chan<number, number> } = { in: makeChan<number>(0, { zero: 0 }) };
    jobs.in = nilChan();
    expectTypeOf(jobs.in.recv()).toExtend<Op<number>>();
    expectTypeOf(nilChan<string>()).toEqualTypeOf<Chan<string>>();
    const done = makeChan<void>();
    expectTypeOf(done.send).toBeCallableWith();
  });

  test("variance: who can receive a dog can receive an animal, who takes any animal takes a dog", () => {
    interface Animal {
      readonly name: string;
    }
    interface Dog extends Animal {
      bark(): void;
    }
    expectTypeOf<RecvChan<Dog>>().toExtend<RecvChan<Animal>>();
    expectTypeOf<RecvChan<Animal>>().not.toExtend<RecvChan<Dog>>();
    expectTypeOf<SendChan<Animal>>().toExtend<SendChan<Dog>>();
    expectTypeOf<SendChan<Dog>>().not.toExtend<SendChan<Animal>>();
    expectTypeOf<Chan<Dog>>().toExtend<RecvChan<Animal>>();
    expectTypeOf<Chan<Animal>>().toExtend<SendChan<Dog>>();
    expectTypeOf<Chan<Dog>>().not.toExtend<SendChan<Animal>>();
    expectTypeOf<Chan<Dog>>().not.toExtend<Chan<Animal>>();
    expectTypeOf<Chan<Dog, Dog>>().toExtend<RecvChan<Dog, Dog>>();
  });

  test("generic code over channels infers what they carry", () => {
    function merge<T>(...from: RecvChan<T>[]): RecvChan<T> {
      const out = makeChan<T>();
      for (const ch of from) void ch;
      return out;
    }
    expectTypeOf(merge(plain, makeChan<number>().recvOnly())).toEqualTypeOf<RecvChan<number>>();
    async function first<T, Z>(ch: RecvChan<T, Z>): Promise<T | Z> {
      return await ch.recv();
    }
    expectTypeOf(first(zeroed)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(first(plain)).toEqualTypeOf<Promise<number | undefined>>();
  });

  test("the channel of a timer is a RecvChan<number>", () => {
    const times: RecvChan<number>[] = [after(1), newTicker(5).c, newTimer(1).c, tick(5)];
    const or = <T>(...from: RecvChan<T>[]): RecvChan<T> => from[0]!;
    expectTypeOf(or<unknown>(plain, ...times, after(1))).toEqualTypeOf<RecvChan<unknown>>();
    expectTypeOf(after(1)).toExtend<RecvChan<number>>();
    expectTypeOf(after(1)).not.toExtend<SendChan<number>>();
  });

  test("misuse does not compile", () => {
    const refused = async (animals: RecvChan<string>, signal: AbortSignal) => {
      // @ts-expect-error a string is no number
      await plain.send("x");
      // @ts-expect-error a receiving side is not closed
      animals.close();
      // @ts-expect-error a channel is no case: its recv() is
      await select({ a: plain });
      // @ts-expect-error nor in a list
      await select([plain]);
      // @ts-expect-error nor in one with options
      await select([plain], { default: true });
      // @ts-expect-error nor where it is only tried
      trySelect([plain]);
      // @ts-expect-error a list has its default in the options
      await select([plain.recv(), true]);
      // @ts-expect-error an operation is no record of them
      await select(plain.recv());
      // @ts-expect-error an option is misspelled
      await select([plain.recv()], { defualt: true });
      // @ts-expect-error named cases have no options
      await select({ a: plain.recv() }, { default: true });
      // @ts-expect-error the zero value is of another type
      makeChan<number>(1, { zero: "" });
      // @ts-expect-error one of zero and type says what the zero value is
      makeChan(1, { zero: 0, type: int32 });
      // @ts-expect-error the type is an option
      makeChan(int32, 1);
      // @ts-expect-error a promise is no case: poll(promise) is
      await select({ a: Promise.resolve(1) });
      // @ts-expect-error a case that is off is null, not the false of &&
      await select({ a: signal.aborted && plain.recv(), late: sleep(1) });
      // @ts-expect-error nor is a case true
      trySelect({ a: true });
      // @ts-expect-error nor in a prepared select
      void prepare({ a: signal.aborted && plain.recv() });
      // @ts-expect-error no operation is named default
      trySelect({ default: plain.recv() });
      // @ts-expect-error no operation is named default
      void prepare({ default: () => plain.recv() });
      // @ts-expect-error a signal is an option, not the options
      await plain.recv(signal);
      const r = await select({ a: plain.recv() });
      // @ts-expect-error there is no such case
      return r.case === "b";
    };
    expectTypeOf(refused).returns.toEqualTypeOf<Promise<boolean>>();
  });
});
