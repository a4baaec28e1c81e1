/**
 * carry: an async or plain function that waits for its turn, with what `AsyncLocalStorage` holds now.
 *
 * Invariant: inside a goroutine nothing is changed, since its scheduler decides about contexts; a generator function is
 * not changed either. Outside, the function runs in a job of a promise made here, which is what keeps the context
 * on every host, without naming a host's API. What is started at once needs none of this: `launch` keeps the context.
 */
import { currentGoroutine } from "@gort/sched";
import { isGeneratorFunction } from "./start.ts";

/** `fn`, or a function that does the same in the present context. */
export function carry<R>(fn: () => R): () => R | Promise<Awaited<R>> {
  if (currentGoroutine() !== null || isGeneratorFunction(fn)) return fn;
  let start: () => void;
  const done = new Promise<void>((resolve) => (start = resolve)).then(fn);
  return () => {
    start();
    return done as Promise<Awaited<R>>;
  };
}
