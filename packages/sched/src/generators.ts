/**
 * Generators as the engine has them: how a function is known that gives them, and how they are stepped.
 *
 * Invariant: {@link resume} steps generators of this realm only; all else that has their methods is stepped by one that {@link adapt}
 * makes.
 */
import type { OpRecord } from "./op.ts";
import { isBlocking, type Stepper } from "./stepper.ts";

/** `instanceof` it costs V8 less than a look at the prototype. Where a compiler made plain functions of all, nothing is one. */
export const GeneratorFunction = /* @__PURE__ */ constructorOf(function* () {});

function constructorOf(f: object): new () => object {
  return f.constructor === Function ? class {} : (f.constructor as new () => object);
}

/** What generators inherit from. */
const GeneratorPrototype = /* @__PURE__ */ prototypeOf(GeneratorFunction);
function prototypeOf(f: new () => object): Stepper {
  return (f.prototype as { prototype?: Stepper }).prototype ?? ({} as Stepper);
}

/**
 * `gen.next()` of a generator. Each generator function has generators of a shape of their own, so a look at their `next` finds
 * too many shapes for V8's caches: a twentieth of a hand-off, measured.
 */
export const resume = /* @__PURE__ */ nextOf(GeneratorPrototype);
type Next = (this: Stepper) => IteratorResult<OpRecord<any> | undefined>;
function nextOf(steps: { next?: Next }): Next {
  return (
    steps.next ??
    function (this: Stepper) {
      return this.next();
    }
  );
}

/** Whether `v` is a generator of this realm's, which {@link resume} can step. */
export function isGenerator(v: object): v is Stepper {
  return Object.prototype.isPrototypeOf.call(GeneratorPrototype, v);
}

/**
 * Whether a compiler has lowered this very code to an older target, which puts helpers between a function and who called it: then async
 * generators, which are younger than generators and async functions, are plain functions.
 */
export const LOWERED: boolean = /* @__PURE__ */ isLowered(async function* () {});
function isLowered(f: object): boolean {
  return Object.getPrototypeOf(f) === Function.prototype;
}

/** Steps what has a generator's methods and is none, such as what compilers make for old engines; and what blocks. */
export function* adapt(steps: Stepper): Stepper {
  return yield* isBlocking(steps) ? (steps as Iterable<any>) : { [Symbol.iterator]: () => steps };
}
