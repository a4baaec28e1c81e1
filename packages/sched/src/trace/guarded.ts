/**
 * Guarded: a tracer whose throws change nothing in the scheduler.
 *
 * Invariant: what a tracer throws is the host's uncaught exception, and the scheduler goes on as if it had not.
 *
 * Why at this border: an event comes in the middle of a change, and a throw there would lose the goroutine it is about.
 */
import type { Tracer } from "../api.ts";
import { TRACER_METHODS } from "../errors.ts";
import { reportUncaught } from "../host.ts";

type Method = (...args: unknown[]) => void;

/** `tracer`, with what it throws handed to the host. */
export function guarded(tracer: Tracer): Tracer {
  const safe: Record<string, Method> = {};
  for (const name of TRACER_METHODS.split(" "))
    safe[name] = (...args) => {
      try {
        (tracer as unknown as Record<string, Method>)[name]!(...args);
      } catch (error) {
        reportUncaught(error);
      }
    };
  return safe as unknown as Tracer;
}
