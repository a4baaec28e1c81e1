/**
 * Random programs of selects over locks, permits, timers and channels together, in generators, in async functions and in
 * both, with waits that are called off and with cases that ask for the same thing twice. What must hold: nobody is inside
 * beside another who excludes it, what was sent was received or is in the buffer, everybody gets through, and in the end
 * every lock and permit is back.
 *
 * GORT_FUZZ sets the number of seeds, GORT_SEED the first one; a failure names its seed.
 */
import { type Chan, checkChan, makeChan, prepare, select, trySelect } from "@gort/chan";
import { background, withTimeout } from "@gort/context";
import {
  createDeterministicScheduler,
  type Go,
  go,
  type Op,
  sleep,
  type WaitOptions,
  withSignal,
} from "@gort/sched";
import { Cond, ErrGroup, Mutex, RWMutex, Semaphore, SingleFlight } from "@gort/sync";
import { expect, test } from "vitest";

const first = Number(process.env.GORT_SEED ?? 1);
const seeds = Array.from({ length: Number(process.env.GORT_FUZZ ?? 40) }, (_, i) => first + i);

const WORKERS = 6;
const ROUNDS = 8;
const PERMITS = 3;

/** What a worker waits for, and what it does when it has it and when it goes. */
interface Wish {
  readonly op: Op<any>;
  enter(value: any): void;
  leave(value: any): void;
}

class Program {
  finished = 0;
  readonly mu = new Mutex();
  readonly rw = new RWMutex();
  readonly sem = new Semaphore(PERMITS);
  readonly ch;
  private readonly kinds: (() => Wish)[];
  private readonly stops = new Set<AbortController>();
  private readonly twice: boolean;
  private state: number;
  private inside = { mutex: 0, readers: 0, writers: 0, permits: 0 };
  private nextValue = 0;
  private readonly sent = new Set<number>();
  private readonly received = new Set<number>();

  constructor(seed: number, twice: boolean) {
    this.state = Math.imul(seed, 2654435761) >>> 0;
    this.twice = twice;
    this.ch = makeChan<number>(this.random(2));
    this.kinds = [
      () => this.lock(),
      () => this.read(),
      () => this.write(),
      () => this.acquire(),
      () => this.pause(),
      () => this.receive(),
      () => this.send(),
    ];
  }

  /** 0 to n - 1. */
  random(n: number): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state % n;
  }

  /** One to four things to wait for; if nothing but channels, then with a time limit. */
  wishes(): Wish[] {
    const n = 1 + this.random(4);
    const kinds: number[] = [];
    while (kinds.length < n) {
      const kind = this.random(this.kinds.length);
      if (this.twice || !kinds.includes(kind)) kinds.push(kind);
    }
    if (kinds.every((kind) => kind > 4)) kinds.push(4);
    return kinds.map((kind) => this.kinds[kind]!());
  }

  *worker(): Go {
    for (let i = 0; i < ROUNDS; i++) {
      const wishes = this.wishes();
      let got: [Wish, unknown];
      try {
        if (wishes.length === 1) got = [wishes[0]!, yield* wishes[0]!.op];
        else {
          const r = yield* select(wishes.map((w) => w.op));
          got = [wishes[r.case]!, r.value];
        }
      } catch (e) {
        if (!isOff(e)) throw e;
        continue;
      }
      got[0].enter(got[1]);
      const stay = this.random(4);
      if (stay === 1) yield;
      if (stay === 2) yield* sleep(this.random(3));
      got[0].leave(got[1]);
    }
    this.finished++;
  }

  async asyncWorker(): Promise<void> {
    for (let i = 0; i < ROUNDS; i++) {
      const wishes = this.wishes();
      let got: [Wish, unknown];
      try {
        if (wishes.length === 1) got = [wishes[0]!, await this.use(wishes[0]!.op)];
        else {
          const r = await this.use(select(wishes.map((w) => w.op)));
          got = [wishes[r.case]!, r.value];
        }
      } catch (e) {
        if (!isOff(e)) throw e;
        continue;
      }
      got[0].enter(got[1]);
      const stay = this.random(4);
      if (stay === 1) await Promise.resolve();
      if (stay === 2) await sleep(this.random(3));
      got[0].leave(got[1]);
    }
    this.finished++;
  }

  private use<T>(op: Op<T>): PromiseLike<T> | T {
    return this.random(2) === 0 ? op.start() : op;
  }

  /** Calls off a random wait, or nothing. */
  impatience(): void {
    const stops = [...this.stops];
    if (stops.length === 0 || this.random(2) === 0) return;
    const stop = stops[this.random(stops.length)]!;
    this.stops.delete(stop);
    stop.abort("off");
  }

  /** Everything is back, and nothing was received that was not sent. */
  checkEnd(): void {
    expect([this.mu.describe(), this.rw.describe(), this.sem.describe()]).toEqual([
      "sync.Mutex",
      "sync.RWMutex",
      `semaphore (0 of ${PERMITS} held, 0 waiting)`,
    ]);
    expect(checkChan(this.ch)).toEqual({ receivers: 0, senders: 0 });
    for (let r = this.ch.tryRecv(); r[1]; r = this.ch.tryRecv()) this.take(r[0]);
    expect(this.received).toEqual(this.sent);
  }

  private options(): WaitOptions | undefined {
    if (this.random(3) === 0) {
      const stop = new AbortController();
      this.stops.add(stop);
      return { signal: stop.signal };
    }
    return this.random(4) === 0 ? { ctx: withTimeout(background(), this.random(6))[0] } : undefined;
  }

  private lock(): Wish {
    return this.holding(this.mu.lock(this.options()), this.mu, "mutex");
  }

  private write(): Wish {
    return this.holding(this.rw.lock(this.options()), this.rw, "writers");
  }

  private read(): Wish {
    const { rw } = this;
    return this.holding(rw.rLock(this.options()), { unlock: () => rw.rUnlock() }, "readers");
  }

  private holding(
    op: Op<{ unlock(): void }>,
    lock: { unlock(): void },
    kind: "mutex" | "readers" | "writers",
  ): Wish {
    return {
      op,
      enter: () => this.count(kind, 1),
      leave: (token: { unlock(): void }) => {
        this.count(kind, -1);
        (this.random(2) === 0 ? lock : token).unlock();
      },
    };
  }

  private acquire(): Wish {
    const n = 1 + this.random(PERMITS);
    return {
      op: this.sem.acquire(n, this.options()),
      enter: () => this.count("permits", n),
      leave: (permit: { release(): void }) => {
        this.count("permits", -n);
        permit.release();
      },
    };
  }

  private pause(): Wish {
    return { op: sleep(this.random(4)), enter: () => {}, leave: () => {} };
  }

  private receive(): Wish {
    const enter = (v: number): void => this.take(v);
    return { op: this.ch.recv(this.options()), enter, leave: () => {} };
  }

  private send(): Wish {
    const v = this.nextValue++;
    const enter = (): void => void this.sent.add(v);
    return { op: this.ch.send(v, this.options()), enter, leave: () => {} };
  }

  private take(v: number): void {
    if (this.received.has(v)) throw new Error(`${v} received twice`);
    this.received.add(v);
  }

  private count(kind: keyof typeof this.inside, n: number): void {
    const { inside } = this;
    inside[kind] += n;
    const ok =
      inside.mutex <= 1 &&
      inside.writers <= 1 &&
      (inside.writers === 0 || inside.readers === 0) &&
      inside.permits <= PERMITS;
    if (!ok) throw new Error(`inside together: ${JSON.stringify(inside)}`);
  }
}

/** Whether a wait failed because it was called off. */
function isOff(e: unknown): boolean {
  return e === "off" || (e as Error).message === "context deadline exceeded";
}

async function run(seed: number, isAsync: (i: number) => boolean, twice: boolean): Promise<void> {
  const s = createDeterministicScheduler({ seed });
  await s.run(function* () {
    const p = new Program(seed, twice);
    const workers = Array.from({ length: WORKERS }, (_, i) =>
      isAsync(i) ? s.go(() => p.asyncWorker()) : s.go(() => p.worker()),
    );
    s.go(function* () {
      for (let t = 0; t < 400 && p.finished < WORKERS; t++) {
        p.impatience();
        if (p.random(2) === 0) yield;
        else yield* sleep(p.random(2));
        checkChan(p.ch);
      }
    });
    for (const worker of workers) yield* worker.join();
    p.checkEnd();
  });
}

const forms: [string, (i: number) => boolean][] = [
  ["in generators", () => false],
  ["in async functions", () => true],
  ["in both", (i) => i % 2 === 1],
];

for (const [form, isAsync] of forms) {
  for (const twice of [false, true]) {
    const cases = twice ? "cases that ask for the same twice" : "cases that differ";
    test(`selects ${form}, ${cases}: nothing is lost, and nobody is inside beside another`, async () => {
      for (const seed of seeds) {
        try {
          await run(seed, isAsync, twice);
        } catch (e) {
          throw new Error(`seed ${seed}: ${(e as Error).message}`, { cause: e });
        }
      }
    });
  }
}

test("a function handed to an error group as a case that loses is not run, whether the select had to wait or not", async () => {
  const { signal } = new AbortController();
  const group = new ErrGroup();
  group.setLimit(1);
  let end!: () => void;
  void group.go(() => new Promise<void>((resolve) => (end = resolve)));
  await Promise.resolve();
  const ran: string[] = [];
  const forms: ((how: string) => Op<void>)[] = [
    (how) => group.go(() => void ran.push(how)),
    (how) => group.go(() => void ran.push(how), { signal }),
    (how) =>
      withSignal(
        group.go(() => void ran.push(how), background()),
        signal,
      ),
  ];
  for (const hand of forms) {
    await select({ go: hand("waited"), ready: sleep(0) });
    expect(trySelect({ go: hand("default") }).case).toBe("default");
    expect(prepare({ go: () => hand("prepared"), default: true }).try().case).toBe("default");
    const ready = makeChan<number>(1);
    ready.trySend(1);
    expect((await select({ go: hand("beside"), ready: ready.recv() })).case).toBe("ready");
    ready.trySend(1);
    const inner = select([hand("inside"), makeChan<number>().recv()]);
    expect((await select({ inner, ready: ready.recv() })).case).toBe("ready");
    const off = withSignal(select({ go: hand("off") }), AbortSignal.abort("off"));
    await expect(Promise.resolve(off)).rejects.toBe("off");
    expect(group.describe()).toBe("errgroup (1 running, 0 waiting, limit 1)");
  }
  end();
  await group.wait();
  expect(ran).toEqual([]);
});

test("a select that cannot wait for a condition fails with that error, beside a flight that it would have joined", async () => {
  for (let i = 0; i < 20; i++) {
    const flights = new SingleFlight<string, number>();
    void flights.do("k", () => new Promise(() => {})).start();
    const cond = new Cond(new Mutex());
    const r = select({ a: cond.wait(), b: flights.do("k", () => 1) });
    await expect(Promise.resolve(r.start())).rejects.toThrow("sync: unlock of unlocked mutex");
  }
});

test("a function that a select calls and that makes another case ready lets that one in", async () => {
  const { signal } = new AbortController();
  for (let i = 0; i < 30; i++) {
    for (const options of [undefined, { signal }]) {
      const flights = new SingleFlight<string, number>();
      const never = new Promise<number>(() => {});
      const call = (ch: { trySend(v: number): boolean }) =>
        flights.do("k", () => (ch.trySend(1), never), options);
      const forms = [
        (ch: Chan<number>) => select({ ready: ch.recv(), call: call(ch) }).start(),
        (ch: Chan<number>) =>
          select({ ready: ch.recv(), call: call(ch), other: makeChan<number>().recv() }).start(),
        (ch: Chan<number>) =>
          select({
            ready: ch.recv(),
            inner: select([call(ch), makeChan<number>().recv()]),
          }).start(),
        (ch: Chan<number>) => prepare({ ready: ch.recv(), call: () => call(ch) }).start(),
        (ch: Chan<number>) =>
          go(function* () {
            return yield* select({ ready: ch.recv(), call: call(ch) });
          }).join(),
      ];
      for (const form of forms) {
        flights.forget("k");
        const ch = makeChan<number>(1);
        expect(await form(ch)).toEqual({ case: "ready", value: 1, ok: true });
        checkChan(ch);
      }
    }
  }
});

test("a flight that another case of the select forgets is started by its own case", async () => {
  for (let i = 0; i < 20; i++) {
    const flights = new SingleFlight<string, number>();
    void flights.do("k", () => new Promise(() => {})).start();
    const forget = (): Promise<number> => (flights.forget("k"), new Promise(() => {}));
    const r = await select({ a: flights.do("k", async () => 1), b: flights.do("l", forget) });
    expect(r).toMatchObject({ case: "a", value: { value: 1, shared: false } });
  }
});
