/** A goroutine of a program, and its steps that are the same in every kind of function. */
import { makeChan, select } from "@gort/chan";
import { background, withCancel, withTimeout } from "@gort/context";
import { goexit, gosched, newTimer, type Op, panic, sleep } from "@gort/sched";
import type { Step } from "../../../../packages/sched/test/steps.ts";
import type { Network } from "./network.ts";

const HOUR_MS = 3_600_000;

export const fold = (h: number, v: number): number => (h * 31 + v) % 9973;

export class Proc {
  readonly net: Network;
  readonly name: string;
  a: number;
  b = 0;
  private kids = 0;

  constructor(net: Network, name = "0", a = 0) {
    this.net = net;
    this.name = name;
    this.a = a;
  }

  /** One that it starts. */
  child(): Proc {
    return new Proc(this.net, `${this.name}.${++this.kids}`, this.a);
  }

  log(what: unknown): void {
    this.net.log(this.name, what);
  }

  took(v: number, ok: boolean): void {
    this.a = ok ? v : v - 1;
  }

  /** Does a step that never waits; false if it is none. */
  now({ k, n, v }: Step): boolean {
    const { net } = this;
    if (k === "p") panic(n);
    if (k === "x") goexit();
    if (k === "=") this.a = n;
    else if (k === "+") this.a += n;
    else if (k === "*") this.a = (this.a * n) % 997;
    else if (k === "h") this.b = fold(this.b, this.a);
    else if (k === "e") this.b += this.a;
    else if (k === "l") this.log(this.a);
    else if (k === "L") this.log(this.b);
    else if (k === "?") this.log(net.shared.at(n).value.load());
    else if (k === "D") net.groups.at(n).done();
    else if (k === "m") net.chans[n] = makeChan(v, { zero: 0 });
    else if (k === "k") (net.chans[n] ?? net.nil).close();
    else if (k === "A") net.shared.at(n).value.add(this.a);
    else if (k === "i") net.ctxs[n] = withCancel(n === v ? background() : net.ctxs[v]![0]);
    else if (k === "I") net.ctxs[n] = withTimeout(background(), v);
    else if (k === "X") net.ctxs[n]![1]();
    else return false;
    return true;
  }

  /** The op of a step that waits for one, and what is done with its result; null if it is no such step. */
  waits({ k, n, v }: Step): [op: Op<any>, then: (value: any) => void] | null {
    const { net } = this;
    const ch = net.chans[n]!;
    const nothing = (): void => {};
    const chosen = (r: { case: string; value: number; ok: boolean }): void => {
      if (r.case === "v") this.took(r.value, r.ok);
      else this.log("!");
    };
    if (k === "y") return [gosched(), nothing];
    if (k === "z") return [sleep(n), nothing];
    if (k === "s") return [ch.send(this.a), nothing];
    if (k === "v") return [ch.recvOk(), ([value, ok]) => this.took(value, ok)];
    if (k === "V") return [select({ v: ch.recv(), done: net.ctxs[v]![0].done().recv() }), chosen];
    if (k === "B") return [net.groups.at(n).wait(), nothing];
    if (k === "Z") {
      const [ctx] = net.ctxs[n]!;
      return [ctx.done().recv(), () => this.log(ctx.err()!.message)];
    }
    if (k !== "J") return null;
    const timer = newTimer(HOUR_MS);
    return [
      select({ v: ch.recv(), late: timer.c.recv() }),
      (r) => {
        chosen(r);
        this.log(timer.stop());
      },
    ];
  }
}
