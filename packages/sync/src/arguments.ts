/** Checks of arguments: each failure names the argument and its value, before anything was changed. */
import { badArgument } from "@gort/types";

/** Asserts that `fn` can be called. */
export function checkFunction(where: string, fn: unknown, name = "fn"): void {
  if (typeof fn !== "function") throw badArgument(where, name, fn, "a function", "type");
}
