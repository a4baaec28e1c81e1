/**
 * `@gort/sched/testing`: bubbles, which are tests on virtual time, and the conformance suite of `Scheduler`.
 *
 * @module
 */
export { bubble, type Bubble, BubbleError, type BubbleOptions } from "./bubble.ts";
export { type SchedulerCase, schedulerSuite } from "./scheduler-suite.ts";
