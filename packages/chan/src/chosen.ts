/**
 * What a select gives: which case was chosen, and its outcome.
 *
 * Invariant: only a receive can have `ok: false`, and `default`; any other op that completed is ok.
 */
import type { OpRecord } from "@gort/sched";
import type { DefaultResult } from "./api.ts";

/** The case's name or index with its outcome. */
export interface Chosen {
  readonly case: string | number;
  readonly value: unknown;
  readonly ok: boolean;
}

export const defaultResult: DefaultResult = /* @__PURE__ */ Object.freeze({
  case: "default",
  value: undefined,
  ok: false,
});

/** What a case gave. */
export function outcome(op: OpRecord<any>, name: string | number): Chosen {
  return {
    case: name,
    value: op.value as unknown,
    ok: (op as { readonly ok?: boolean }).ok !== false,
  };
}
