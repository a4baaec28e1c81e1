/** Goroutines of a program that are generators. */
import { type Go, gosched, recover, withDefer } from "@gort/sched";
import { show, type Step } from "../../../../packages/sched/test/steps.ts";
import type { Proc } from "./proc.ts";
import { Selection } from "./selection.ts";
import type { Start } from "./start.ts";

/** A function of goroutine `p`. */
export function* generator(p: Proc, steps: Step[], start: Start): Go {
  const { net } = p;
  const call = (body: Step[]): Go => generator(p, body, start);
  function* update(n: number, body: Step[]): Go {
    const { value } = net.shared.at(n);
    const before = value.load();
    yield* call(body);
    value.store(before + p.a);
  }
  yield* withDefer(function* (scope) {
    for (const step of steps) {
      const { k, n, v, body } = step;
      if (p.now(step)) continue;
      const wait = p.waits(step);
      if (wait !== null) wait[1](yield* wait[0]);
      else if (k === "G") start(p, step);
      else if (k === "c") yield* call(body);
      else if (k === "d") scope.defer(call, body);
      else if (k === "r") p.log(`r${show(recover())}`);
      else if (k === "j") p.a = recover() === undefined ? 0 : 1;
      else if (k === "%") {
        if (p.a % n === 0) yield* call(body);
      } else if (k === "R") for (let i = 0; i < n; i++) yield* call(body);
      else if (k === "f")
        for (const it = net.chans[n]!.range(); yield* it.next();) {
          p.a = it.value;
          yield* call(body);
        }
      else if (k === "t") while (!net.chans[n]!.trySend(p.a)) yield* gosched();
      else if (k === "u")
        for (let ready = false; !ready;) {
          const [value, ok, came] = net.chans[n]!.tryRecv();
          if (came) p.took(value, ok);
          else yield;
          ready = came;
        }
      else if (k === "w") {
        const selection = new Selection(p, body);
        for (let op = selection.next(); op !== null; op = selection.next())
          selection.took(yield* op);
        selection.end();
      } else if (k === "U") yield* net.shared.at(n).mu.withLock(() => update(n, body));
      else if (k === "T") {
        const { mu } = net.shared.at(n);
        while (!mu.tryLock()) yield* gosched();
        yield* update(n, body);
        mu.unlock();
      } else if (k === "P") {
        const shared = net.shared.at(n);
        yield* shared.rw.lock();
        shared.value.add(p.a);
        yield* call(body);
        shared.twin = shared.value.load();
        shared.rw.unlock();
      } else if (k === "Q") {
        const shared = net.shared.at(n);
        yield* shared.rw.rLock();
        const x = shared.value.load();
        yield* call(body);
        if (x !== shared.value.load() || x !== shared.twin) p.log("!");
        shared.rw.rUnlock();
      } else if (k === "O") yield* net.shared.at(n).once.do(() => call(body));
      else {
        const m = net.meetings.at(n);
        yield* m.mu.lock();
        if (k === "b") {
          if (++m.count === v) m.cond.broadcast();
          while (m.count < v) yield* m.cond.wait();
        } else if (k === "S") {
          m.count++;
          m.cond.signal();
        } else {
          while (m.count === 0) yield* m.cond.wait();
          m.count--;
        }
        m.mu.unlock();
      }
    }
  });
}
