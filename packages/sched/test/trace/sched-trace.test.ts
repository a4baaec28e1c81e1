import { expect, test } from "vitest";
import {
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  currentScheduler,
  go,
  gosched,
  schedTrace,
  schedTracer,
  sleep,
} from "../../src/index.ts";

const HEADER =
  /^SCHED \d+ms: gomaxprocs=\d+ idleprocs=\d+ threads=\d+ spinningthreads=\d+ needspinning=\d+ idlethreads=\d+ runqueue=\d+/;

test("the header of a busy scheduler shows its queues and ticks", async () => {
  let line = "";
  await createScheduler({ procs: 1, seed: 1 }).run(function* main() {
    for (let i = 0; i < 300; i++) go(function* () {});
    line = schedTrace(currentScheduler())[0]!;
    yield* gosched();
  });
  expect(line).toMatch(HEADER);
  // 256 places and `next`; the other 43 and more went to the global queue.
  expect(line).toMatch(
    /gomaxprocs=1 idleprocs=0 .* idlethreads=0 runqueue=129 \[ 171 \] schedticks=\[ \d+ \]$/,
  );
});

test("the detailed form has a line for each P, M and G, with Go's numbers and wait reasons", async () => {
  let lines: string[] = [];
  await createScheduler({ procs: 2, seed: 1 }).run(function* main() {
    go(function* () {
      yield* sleep(1);
    });
    yield* gosched();
    yield* gosched();
    lines = schedTrace(currentScheduler(), { detail: true, sinceMs: 7.9 });
  });
  expect(lines[0]).toMatch(
    /^SCHED 7ms: gomaxprocs=2 .* runqueue=0 gcwaiting=false nmidlelocked=0 stopwait=0 sysmonwait=false$/,
  );
  const P =
    /^ {2}P\d: status=[01] schedtick=\d+ syscalltick=0 m=(0|nil) runqsize=0 gfreecnt=0 timerslen=[01]$/;
  expect(lines[1]).toMatch(P);
  expect(lines[2]).toMatch(P);
  expect(lines[3]).toMatch(
    /^ {2}M0: p=\d curg=1 mallocing=0 throwing=0 preemptoff= locks=0 dying=0 spinning=(true|false) blocked=false lockedg=nil$/,
  );
  expect(lines.slice(4)).toEqual([
    "  G1: status=2() m=0 lockedm=nil",
    "  G2: status=4(sleep) m=nil lockedm=nil",
  ]);
});

test("an idle scheduler and the twins have one, too", () => {
  expect(schedTrace(createScheduler({ procs: 3 }))[0]).toMatch(
    /gomaxprocs=3 idleprocs=3 .* \[ 0 0 0 \] schedticks=\[ 0 0 0 \]$/,
  );
  expect(schedTrace(createFifoScheduler())[0]).toMatch(HEADER);
  expect(() => schedTrace({} as never)).toThrow(TypeError);
});

test("the tracer prints at most once per period, and nothing while nothing happens", async () => {
  const lines: string[] = [];
  const tracer = schedTracer({ everyMs: 50, print: (line) => lines.push(line) });
  await createDeterministicScheduler({ tracer, seed: 1 }).run(function* () {
    for (let i = 0; i < 20; i++) yield* sleep(10);
    yield* sleep(10_000);
  });
  expect(lines.map((l) => /^SCHED (\d+)ms/.exec(l)![1])).toEqual([
    "50",
    "100",
    "150",
    "200",
    "10200",
  ]);
  for (const line of lines) expect(line).toMatch(HEADER);
});

test.each([0, -5, NaN])("everyMs %s is refused by name", (everyMs) => {
  expect(() => schedTracer({ everyMs, print: () => {} })).toThrow(
    `schedTracer: everyMs is ${everyMs}`,
  );
});

test.each(["100", 10n, 0, -1, NaN, null, undefined])(
  "everyMs of %s is refused by name",
  (wrong) => {
    const make = () => schedTracer({ everyMs: wrong as never, print: () => {} });
    expect(make).toThrow(/^schedTracer: everyMs is .*, want at least 1 millisecond$/);
  },
);

test.each(["x", "5", NaN, Infinity, null])("sinceMs of %s is refused by name", (wrong) => {
  expect(() => schedTrace(createScheduler(), { sinceMs: wrong as never })).toThrow(
    /^schedTrace: sinceMs is .*, want a finite number of milliseconds$/,
  );
});
