/**
 * carry: what `AsyncLocalStorage` holds now, for an async or plain function that waits for its turn.
 *
 * Invariant: inside a goroutine there is nothing to keep, since its scheduler decides about contexts; nor is there for a generator
 * function. Outside, the function is started in a job of a promise made here, which is what keeps the context on every host, without
 * naming a host's API. What is started at once needs none of this: `launch` keeps the context.
 */
import { currentGoroutine } from "@gort/sched";
import { isGeneratorFunction } from "./start.ts";

/** Runs what it is given once, in a later job and in the present context. */
export type Carrier = (start: () => void) => void;

/** What is to start `fn` later in the present context; null if it need not be kept. */
export function carry(fn: () => unknown): Carrier | null {
  if (currentGoroutine() !== null || isGeneratorFunction(fn)) return null;
  let begin!: Carrier;
  void new Promise<() => void>((resolve) => (begin = resolve)).then((start) => start());
  return begin;
}
