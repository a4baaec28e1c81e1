/**
 * Generators as the engine has them: how a function is known that gives them, and how they are stepped.
 *
 * Invariant: {@link resume} steps generators of this realm only; all else that has their methods is stepped by one that {@link adapt}
 * makes.
 */
import type { OpRecord } from "./op.ts";
import { isBlocking, type Stepper } from "./stepper.ts";

/** `instanceof` it costs V8 less than a look at the prototype. */
export const GeneratorFunction = /* @__PURE__ */ constructorOf(function* () {});

function constructorOf(f: object): new () => object {
  return f.constructor as new () => object;
}

/** What generators inherit from. */
const GeneratorPrototype = /* @__PURE__ */ prototypeOf(GeneratorFunction);
function prototypeOf(f: new () => object): Stepper {
  return (f.prototype as { prototype: Stepper }).prototype;
}

/**
 * `gen.next()` of a generator. Each generator function has generators of a shape of their own, so a look at their `next` finds
 * too many shapes for V8's caches: a twentieth of a hand-off, measured.
 */
export const resume = /* @__PURE__ */ nextOf(GeneratorPrototype);
type Next = (this: Stepper) => IteratorResult<OpRecord<any> | undefined>;
function nextOf(steps: { next: Next }): Next {
  return steps.next;
}

/** Whether `v` is a generator of this realm's, which {@link resume} can step. */
export function isGenerator(v: object): v is Stepper {
  return Object.prototype.isPrototypeOf.call(GeneratorPrototype, v);
}

/** Steps what has a generator's methods and is none, such as what compilers make for old engines; and what blocks. */
export function* adapt(steps: Stepper): Stepper {
  return yield* isBlocking(steps) ? (steps as Iterable<any>) : { [Symbol.iterator]: () => steps };
}
