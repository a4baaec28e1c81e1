/**
 * Random programs of goroutines, channels, selects, locks, contexts and deferred calls against what Go recorded of them on one P
 * (apps/oracle/data/programs.json; the comment atop apps/oracle/go/programs/main.go has the language): the same events in the same
 * order, the same end, and after a deadlock the same goroutines with the same reasons.
 */
import { readFileSync } from "node:fs";
import { type Chan, makeChan, nilChan, select, type SelectCase } from "@gort/chan";
import { background, type Context, withCancel } from "@gort/context";
import {
  type Clock,
  createScheduler,
  type Go,
  goexit,
  gosched,
  isDeadlockError,
  type Op,
  panic,
  panicText,
  recover,
  type Scheduler,
  withDefer,
} from "@gort/sched";
import { Cond, Mutex, Once, WaitGroup } from "@gort/sync";
import { expect, test } from "vitest";
import { parse, show, type Step } from "../../../packages/sched/test/steps.ts";

interface Row {
  program: string;
  trace: string;
  end?: string;
}
const { cases } = JSON.parse(
  readFileSync(new URL("../../oracle/data/programs.json", import.meta.url), "utf8"),
) as { cases: Row[] };

/** What the functions of one program share. */
class World {
  readonly trace: string[] = [];
  private readonly scheduler: Scheduler;
  private started = 0;
  private readonly chans = [
    ...[0, 0, 2].map((cap) => makeChan<number>(cap, { zero: 0 })),
    nilChan<number>() as Chan<number, number>,
  ];
  private readonly mus = [new Mutex(), new Mutex()];
  private readonly wgs = [new WaitGroup(), new WaitGroup()];
  private readonly once = new Once();
  private readonly mu = new Mutex();
  private readonly cond = new Cond(this.mu);
  private readonly ctxs: [ctx: Context, cancel: () => void][] = [];

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
    const outer = withCancel(background());
    this.ctxs.push(outer, withCancel(outer[0]));
  }

  private log(g: number, what: string): void {
    this.trace.push(`${g}:${what}`);
  }

  /** Does a step that never waits; false if it is none. */
  private now(g: number, { k, n, v, body }: Step): boolean {
    if (k === "p") panic(n);
    if (k === "x") goexit();
    if (k === "A") this.wgs[n]!.add(1);
    else if (k === "U") this.mus[n]!.unlock();
    else if (k === "l") this.log(g, `l${n}`);
    else if (k === "t") this.log(g, this.chans[n]!.trySend(v) ? `t${v}` : "t-");
    else if (k === "T") this.log(g, `T${this.mus[n]!.tryLock()}`);
    else if (k === "u") {
      const [value, ok, ready] = this.chans[n]!.tryRecv();
      this.log(g, ready ? `u${value} ${ok}` : "u-");
    } else if (k === "g") {
      const child = ++this.started;
      this.log(g, `g${child}`);
      this.scheduler.go(() => this.run(child, body));
    } else {
      if (k === "k") this.chans[n]!.close();
      else if (k === "D") this.wgs[n]!.done();
      else if (k === "S") this.cond.signal();
      else if (k === "X") this.ctxs[n]![1]();
      else return false;
      this.log(g, k);
    }
    return true;
  }

  /** The op of a step that waits for one, and what is logged of its result; null if it is no such step. */
  private waits({ k, n, v, body }: Step): [op: Op<any>, text: (value: any) => string] | null {
    if (k === "s") return [this.chans[n]!.send(v), () => `s${v}`];
    if (k === "v") return [this.chans[n]!.recvOk(), ([value, ok]) => `v${value} ${ok}`];
    if (k === "L") return [this.mus[n]!.lock(), () => "L"];
    if (k === "B") return [this.wgs[n]!.wait(), () => "B"];
    if (k === "Z") {
      const [ctx] = this.ctxs[n]!;
      return [ctx.done().recv(), () => `Z${ctx.err()!.message}`];
    }
    if (k !== "w" && k !== "W") return null;
    const cases = body.map((c): SelectCase => {
      const chan = this.chans[c.n]!;
      return c.k === "s" ? chan.send(c.v) : chan.recv();
    });
    return [
      select(cases, { default: k === "W" }),
      (r: { case: number | "default"; value: unknown; ok: boolean }) => {
        if (r.case === "default") return `${k}-`;
        return `${k}${r.case}${body[r.case]!.k === "s" ? "" : `=${String(r.value)} ${r.ok}`}`;
      },
    ];
  }

  /** A function of goroutine `g`. */
  *run(g: number, steps: Step[]): Go {
    const world = this;
    yield* withDefer(function* (scope) {
      for (const step of steps) {
        const { k, n, body } = step;
        if (world.now(g, step)) continue;
        const wait = world.waits(step);
        if (wait !== null) world.log(g, wait[1](yield* wait[0]));
        else if (k === "y") yield* gosched();
        else if (k === "r") world.log(g, `r${show(recover())}`);
        else if (k === "c") yield* world.run(g, body);
        else if (k === "d") scope.defer(() => world.run(g, body));
        else if (k === "f") {
          for (const it = world.chans[n]!.range(); yield* it.next();) world.log(g, `f${it.value}`);
          world.log(g, "f-");
        } else if (k === "O") {
          yield* world.once.do(() => world.run(g, body));
          world.log(g, "O");
        } else {
          yield* world.mu.lock();
          yield* world.cond.wait();
          world.log(g, "C");
          world.mu.unlock();
        }
      }
    });
  }
}

/** What Go 1.19 calls all waits for locks. */
const LOCK = /^sync\.(Mutex\.Lock|WaitGroup\.Wait|Once\.Do)$/;

/** How a program ended that failed with `error`. */
function endOf(error: unknown): string {
  if (!isDeadlockError(error)) return panicText(error);
  const reasons = error.goroutines.map((g) => (g.reason ?? "").replace(LOCK, "semacquire"));
  return [String(error).split("\n")[0], ...reasons].join("\n");
}

/** Time stands still, so that no wait for a lock is a long one, however slow the machine. */
const still: Clock = {
  now: () => 0,
  wall: () => 0,
  schedule: () => {
    throw new Error("nothing here sets a timer");
  },
};

test("random programs run in generator goroutines on one P as Go recorded them, event by event", async () => {
  for (const { program, trace, end } of cases) {
    const s = createScheduler({ clock: still, sites: false });
    const world = new World(s);
    const main = (): Go => world.run(0, parse(program));
    const ended = await s.run(main).catch(endOf);
    expect([program, ...world.trace, ended]).toEqual([program, ...trace.split(/ (?=\d+:)/), end]);
  }
});
