/**
 * carry: what `AsyncLocalStorage` holds now, for an async or plain function that waits for its turn.
 *
 * Invariant: inside a goroutine there is nothing to keep, since its scheduler decides about contexts; nor is there for a generator
 * function. Outside, the function is started by a `carrier`. What is started at once needs none of this: `launch` keeps the context.
 */
import { carrier, type Carrier, currentGoroutine } from "@gort/sched";
import { isGeneratorFunction } from "./start.ts";

/** What is to start `fn` later in the present context; null if it need not be kept. */
export function carry(fn: () => unknown): Carrier | null {
  return currentGoroutine() !== null || isGeneratorFunction(fn) ? null : carrier();
}
