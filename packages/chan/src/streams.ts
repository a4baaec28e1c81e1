/**
 * Channels and the rest of JavaScript's streams: async iterables and web streams, both ways, with back-pressure.
 *
 * Invariants
 *  1. A slow reader slows the writer: the next value is asked for when the channel has taken the one before. That one value is read
 *     ahead, and with nobody when the copying is stopped before the channel took it.
 *  2. A channel is received from only while the stream is being read; what was taken belongs to the stream.
 *  3. Reading side gives up (cancelled stream, early `break`): the channel is left as it is, no op stays parked.
 *  4. An error of a source, also when it is opened, is never silent: it rejects the promise of `pump`, and errors the stream
 *     it came through. The first one counts, and the channel is closed. In the end a stream is free for others.
 *  5. A program in which copying began is held by it until its end: that its goroutines wait for a slow source is no deadlock.
 *  6. Copying counts as a turn of gort's, however fast source and channel are: the host's timers and sockets get theirs.
 *
 * Why channels do not carry errors: Go's do not either. Send a result type, or await the promise of `pump`.
 */
import { aborted, type OpRecord, onAbort } from "@gort/sched";
import { badContext, holdProgram, isContext, isSignal, whyEnded } from "@gort/sched/primitives";
import { badArgument, checkFunction, checkOptions } from "@gort/types";
import type { ContextLike, RecvChan, SendChan, WaitOptions } from "./api.ts";
import { booleanError } from "./cases.ts";
import { makeChan } from "./channel.ts";
import { checkChannel } from "./errors.ts";
import { Pull } from "./pull.ts";
import { select } from "./select.ts";
import { PARKED } from "./states.ts";

/** Anything that values can be read from. */
export type Source<T> = AsyncIterable<T> | Iterable<T> | ReadableStream<T>;

/** Options of {@link pump}. */
export interface PumpOptions extends WaitOptions {
  /**
   * Stops: the source is closed, the channel too, and `pump` rejects with the signal's reason. A value that was read and that the
   * channel had no room for yet is dropped.
   */
  readonly signal?: AbortSignal | null | undefined;
  /** Stops likewise when it ends; `pump` rejects with its `err()`. */
  readonly ctx?: ContextLike | null | undefined;
  /** Leaves the channel open at the end. Default false. */
  readonly keepOpen?: boolean | undefined;
}

/** Options of {@link fromSource}. */
export interface SourceOptions extends WaitOptions {
  /** Capacity of the channel. @defaultValue 0 */
  readonly cap?: number | undefined;
  /** Name of the channel, for dumps. */
  readonly name?: string | undefined;
  /** Gets the error of the source, which else is an unhandled rejection, or the reason of the signal, or why the context ended. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Options of {@link toReadable}. */
export interface ReadableOptions extends WaitOptions {
  /**
   * Called with the reason when the reader cancels the stream: the producer may stop. Cancelling waits for the promise that it may give,
   * and fails with what it throws.
   */
  readonly onCancel?: ((reason: unknown) => unknown) | undefined;
}

const PUMP_OPTIONS = "signal ctx keepOpen";
const SOURCE_OPTIONS = "cap name signal ctx onError";

interface Reader<T> {
  next(): PromiseLike<IteratorResult<T>> | IteratorResult<T>;
  /** Tells the source that nobody reads any more. */
  stop(reason: unknown): unknown;
  /** Others may read the source now. */
  release?: () => void;
}

function reader<T>(source: Source<T>): Reader<T> {
  const s = Object(source ?? {}) as Partial<AsyncIterable<T> & Iterable<T>> & {
    getReader?: () => ReadableStreamDefaultReader<T>;
  };
  // Not every host's ReadableStream is async iterable, so its reader comes first.
  if (typeof s.getReader === "function") {
    const r = s.getReader();
    return {
      next: () => r.read() as Promise<IteratorResult<T>>,
      stop: (why) => r.cancel(why),
      release: () => r.releaseLock?.(),
    };
  }
  const open = (s[Symbol.asyncIterator] ?? s[Symbol.iterator]!) as () =>
    AsyncIterator<T> | Iterator<T>;
  const it = open.call(s);
  checkObject("the iterator of source", it);
  return { next: () => it.next(), stop: () => it.return?.() };
}

/** What a source gave in place of an iterator, or of what one gives: the language refuses it, too. */
function checkObject(what: string, v: unknown): void {
  if (Object(v) !== v) throw badArgument("pump", what, v, "an object", "type");
}

/**
 * Copies a source into a channel, value by value as the channel takes them, and closes the channel at the end.
 * Resolves with the number of values copied; rejects with the source's error, with the signal's reason or the context's error, or with
 * `send on closed channel`, and then has told the source to stop. If somebody else closed the channel and nothing was left to send, it
 * rejects with `close of closed channel`, unless `keepOpen` is set. A web stream is locked until then. O(values).
 *
 * One value is read ahead: it is asked for before the channel has room, and dropped if the copying is stopped or the channel closed
 * before it has. In a program a pump counts as an async goroutine does: a slow source is no deadlock, and virtual time does not wait
 * for what the host takes.
 *
 * @throws TypeError, as a rejection, that names the argument and its value, for what is no source, no channel and no option
 *
 * @example
 * ```ts
 * import { makeChan, pump } from "@gort/chan";
 *
 * const ch = makeChan<number>();
 * const copied = pump([1, 2, 3], ch);
 * let sum = 0;
 * for await (const v of ch) sum += v;
 * sum; // => 6
 * await copied; // => 3
 * ```
 */
export async function pump<T>(
  source: Source<T>,
  to: SendChan<T>,
  options: PumpOptions = {},
): Promise<number> {
  checkPump(source, to, options);
  const { keepOpen } = options;
  const [signal, forget] = stopper(options);
  const release = holdProgram();
  let from: Reader<T> | null = null;
  let copied = 0;
  try {
    from = reader(source);
    for (;;) {
      signal?.throwIfAborted();
      const r = await untilAborted(from.next(), signal);
      checkObject("the result of source's next()", r);
      if (r.done === true) break;
      const sent = send(to, r.value, signal);
      if (sent !== undefined) await sent;
      copied++;
    }
  } catch (error) {
    // Told without waiting: the source may be stuck in the very read that was given up.
    if (from !== null) void tellStopped(from, error);
    if (keepOpen !== true) closeOnce(to);
    throw error;
  } finally {
    forget();
    release();
    from?.release?.();
  }
  if (keepOpen !== true) to.close();
  return copied;
}

/** What the source says to that is of no interest: the error that stopped it is the one to report. */
async function tellStopped(from: Reader<unknown>, reason: unknown): Promise<void> {
  try {
    await from.stop(reason);
  } catch {
    // It may throw at once, or reject.
  }
}

/** Refuses arguments of `pump` that cannot be, before anything is done. */
function checkPump(source: unknown, to: unknown, options: PumpOptions, where = "pump"): void {
  const s = Object(source ?? {}) as Record<PropertyKey, unknown>;
  const readable =
    typeof s["getReader"] === "function" ||
    typeof s[Symbol.asyncIterator] === "function" ||
    typeof s[Symbol.iterator] === "function";
  if (!readable)
    throw badArgument(where, "source", source, "an iterable or a ReadableStream", "type");
  checkChannel(where, "to", to, "trySend");
  checkOptions(where, options, PUMP_OPTIONS);
  const { keepOpen = false } = options;
  if (typeof keepOpen !== "boolean") throw booleanError(where, "options.keepOpen", keepOpen);
  checkStops(options, where);
}

// Not by `withOptions`, which would double what `pump` adds to a bundle.
function checkStops({ signal, ctx }: WaitOptions, where: string): void {
  if ((signal ?? null) !== null && !isSignal(signal))
    throw badArgument(where, "options.signal", signal, "an AbortSignal", "type");
  if ((ctx ?? null) !== null && !isContext(ctx)) throw badContext(where, "options.ctx", ctx);
}

/** Throws why it is over, if it is. */
function throwIfOver({ signal, ctx }: WaitOptions): void {
  signal?.throwIfAborted();
  if ((ctx?.err() ?? null) !== null) throw ctx!.err();
}

/** What stops the copying, as one signal, and what to call when the copying is over. */
function stopper(options: WaitOptions): [signal: AbortSignal | undefined, forget: () => void] {
  const signal = options.signal ?? undefined;
  const ctx = options.ctx ?? null;
  if (ctx === null) return [signal, () => {}];
  const stop = new AbortController();
  const done = ctx.done()?.recv() as OpRecord<unknown> | undefined;
  const end = (): void => stop.abort(whyEnded(ctx));
  let forget = (): void => {};
  if (signal?.aborted === true) stop.abort(signal.reason);
  else if ((ctx.err() ?? null) !== null || done?.tryNow() === true) end();
  else {
    if (signal !== undefined) forget = onAbort(signal, () => stop.abort(signal.reason));
    if (done !== undefined) {
      done.waiter = { wake: end };
      done.state = PARKED;
      done.park();
    }
  }
  return [stop.signal, () => (forget(), done?.state === PARKED && done.unpark())];
}

/** The promise's outcome, or the signal's reason if that comes first. The listener never outlives the wait. */
async function untilAborted<T>(
  value: PromiseLike<T> | T,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return value;
  const stop: { op: (() => void) | null } = { op: null };
  try {
    return await new Promise<T>((resolve, reject) => {
      stop.op = onAbort(signal, () => reject(signal.reason));
      Promise.resolve(value).then(resolve, reject);
    });
  } finally {
    stop.op?.();
  }
}

/** Sends, unless the signal comes first; a promise if that takes time, or if the host is to have a turn. */
function send<T>(to: SendChan<T>, value: T, signal: AbortSignal | undefined): void | Promise<void> {
  return (signal === undefined ? to.send(value) : to.send(value, { signal })).start();
}

/** Closes a channel that the error may have found closed. */
function closeOnce(ch: SendChan<any>): void {
  try {
    ch.close();
  } catch {
    // It was closed by someone else, which is what the error being thrown says.
  }
}

/**
 * A channel fed from a source in the background. An error of the source closes the channel and is thrown as an unhandled
 * rejection, unless `onError` takes it. Stopped by its signal or its context it closes the channel, and only `onError` hears of that. As with
 * {@link pump} one value is read ahead. O(1), and per value.
 *
 * @param options `cap` of the channel (default 0), `signal` or `ctx` to stop, `onError` for the source's error
 * @throws TypeError that names the argument and its value, for what is no source and no option; as `makeChan` for a `cap` that cannot be
 *
 * @example
 * ```ts
 * import { fromSource } from "@gort/chan";
 *
 * async function* lines() {
 *   yield "a";
 *   yield "b";
 * }
 * const ch = fromSource(lines(), { cap: 1 });
 * const all = [];
 * for await (const line of ch) all.push(line);
 * all; // => ["a", "b"]
 * ```
 */
export function fromSource<T>(source: Source<T>, options: SourceOptions = {}): RecvChan<T> {
  checkOptions("fromSource", options, SOURCE_OPTIONS);
  const { signal, ctx, onError } = options;
  if (onError !== undefined) checkFunction("fromSource", "options.onError", onError);
  const ch = makeChan<T>(options.cap, options.name === undefined ? {} : { name: options.name });
  const pumping: PumpOptions = { signal, ctx };
  checkPump(source, ch, pumping, "fromSource");
  const done = pump(source, ch, pumping);
  if (onError !== undefined) done.catch(onError);
  else
    done.catch((error: unknown) => {
      // Being stopped is what the caller asked for.
      if (signal?.aborted === true && error === signal.reason) return;
      if ((error ?? null) === null || error !== ctx?.err()) throw error;
    });
  return ch.recvOnly();
}

/**
 * A web stream of what the channel gives, closed when the channel is closed and drained. A value is received only
 * when the stream is read. Cancelling the stream leaves the channel open; `onCancel` tells the producer. `signal` or `ctx` fail the
 * stream at the read that waits or the next one, with the signal's reason or the context's error: the way to say that what was sent so
 * far is not all. O(1), and per value.
 *
 * @param options `signal` or `ctx` to fail the stream, `onCancel` to hear that the reader left
 * @throws TypeError that names the argument and its value, for what is no channel and no option
 *
 * @example
 * ```ts
 * import { makeChan, toReadable } from "@gort/chan";
 *
 * const ch = makeChan<string>(2);
 * ch.trySend("a");
 * ch.trySend("b");
 * ch.close();
 * const all = [];
 * for await (const v of toReadable(ch)) all.push(v);
 * all; // => ["a", "b"]
 * ```
 */
export function toReadable<T>(
  ch: RecvChan<T, unknown>,
  options: ReadableOptions = {},
): ReadableStream<T> {
  checkChannel("toReadable", "ch", ch, "recv");
  checkOptions("toReadable", options, "signal ctx onCancel");
  const { signal, ctx, onCancel } = options;
  if (onCancel !== undefined) checkFunction("toReadable", "options.onCancel", onCancel);
  checkStops(options, "toReadable");
  const cancelled = new AbortController();
  return new ReadableStream<T>(
    {
      async pull(controller) {
        throwIfOver(options);
        // Started and not awaited: between the read and a receive that begins later the stream could be cancelled.
        const { case: what } = await select({
          got: new Pull(ch.recvOk(), controller),
          stop: aborted(cancelled.signal),
          failed: signal,
          ended: ctx?.done()?.recv(),
        }).start();
        if (what === "failed") signal!.throwIfAborted();
        if (what === "ended") throw whyEnded(ctx!);
      },
      cancel(reason) {
        cancelled.abort();
        return onCancel?.(reason) as PromiseLike<void> | undefined;
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * A web stream that sends what is written to it: a write is done when the channel has taken the value. Closing or
 * aborting the stream closes the channel. If somebody else closed that, a write errors the stream with `send on closed channel`, and
 * closing it does with `close of closed channel`. O(1), and per value.
 *
 * @throws TypeError for what is no channel
 *
 * @example
 * ```ts
 * import { makeChan, toWritable } from "@gort/chan";
 *
 * const ch = makeChan<number>(2);
 * const writer = toWritable(ch).getWriter();
 * await writer.write(1);
 * await writer.close();
 * await ch.recv(); // => 1
 * const [, ok] = await ch.recvOk();
 * ok; // => false
 * ```
 */
export function toWritable<T>(ch: SendChan<T>): WritableStream<T> {
  checkChannel("toWritable", "ch", ch, "trySend");
  return new WritableStream<T>(
    {
      write(value, controller) {
        return send(ch, value, controller.signal);
      },
      close() {
        ch.close();
      },
      abort() {
        closeOnce(ch);
      },
    },
    { highWaterMark: 1 },
  );
}
