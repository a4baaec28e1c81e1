/**
 * Random programs of defer, panic, recover and goexit against what Go recorded of them (apps/oracle/data/deferfuzz.json; the
 * comment atop apps/oracle/go/deferfuzz/main.go has the language), in each kind of function and in kinds mixed.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  createFifoScheduler,
  type DeferScope,
  drive,
  type Go,
  goexit,
  isPanicError,
  panic,
  panicText,
  poll,
  recover,
  sleep,
  withDefer,
} from "./helpers.ts";
import { parse, show, type Step } from "./steps.ts";

interface Row {
  program: string;
  trace: string;
  text?: string;
}
const { cases } = JSON.parse(
  readFileSync(new URL("../../../apps/oracle/data/deferfuzz.json", import.meta.url), "utf8"),
) as { cases: Row[] };

type Log = (what: string) => void;

/** The steps that are the same in every kind; true if `step` was one, null for the end of the function. */
function common(step: Step, s: DeferScope<number>, log: Log): boolean {
  if (step.k === "l") log(`l${step.n}`);
  else if (step.k === "N") s.defer(null);
  else if (step.k === "R") s.defer(recover);
  else if (step.k === "p") panic(step.n);
  else if (step.k === "g") goexit();
  else if (step.k === "s") s.result = step.n;
  else return false;
  return true;
}

function plain(steps: Step[], log: Log): number {
  return withDefer<number>((s) => {
    s.result = 0;
    for (const step of steps) {
      if (common(step, s, log)) continue;
      if (step.k === "r") log(`r${show(recover())}`);
      else if (step.k === "D") s.defer(plain, step.body, log);
      else if (step.k === "C") log(`c${plain(step.body, log)}`);
      else if (step.k === "t") return step.n;
      else if (step.k === "S") s.defer(() => void (s.result = step.n));
      else if (step.k === "X")
        s.defer(() => {
          log(`x${show(recover())}`);
          s.result = step.n;
        });
      else if (step.k === "E") s.defer(() => [0].forEach(() => log(`e${show(recover())}`)));
    }
    return s.result;
  });
}

/** In which of `kinds` kinds of function a body runs: in a generator function (0), a plain (1) or an async one (2). */
const kindOf = ({ body }: Step, kinds: number): number => body.length % kinds;

function* generator(steps: Step[], log: Log, kinds: number): Go<number> {
  return yield* withDefer<number>(function* (s) {
    s.result = 0;
    for (const step of steps) {
      const kind = kindOf(step, kinds);
      if (step.n % 3 === 0) yield;
      if (common(step, s, log)) continue;
      if (step.k === "r") log(`r${show(recover())}`);
      else if (step.k === "D" && kind === 2) s.defer(asynchronous, step.body, log, s, kinds);
      else if (step.k === "D" && kind === 1) s.defer(plain, step.body, log);
      else if (step.k === "D") s.defer(generator, step.body, log, kinds);
      else if (step.k === "C" && kind === 2)
        log(`c${yield* poll(asynchronous(step.body, log, null, kinds))}`);
      else if (step.k === "C" && kind === 1) log(`c${plain(step.body, log)}`);
      else if (step.k === "C") log(`c${yield* generator(step.body, log, kinds)}`);
      else if (step.k === "t") return step.n;
      else if (step.k === "S")
        s.defer(function* () {
          yield* sleep(0);
          s.result = step.n;
        });
      else if (step.k === "X")
        s.defer(function* () {
          yield;
          log(`x${show(recover())}`);
          s.result = step.n;
        });
      else if (step.k === "E")
        s.defer(function* () {
          yield* (function* () {
            yield;
            log(`e${show(recover())}`);
          })();
        });
    }
    return s.result;
  });
}

function asynchronous(
  steps: Step[],
  log: Log,
  outer: DeferScope<number> | null,
  kinds: number,
): Promise<number> {
  return withDefer<number>(async (s) => {
    s.result = 0;
    for (const step of steps) {
      const kind = kinds === 1 ? 2 : kindOf(step, kinds);
      if (step.n % 3 === 0) await Promise.resolve();
      if (common(step, s, log)) continue;
      if (step.k === "r") log(`r${show(outer === null ? recover() : outer.recover())}`);
      else if (step.k === "D" && kind === 0) s.defer(generator, step.body, log, kinds);
      else if (step.k === "D" && kind === 1) s.defer(plain, step.body, log);
      else if (step.k === "D") s.defer(asynchronous, step.body, log, s, kinds);
      else if (step.k === "C" && kind === 0)
        log(`c${await drive(generator(step.body, log, kinds))}`);
      else if (step.k === "C" && kind === 1) log(`c${plain(step.body, log)}`);
      else if (step.k === "C") log(`c${await asynchronous(step.body, log, null, kinds)}`);
      else if (step.k === "t") return step.n;
      else if (step.k === "S")
        s.defer(async () => {
          await Promise.resolve();
          s.result = step.n;
        });
      else if (step.k === "X")
        s.defer(async () => {
          await Promise.resolve();
          log(`x${show(s.recover())}`);
          s.result = step.n;
        });
      else if (step.k === "E")
        s.defer(async () => {
          await (async () => log(`e${show(recover())}`))();
        });
    }
    return s.result;
  });
}

const kinds: Record<string, (steps: Step[], log: Log) => () => unknown> = {
  "plain functions": (steps, log) => () => plain(steps, log),
  "generator functions": (steps, log) =>
    function* () {
      return yield* generator(steps, log, 1);
    },
  "async functions": (steps, log) => () => asynchronous(steps, log, null, 1),
  "generator and plain functions mixed": (steps, log) =>
    function* () {
      return yield* generator(steps, log, 2);
    },
  "all kinds mixed, begun by a generator function": (steps, log) =>
    function* () {
      return yield* generator(steps, log, 3);
    },
  "all kinds mixed, begun by an async function": (steps, log) => () =>
    asynchronous(steps, log, null, 3),
};

describe("defer, panic, recover, goexit: random programs run as Go recorded them", () => {
  for (const [kind, main] of Object.entries(kinds)) {
    test(`in ${kind}`, async () => {
      const s = createFifoScheduler({ sites: false });
      for (const { program, trace: want, text } of cases) {
        const steps = parse(program);
        const trace: string[] = [];
        const g = s.go(main(steps, (what) => trace.push(what)));
        try {
          const r = await g.join().start();
          trace.push(r === undefined ? "goexit" : `return ${String(r)}`);
        } catch (error) {
          trace.push(`panic ${show(isPanicError(error) ? error.value : error)}`);
          if (text !== undefined) expect([program, panicText(error)]).toEqual([program, text]);
        }
        expect([program, trace.join(" ")]).toEqual([program, want]);
      }
    });
  }
});
