export type * from "./api.ts";
export {
  createHeap,
  createNoCollectHeap,
  createStopTheWorldHeap,
  createStressHeap,
} from "./preset.ts";
export { formatGctrace } from "./gctrace.ts";
export { GcArgumentError, GcCheckError, GcFatalError, isGcArgumentError } from "./errors.ts";
export { traced } from "./traced.ts";
export { checkHeap, checkTricolor } from "./check.ts";
export {
  dumpHeap,
  formatHeapDump,
  isReachable,
  type DumpedObject,
  type DumpedRoot,
  type HeapDump,
} from "./dump.ts";
export { readMemStats, type GoMemStats } from "./memstats.ts";
export type { RootKind } from "./walk.ts";
export { formatHeapProfile, heapProfile } from "./heap-profile.ts";
export type { HeapProfile, ProfileSample } from "./profile.ts";
