/**
 * tee: one tracer out of several, which see every event in turn.
 *
 * Invariant: each sees every event, whatever those before it throw.
 */
import type { Tracer } from "../api.ts";
import { checkTracer } from "../errors.ts";
import { guarded } from "./guarded.ts";

/**
 * A tracer that passes every event to each of `tracers`; an error that one of them throws is the host's uncaught exception, and the
 * others see the event all the same. O(tracers) per event.
 * @throws TypeError for an argument that is no tracer
 *
 * @example
 * ```ts
 * import { createRecorder, createScheduler, tee } from "@gort/sched";
 *
 * const everything = createRecorder();
 * const recent = createRecorder({ limit: 2 });
 * await createScheduler({ tracer: tee(everything, recent) }).run(() => {});
 * recent.size; // => 2
 * everything.size > 2; // => true
 * ```
 */
export function tee(...tracers: readonly Tracer[]): Tracer {
  tracers.forEach((t, i) => checkTracer("tee", `tracer ${i}`, t));
  const all = tracers.map(guarded);
  return {
    create: (at, g, by) => all.forEach((t) => t.create(at, g, by)),
    start: (at, g, proc) => all.forEach((t) => t.start(at, g, proc)),
    stop: (at, g, why) => all.forEach((t) => t.stop(at, g, why)),
    block: (at, g, reason, op) => all.forEach((t) => t.block(at, g, reason, op)),
    unblock: (at, g, by, op) => all.forEach((t) => t.unblock(at, g, by, op)),
    end: (at, g, how) => all.forEach((t) => t.end(at, g, how)),
    steal: (at, proc, victim, count) => all.forEach((t) => t.steal(at, proc, victim, count)),
    timer: (at, proc) => all.forEach((t) => t.timer(at, proc)),
    proc: (at, proc, what) => all.forEach((t) => t.proc(at, proc, what)),
  };
}
