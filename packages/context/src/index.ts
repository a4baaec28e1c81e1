export { afterFunc } from "./after-func.ts";
export type * from "./api.ts";
export { withDeadline, withDeadlineCause, withTimeout, withTimeoutCause } from "./deadline.ts";
export {
  Canceled,
  ContextError,
  ContextMisuse,
  DeadlineExceeded,
  DeadlineExceededError,
  isCanceled,
  isDeadlineExceeded,
} from "./errors.ts";
export { checkContext } from "./check.ts";
export { key } from "./key.ts";
export { cause, withCancel, withCancelCause } from "./tree.ts";
export { background, todo, withValue, withoutCancel } from "./values.ts";
export { fromSignal, signalOf } from "./signal.ts";
export { ContextWrapper } from "./wrapper.ts";
