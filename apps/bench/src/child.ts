/**
 * The measuring process: loads one contender, does one job, prints one line of JSON. Everything is fresh in it, so that
 * no contender meets types, code or garbage that another one left behind.
 *
 * Run by the harness: `node --expose-gc child.js <contender file> <job> <n> <runs> <ms> <unit>`.
 */
import { pathToFileURL } from "node:url";
import {
  type Contender,
  type JobBody,
  type Meter,
  type Outcome,
  type Report,
  type Task,
  taskOf,
} from "./job.ts";

const settle = (): void => {
  globalThis.gc?.();
  globalThis.gc?.();
};

/**
 * Empties the young generation. Not a full collection: that one throws away optimised code whose objects have all died, and
 * what would be timed is V8 compiling once more (40 ms of a 70 ms run, measured).
 */
const young = (): void => {
  (globalThis.gc as undefined | ((o: { type: "minor" }) => void))?.({ type: "minor" });
};

/** How long a job is repeated before it counts, and at which size at most. */
const WARM_UP_MS = 400;
const WARM_UP_N = 1e6;

/** Runs a body once; milliseconds between start and stop. */
export async function measure(body: JobBody, n: number): Promise<Outcome & { ms: number }> {
  let ms = 0;
  let from = 0;
  let marked = false;
  const meter: Meter = {
    start() {
      marked = true;
      from = performance.now();
    },
    stop() {
      ms += performance.now() - from;
    },
    gc: settle,
    heapBytes() {
      settle();
      const u = process.memoryUsage();
      return u.heapUsed + u.external;
    },
  };
  const began = performance.now();
  const pending = body(n, meter);
  const outcome = "then" in pending ? await pending : pending;
  if (!marked) ms = performance.now() - began;
  return { ...outcome, ms };
}

/** Runs a body as often as asked; the least value counts. */
export async function report(
  body: JobBody,
  { n, runs, ms, unit }: Omit<Task, "job">,
): Promise<Report> {
  settle();
  // V8 compiles in its own time, and once more when it has learnt better: small jobs are repeated before they count. A
  // channel of 500,000 values took eight runs of 30 ms to settle at its speed.
  const began = performance.now();
  for (let i = 0; i < 500 && runs > 0 && (i === 0 || performance.now() - began < WARM_UP_MS); i++) {
    await measure(body, Math.min(n, WARM_UP_N));
  }
  let best: (Outcome & { ms: number }) | undefined;
  let least = Infinity;
  const more: Record<string, number> = {};
  // Only what is timed counts: a short job with a long preparation needs its runs, for V8 to compile it at last.
  let spent = 0;
  for (let i = 0; i < Math.max(1, runs) && (i === 0 || spent < ms); i++) {
    young();
    const o = await measure(body, n);
    spent += o.ms;
    const value = o.value ?? (unit === "ns" ? (o.ms * 1e6) / n : o.ms);
    for (const [id, v] of Object.entries(o.more ?? {})) more[id] = Math.min(v, more[id] ?? v);
    if (best === undefined || value < least) {
      least = value;
      best = o;
    }
  }
  return {
    check: best!.check,
    value: least,
    ...(best!.more ? { more } : {}),
    ...(best!.note ? { note: best!.note } : {}),
  };
}

if (process.argv[1]?.endsWith("child.js")) {
  const [file, ...args] = process.argv.slice(2);
  const task = taskOf(args);
  const contender = ((await import(pathToFileURL(file!).href)) as { default: Contender }).default;
  const result = await report(contender.jobs[task.job]!, task);
  // JSON has no Infinity; a string stands for it.
  process.stdout.write(
    JSON.stringify(result, (_, v: unknown) => (v === Infinity ? "Infinity" : v)) + "\n",
    () => process.exit(0),
  );
}
