/**
 * disposable: makes a class into one whose instances `using` can hold.
 *
 * The symbol is `Symbol.dispose` where the host has it, else the one that polyfills and compilers agree on, so that tokens
 * work with `using` on either. It is looked up, never installed.
 *
 * Why a function and not a computed member: a class with one counts as having side effects, and bundlers keep it in
 * programs that use none of it; a call can be marked as pure. Why not a base class: a derived constructor is called and
 * not inlined, which a token that nobody looks at should not pay.
 */

/** @internal `c` with `[Symbol.dispose]`, which calls the method `end`. */
export function disposable<A extends unknown[], T extends { end(): void }>(
  c: new (...args: A) => T,
): new (...args: A) => T & Disposable {
  const symbol: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
  Object.defineProperty(c.prototype, symbol, {
    value(this: T) {
      this.end();
    },
    writable: true,
    configurable: true,
  });
  return c as new (...args: A) => T & Disposable;
}
