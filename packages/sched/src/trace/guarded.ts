/**
 * Guarded: a tracer whose throws change nothing in the scheduler.
 *
 * Invariant: what a tracer throws is the host's uncaught exception, and the scheduler goes on as if it had not.
 *
 * Why at this border: an event comes in the middle of a change, and a throw there would lose the goroutine it is about.
 * Why each event is written out: methods made in a loop share one call site, which made a traced switch half as dear again.
 */
import type { Goroutine, Tracer } from "../api.ts";
import { reportUncaught } from "../host.ts";
import type { OpRecord } from "../op.ts";
import type { WaitReason } from "../wait-reason.ts";

class Guarded implements Tracer {
  private readonly tracer: Tracer;

  constructor(tracer: Tracer) {
    this.tracer = tracer;
  }

  create(at: number, g: Goroutine, by: Goroutine | null): void {
    try {
      this.tracer.create(at, g, by);
    } catch (error) {
      reportUncaught(error);
    }
  }

  start(at: number, g: Goroutine, proc: number): void {
    try {
      this.tracer.start(at, g, proc);
    } catch (error) {
      reportUncaught(error);
    }
  }

  stop(at: number, g: Goroutine, why: "gosched" | "preempted"): void {
    try {
      this.tracer.stop(at, g, why);
    } catch (error) {
      reportUncaught(error);
    }
  }

  block(at: number, g: Goroutine, reason: WaitReason, op: OpRecord<any> | null): void {
    try {
      this.tracer.block(at, g, reason, op);
    } catch (error) {
      reportUncaught(error);
    }
  }

  unblock(at: number, g: Goroutine, by: Goroutine | null, op: OpRecord<any> | null): void {
    try {
      this.tracer.unblock(at, g, by, op);
    } catch (error) {
      reportUncaught(error);
    }
  }

  end(at: number, g: Goroutine, how: "return" | "goexit" | "panic" | "killed"): void {
    try {
      this.tracer.end(at, g, how);
    } catch (error) {
      reportUncaught(error);
    }
  }

  steal(at: number, proc: number, victim: number, count: number): void {
    try {
      this.tracer.steal(at, proc, victim, count);
    } catch (error) {
      reportUncaught(error);
    }
  }

  timer(at: number, proc: number): void {
    try {
      this.tracer.timer(at, proc);
    } catch (error) {
      reportUncaught(error);
    }
  }

  proc(at: number, proc: number, what: "start" | "stop"): void {
    try {
      this.tracer.proc(at, proc, what);
    } catch (error) {
      reportUncaught(error);
    }
  }
}

/** `tracer`, with what it throws handed to the host. */
export function guarded(tracer: Tracer): Tracer {
  return new Guarded(tracer);
}
