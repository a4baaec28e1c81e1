/**
 * carry: an async or plain function that will start later, with what `AsyncLocalStorage` holds now.
 *
 * Invariant: inside a goroutine nothing is changed, since its scheduler decides about contexts; a generator function is
 * not changed either. Outside, the function runs in a job of a promise made here, which is what keeps the context
 * on every host, without naming a host's API.
 */
import { currentGoroutine } from "@gort/sched";

const GeneratorFunction = Object.getPrototypeOf(function* () {}) as object;

/** Whether calling `fn` gives a generator. */
export function isGeneratorFunction(fn: unknown): boolean {
  return Object.getPrototypeOf(fn) === GeneratorFunction;
}

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
