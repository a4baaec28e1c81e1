/** Goroutines of a program that are async functions. */
import { type DeferScope, gosched, withDefer } from "@gort/sched";
import { drive } from "@gort/sched/primitives";
import { show, type Step } from "../../../../packages/sched/test/steps.ts";
import { generator } from "./generators.ts";
import type { Proc } from "./proc.ts";
import { Selection } from "./selection.ts";
import type { Start } from "./start.ts";

/** A function of goroutine `p`, deferred in `outer` or not. */
export async function asynchronous(
  p: Proc,
  steps: Step[],
  start: Start,
  outer: DeferScope<void> | null = null,
): Promise<void> {
  const { net } = p;
  const call = (body: Step[], from?: DeferScope<void>): Promise<void> =>
    asynchronous(p, body, start, from);
  async function update(n: number, body: Step[]): Promise<void> {
    const { value } = net.shared.at(n);
    const before = value.load();
    await call(body);
    value.store(before + p.a);
  }
  await withDefer<void>(async (scope) => {
    for (const step of steps) {
      const { k, n, v, body } = step;
      const driven = net.form === "mixed" && body.length % 2 === 0;
      if (p.now(step)) continue;
      const wait = p.waits(step);
      if (wait !== null) wait[1](await wait[0]);
      else if (k === "G") start(p, step);
      else if (k === "c") await (driven ? drive(generator(p, body, start)) : call(body));
      else if (k === "d" && driven) scope.defer(generator, p, body, start);
      else if (k === "d") scope.defer(call, body, scope);
      else if (k === "r") p.log(`r${show(outer?.recover())}`);
      else if (k === "j") p.a = outer?.recover() === undefined ? 0 : 1;
      else if (k === "%") {
        if (p.a % n === 0) await call(body);
      } else if (k === "R") for (let i = 0; i < n; i++) await call(body);
      else if (k === "f")
        for await (const value of net.chans[n]!) {
          p.a = value;
          await call(body);
        }
      else if (k === "t") while (!net.chans[n]!.trySend(p.a)) await gosched();
      else if (k === "u")
        for (let ready = false; !ready;) {
          const [value, ok, came] = net.chans[n]!.tryRecv();
          if (came) p.took(value, ok);
          else await gosched();
          ready = came;
        }
      else if (k === "w") {
        const selection = new Selection(p, body);
        for (let op = selection.next(); op !== null; op = selection.next())
          selection.took(await op);
        selection.end();
      } else if (k === "U") await net.shared.at(n).mu.withLock(() => update(n, body));
      else if (k === "T") {
        const { mu } = net.shared.at(n);
        while (!mu.tryLock()) await gosched();
        await update(n, body);
        mu.unlock();
      } else if (k === "P") {
        const shared = net.shared.at(n);
        await shared.rw.lock();
        shared.value.add(p.a);
        await call(body);
        shared.twin = shared.value.load();
        shared.rw.unlock();
      } else if (k === "Q") {
        const shared = net.shared.at(n);
        await shared.rw.rLock();
        const x = shared.value.load();
        await call(body);
        if (x !== shared.value.load() || x !== shared.twin) p.log("!");
        shared.rw.rUnlock();
      } else if (k === "O") await net.shared.at(n).once.do(() => call(body));
      else {
        const m = net.meetings.at(n);
        await m.mu.lock();
        if (k === "b") {
          if (++m.count === v) m.cond.broadcast();
          while (m.count < v) await m.cond.wait();
        } else if (k === "S") {
          m.count++;
          m.cond.signal();
        } else {
          while (m.count === 0) await m.cond.wait();
          m.count--;
        }
        m.mu.unlock();
      }
    }
  });
}
