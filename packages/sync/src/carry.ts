/**
 * carry: what `AsyncLocalStorage` holds now, for a function that waits for its turn.
 *
 * Invariant: the function sees what it would have seen if it had been started at once. A generator function sees what its scheduler
 * decides about contexts. What is started at once needs none of this: `launch` keeps the context.
 */
import { type Carrier, currentContext, keptContext } from "@gort/sched/primitives";
import { isGeneratorFunction } from "./start.ts";

/** What is to start `fn` later in the present context; null if it need not be kept. */
export function carry(fn: () => unknown): Carrier | null {
  return isGeneratorFunction(fn) ? currentContext() : keptContext();
}
