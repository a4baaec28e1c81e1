export { afterFunc } from "./after-func.ts";
export type * from "./api.ts";
export { withDeadline, withDeadlineCause, withTimeout, withTimeoutCause } from "./deadline.ts";
export {
  Canceled,
  ContextError,
  ContextMisuse,
  DeadlineExceeded,
  isCanceled,
  isDeadlineExceeded,
} from "./errors.ts";
export { key } from "./key.ts";
export { cause, withCancel, withCancelCause } from "./tree.ts";
export { background, todo, withValue, withoutCancel } from "./values.ts";
