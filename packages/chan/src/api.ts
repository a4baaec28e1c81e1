/**
 * Contracts of `@gort/chan`: channels, their directions, and what a select gives back.
 *
 * Invariants
 *  1. `T` is what is sent; `Z` is what a receive gives once the channel is closed and drained: the `zero`
 *     option, or `undefined`. With `zero` given, `recv()` is a plain `T`, as in Go.
 *  2. An expected outcome is a boolean or a tuple (`[value, true] | [zero, false]`), never an in-band mark:
 *     `undefined` and `null` are values like any other.
 *  3. A direction is a type and, by `sendOnly()` and `recvOnly()`, an object that refuses the rest.
 *
 * Why `Z` is a type of its own and not `T | undefined` everywhere: `const [v, ok] = yield* ch.recvOk()` then
 * narrows `v` by `ok`, and a channel with a zero value never bothers its user with `undefined`.
 */
import type { ContextLike, Op, WaitOptions, Yields } from "@gort/sched";
import type { Type } from "@gort/types";

/** The key of a brand of types: a symbol, which editors do not offer after the dot. */
declare const received: unique symbol;

/** A receive: an {@link Op} that gives `T`, or `Z` when the channel is closed. */
export interface RecvOp<out T, out Z> extends Op<T | Z> {
  /**
   * Of an op that was awaited: true if the value was sent, false if it is the zero value of a closed channel. Where it was used by
   * `start` or `yield*` the op may serve another receive by the time this is read: take {@link RecvChan.recvOk} there.
   */
  readonly ok: boolean;
  /** Type-level brand for inference only; never present at run time. */
  readonly [received]?: { readonly value: T; readonly zero: Z };
}

/** A send: an {@link Op} that completes when the value is in the buffer or in a receiver's hands. */
export type SendOp = Op<void>;

/**
 * What {@link RecvChan.tryRecv} gives: value, `ok`, and whether the channel was ready at all.
 * `[zero, false, true]` means closed, `[zero, false, false]` means that a receive would have to wait.
 */
export type TryRecv<T, Z> =
  [value: T, ok: true, ready: true] | [value: Z, ok: false, ready: boolean];

// Op, since declarations that are made of inferred types have to name it.
export type { ContextLike, Op, WaitOptions };

/**
 * Another name of {@link WaitOptions}: a send or a receive is called off as any wait.
 * @deprecated Use `WaitOptions`.
 */
export type ChanWaitOptions = WaitOptions;

/** Go's `<-chan T`: the receiving side of a channel. */
export interface RecvChan<out T, out Z = T | undefined> extends AsyncIterable<T> {
  /** Values in the buffer. Go's `len(ch)`; 0 for an unbuffered channel. */
  readonly len: number;
  /** Size of the buffer. Go's `cap(ch)`. */
  readonly cap: number;
  /** The name given at creation, or `""`. */
  readonly name: string;
  /**
   * Waits for the next value and takes it; once the channel is closed and empty it gives the zero value, which is `undefined` unless
   * one was named. It does nothing until it is used by `await` or `yield*`. Go's `v := <-ch`. O(1).
   *
   * With `{ signal }` or `{ ctx }` it can be called off: it then fails with the signal's reason or the context's error, and
   * has taken nothing.
   * @throws `receive on synctest channel from outside bubble`
   * @throws TypeError for an option that is unknown or cannot be
   */
  recv(options?: WaitOptions): RecvOp<T, Z>;
  /**
   * Waits for the next value and says whether there was one: `[value, true]`, or `[zero, false]` once the channel is closed and empty.
   * Go's `v, ok := <-ch`; otherwise as {@link recv}.
   */
  recvOk(options?: WaitOptions): RecvOp<[value: T, ok: true], [value: Z, ok: false]>;
  /**
   * Receives if that is possible without waiting. Never blocks. O(1).
   * @throws `receive on synctest channel from outside bubble`
   */
  tryRecv(): TryRecv<T, Z>;
  /**
   * A loop over the values until the channel is closed and empty, for generator functions:
   * `for (const r = ch.range(); yield* r.next(); ) use(r.value);`. Leaving it early does not close the channel.
   * Go's `for v := range ch`. O(1).
   */
  range(): Range<T>;
  /**
   * A loop over the values until the channel is closed and empty, for async functions: `for await (const v of ch) use(v);`. Leaving it
   * early does not close the channel. Go's `for v := range ch`. O(1).
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<T>;
  /** What it is, as dumps show it, such as `chan "jobs" (len 0, cap 4)`. */
  toString(): string;
}

/** Go's `chan<- T`: the sending side of a channel. */
export interface SendChan<in T> {
  /** Values in the buffer. Go's `len(ch)`; 0 for an unbuffered channel. */
  readonly len: number;
  /** Size of the buffer. Go's `cap(ch)`. */
  readonly cap: number;
  /** The name given at creation, or `""`. */
  readonly name: string;
  /**
   * Waits until the buffer has room or somebody receives, and hands the value over. It does nothing until it is used by `await` or
   * `yield*`. Go's `ch <- value`. O(1).
   *
   * With `{ signal }` or `{ ctx }` it can be called off: it then fails with the signal's reason or the context's error, and
   * the value is with nobody.
   * @throws `send on closed channel`, when used, if the channel is closed now or while it waits
   * @throws `send on synctest channel from outside bubble`
   * @throws TypeError for an option that is unknown or cannot be
   */
  // Written as properties: of a method TypeScript would take a `Chan<Dog>` for a `SendChan<Animal>`.
  readonly send: (value: T, options?: WaitOptions) => SendOp;
  /**
   * Sends if that is possible without waiting, and says whether it did. Never blocks. O(1).
   * @throws `send on closed channel`, `send on synctest channel from outside bubble`
   */
  readonly trySend: (value: T) => boolean;
  /**
   * Go's `close(ch)`: wakes every waiting receiver with the zero value; waiting senders panic. O(waiters).
   * @throws `close of closed channel`, `close of nil channel`, `close of synctest channel from outside bubble`
   */
  close(): void;
  /** What it is, as dumps show it, such as `chan "jobs" (len 0, cap 4)`. */
  toString(): string;
}

/** Go's `chan T`. Made by {@link makeChan}. */
export interface Chan<in out T, out Z = T | undefined> extends RecvChan<T, Z>, SendChan<T> {
  /** The same channel as a `<-chan T`; always the same object. */
  recvOnly(): RecvChan<T, Z>;
  /** The same channel as a `chan<- T`; always the same object. */
  sendOnly(): SendChan<T>;
}

/**
 * A loop over the values of a channel: `next()` gives an op that waits for a value and says whether there is one.
 *
 * ```ts
 * for (const job = jobs.range(); yield* job.next(); ) work(job.value);
 * ```
 */
export interface Range<out T> {
  /** The value that the last `next()` received. */
  readonly value: T;
  /**
   * An op that receives into `value`: true, or false when the channel is closed and drained. O(1).
   * @throws Error if the op of the call before was not used, since the loop lacks its `yield*`, or if another goroutine waits by it
   * @throws `receive on synctest channel from outside bubble`
   */
  next(): Op<boolean> & { readonly ok: boolean };
}

/** Options of {@link makeChan}. */
export interface ChanOptions {
  /** Named in dumps, deadlock reports and `String(ch)`. Default `""`. */
  readonly name?: string | undefined;
}

/** Options of {@link makeChan} for a channel that knows its zero value. */
export interface TypedChanOptions<T> extends ChanOptions {
  /** What a receive gives once the channel is closed and drained. */
  readonly zero: T;
}

/** Options of {@link makeChan} for a channel of a described type. */
export interface DescribedChanOptions<T> extends ChanOptions {
  /** The element type; its `zero()` is what a closed channel gives. */
  readonly type: Type<T>;
}

/**
 * One case of a select: any op, an `AbortSignal` (ready when aborted, its value is the reason), or `null` or
 * `undefined` for a case that is never ready, like a nil channel.
 */
export type SelectCase = Op<any> | AbortSignal | null | undefined;

/** `default` among named cases, which is no case but says whether the select waits. */
export interface DefaultCase {
  /** Whether the select takes no case if none is ready, instead of waiting. */
  readonly default: boolean | null | undefined;
}

/** Named cases without a default. */
export interface NoDefaultCase {
  /** No operation has that name. */
  readonly default?: null | undefined;
}

/**
 * The cases of a select by name. `default: true` makes it non-blocking; no case can have that name. Cases that are typed by an
 * `interface` are spread, `select({ ...cases })`: an interface has no index signature. A case that may be off is `on ? op : null`; the
 * `false` of `on && op` is none.
 */
export type SelectCases =
  | (Readonly<Record<string, SelectCase>> & NoDefaultCase)
  // The index signature has to allow what `default` is. With one type for both, a boolean would pass under any name.
  | (Readonly<Record<string, SelectCase | boolean>> & DefaultCase);

/** What one chosen case gives: a union, discriminated by `case` and, for a receive, by `ok`. */
export type CaseResult<K, C> =
  C extends RecvOp<infer T, infer Z>
    ? | { readonly case: K; readonly value: T; readonly ok: true }
      | { readonly case: K; readonly value: Z; readonly ok: false }
    : C extends Yields<infer R>
      ? { readonly case: K; readonly value: R; readonly ok: true }
      : C extends AbortSignal
        ? { readonly case: K; readonly value: unknown; readonly ok: true }
        : C extends true
          ? { readonly case: K; readonly value: undefined; readonly ok: false }
          : never;

/** What a select over named cases gives, or over a list of them, where `case` is the index. */
export type SelectResult<C> = C extends readonly unknown[]
  ? { [I in keyof C]: CaseResult<I extends `${infer N extends number}` ? N : number, C[I]> }[number]
  : { [K in keyof C & string]: CaseResult<K, C[K]> }[keyof C & string];

/** What a select over a list of cases gives: see {@link SelectResult}. */
export type SelectListResult<C extends readonly unknown[]> = SelectResult<C>;

/** What a select gives when its default was taken. */
export interface DefaultResult {
  /** Tells that no case was ready. */
  readonly case: "default";
  /** Always undefined. */
  readonly value: undefined;
  /** Always false. */
  readonly ok: false;
}

/** What `{ default }` adds to the result of a select over a list. */
export type DefaultOf<O> = O extends { readonly default?: false | undefined } | undefined
  ? never
  : DefaultResult;

/** One case of a prepared select: a receive, or a function called in each pass for the op of that pass. */
export type PreparedCase = RecvOp<any, any> | AbortSignal | null | undefined | (() => SelectCase);

/** The cases of a prepared select by name. `default: true` makes it non-blocking. */
export type PreparedCases =
  | (Readonly<Record<string, PreparedCase | boolean>> & DefaultCase)
  | (Readonly<Record<string, PreparedCase>> & NoDefaultCase);

/** What one chosen case of a prepared select gives. */
export type PreparedResult<C> = {
  [K in keyof C & string]: CaseResult<K, C[K] extends () => infer O ? O : C[K]>;
}[keyof C & string];

/** A select that can be used any number of times, one use at a time. Made by {@link prepare}. */
export interface PreparedSelect<C> extends Op<PreparedResult<C>> {
  /** One pass that does not wait: `{ case: "default" }` if nothing is ready. */
  try(): PreparedResult<C> | DefaultResult;
}
