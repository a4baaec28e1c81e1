/**
 * The budget of ops that complete at once: what is left of it in the step of a goroutine, and what a goroutine yields whose time
 * is up.
 *
 * Invariants
 *  1. Both are shared by all copies of the package: a goroutine uses the ops of one and is stepped by the scheduler of another.
 *  2. This file imports nothing but their place, so that whoever counts and whoever steps may both import it.
 */
import { ambient } from "./ambient.ts";

/** What a goroutine yields that gives way because it had its time, and not because it wants to. */
export const PREEMPT = /* @__PURE__ */ (() =>
  (ambient.preempt ??= Object.freeze({ done: false as const, value: undefined })))();

export const budget = /* @__PURE__ */ (() =>
  (ambient.budget ??= {
    /** Ops that may still complete at once before the clock is looked at. Each step of a goroutine begins anew. */
    left: 0,
    /** Whether a generator is stepped outside of any scheduler, by `drive`, which lets it give way. */
    driven: false,
  }))();
