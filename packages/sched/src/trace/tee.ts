/** tee: one tracer out of several, which see every event in turn. */
import type { Tracer } from "../api.ts";
import { checkTracer } from "../errors.ts";

/**
 * A tracer that passes every event to each of `tracers`. Throws a TypeError for what is no tracer.
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
  return {
    create: (at, g, by) => tracers.forEach((t) => t.create(at, g, by)),
    start: (at, g, proc) => tracers.forEach((t) => t.start(at, g, proc)),
    stop: (at, g, why) => tracers.forEach((t) => t.stop(at, g, why)),
    block: (at, g, reason, op) => tracers.forEach((t) => t.block(at, g, reason, op)),
    unblock: (at, g, by, op) => tracers.forEach((t) => t.unblock(at, g, by, op)),
    end: (at, g, how) => tracers.forEach((t) => t.end(at, g, how)),
    steal: (at, proc, victim, count) => tracers.forEach((t) => t.steal(at, proc, victim, count)),
    timer: (at, proc) => tracers.forEach((t) => t.timer(at, proc)),
    proc: (at, proc, what) => tracers.forEach((t) => t.proc(at, proc, what)),
  };
}
