/**
 * What the scheduler's basic moves cost: hand-off, giving way, starting and ending a goroutine, awaiting an op.
 * Each line is the best and the median of alternating rounds in one process, in CPU time, which a busy machine
 * disturbs less than the wall clock. Compare with
 * `apps/bench`, which runs Go and the peers beside it.
 *
 * Run: node --conditions=@gort/source --import tsx packages/sched/bench/core.bench.ts
 */
import { type Go, go, Op, run, WaitQueue } from "@gort/sched";

/** A rendezvous, as an unbuffered channel does it. */
class Meet {
  readonly senders = new WaitQueue<SendOp>();
  readonly receivers = new WaitQueue<RecvOp>();
  send(v: number): Op<void> {
    return new SendOp(this, v);
  }
  recv(): Op<number> {
    return new RecvOp(this);
  }
}
class SendOp extends Op<void> {
  readonly meet: Meet;
  readonly v: number;
  constructor(meet: Meet, v: number) {
    super();
    this.meet = meet;
    this.v = v;
  }
  get reason() {
    return "chan send" as const;
  }
  override tryNow() {
    const r = this.meet.receivers.shift();
    if (r === null) return false;
    r.complete(this.v);
    return true;
  }
  override park() {
    this.meet.senders.push(this);
  }
  override unpark() {
    this.meet.senders.remove(this);
  }
}
class RecvOp extends Op<number> {
  readonly meet: Meet;
  constructor(meet: Meet) {
    super();
    this.meet = meet;
  }
  get reason() {
    return "chan receive" as const;
  }
  override tryNow() {
    const s = this.meet.senders.shift();
    if (s === null) return false;
    this.value = s.v;
    s.complete(undefined);
    return true;
  }
  override park() {
    this.meet.receivers.push(this);
  }
  override unpark() {
    this.meet.receivers.remove(this);
  }
}

function* nothing(): Go {}

type Case = { name: string; n: number; body: () => Promise<unknown> };
const N = Number(process.env.N ?? 300_000);

const cases: Case[] = [
  {
    name: "hand-off, two generator goroutines",
    n: N,
    body: () =>
      run(function* () {
        const c = new Meet();
        go(function* () {
          for (let i = 0; i < N; i++) yield* c.send(i);
        });
        let sum = 0;
        for (let i = 0; i < N; i++) sum += yield* c.recv();
        return sum;
      }),
  },
  {
    name: "bare yield, two goroutines",
    n: 2 * N,
    body: () =>
      run(function* () {
        go(function* () {
          for (let i = 0; i < N; i++) yield;
        });
        for (let i = 0; i < N; i++) yield;
      }),
  },
  {
    name: "spawn + finish, batches of 1000",
    n: N,
    body: () =>
      run(
        function* () {
          for (let i = 0; i < N / 1000; i++) {
            for (let j = 0; j < 1000; j++) go(nothing);
            yield;
          }
        },
        { sites: false },
      ),
  },
  {
    name: "hand-off, two async functions (2 awaits)",
    n: N / 4,
    body: async () => {
      const c = new Meet();
      const producer = (async () => {
        for (let i = 0; i < N / 4; i++) await c.send(i);
      })();
      for (let i = 0; i < N / 4; i++) await c.recv();
      await producer;
    },
  },
  {
    name: "await of a native promise (baseline)",
    n: N,
    body: async () => {
      for (let i = 0; i < N; i++) await Promise.resolve(i);
    },
  },
];

const only = process.argv[2];
const times = new Map<string, number[]>();
for (let round = 0; round < 7; round++) {
  for (const c of cases) {
    if (only !== undefined && !c.name.includes(only)) continue;
    const t = process.cpuUsage();
    await c.body();
    const u = process.cpuUsage(t);
    const ns = ((u.user + u.system) * 1e3) / c.n;
    if (round > 0) (times.get(c.name) ?? times.set(c.name, []).get(c.name)!).push(ns);
  }
}
for (const [name, list] of times) {
  list.sort((a, b) => a - b);
  console.log(
    `${name.padEnd(44)} best ${list[0]!.toFixed(0).padStart(5)} ns   median ${list[list.length >> 1]!.toFixed(0).padStart(5)} ns`,
  );
}
