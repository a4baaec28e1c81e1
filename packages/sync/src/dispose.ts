/**
 * `Symbol.dispose` where the host has it, else the symbol that polyfills and compilers agree on, so that tokens
 * work with `using` on either. It is looked up, never installed.
 */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
