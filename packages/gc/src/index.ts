export type * from "./api.ts";
export {
  createHeap,
  createNoCollectHeap,
  createStopTheWorldHeap,
  createStressHeap,
} from "./preset.ts";
export { formatGctrace } from "./gctrace.ts";
export { GcArgumentError, GcCheckError, GcFatalError } from "./errors.ts";
export { traced } from "./traced.ts";
