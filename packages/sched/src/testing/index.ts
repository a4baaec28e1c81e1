export { bubble, type Bubble, BubbleError, type BubbleOptions } from "./bubble.ts";
export { type SchedulerCase, schedulerSuite } from "./scheduler-suite.ts";
