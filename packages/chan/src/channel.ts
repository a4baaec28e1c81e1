/**
 * Channels as users see them: `makeChan` and the one-directional views.
 *
 * Invariants
 *  1. Every op names the {@link Core} it works on; the objects here only make ops and ask the core.
 *  2. A view is made once per channel, so views of one channel are identical, as in Go.
 *
 * Why `Channel` is a class behind an interface: the prototype makes `recv` and `send` monomorphic, the interface
 * leaves room for other makers of channels. Why views are objects and not types alone: Go's compiler forbids
 * `close` on a `<-chan`; JavaScript callers get the same refusal at run time.
 */
import type { OpRecord } from "@gort/sched";
import { currentBubble, OpIterator, withOptions } from "@gort/sched/primitives";
import { badArgument, checkOptions, type Type } from "@gort/types";
import type {
  Chan,
  ChanOptions,
  DescribedChanOptions,
  Range,
  RecvChan,
  RecvOp,
  SendChan,
  SendOp,
  TryRecv,
  TypedChanOptions,
  WaitOptions,
} from "./api.ts";
import { BubbleCore } from "./bubble.ts";
import { Core } from "./core.ts";
import { MAX_CAP, directionError, sizeError } from "./errors.ts";
import { ITEM, PAIR, VALUE } from "./states.ts";

const CHAN = Symbol.for("gort.Chan");

type MakeOptions = ChanOptions & { zero?: unknown; type?: Type };
const NONE: MakeOptions = {};
const KNOWN = "name zero type";

/** A receive that can be called off; it has `ok` too. */
function calledOff(op: OpRecord<any>, options: WaitOptions, where: string): RecvOp<any, any> {
  return withOptions(op, options, where) as RecvOp<any, any>;
}

/** The channel object. Both views hold the same core. */
class Channel implements Chan<any, any> {
  readonly core: Core;
  private recvView: RecvChan<any, any> | null = null;
  private sendView: SendChan<any> | null = null;

  constructor(core: Core) {
    this.core = core;
  }

  get [CHAN](): true {
    return true;
  }

  get len(): number {
    return this.core.count;
  }

  get cap(): number {
    return this.core.cap;
  }

  get name(): string {
    return this.core.name;
  }

  recv(options?: WaitOptions): RecvOp<any, any> {
    const op = this.core.recv(VALUE);
    return options === undefined ? op : calledOff(op, options, "Chan.recv");
  }

  recvOk(options?: WaitOptions): RecvOp<any, any> {
    const op = this.core.recv(PAIR);
    return options === undefined ? op : calledOff(op, options, "Chan.recvOk");
  }

  tryRecv(): TryRecv<any, any> {
    return this.core.poll();
  }

  send(value: unknown, options?: WaitOptions): SendOp {
    const op = this.core.send(value);
    return options === undefined ? op : withOptions(op, options, "Chan.send");
  }

  trySend(value: unknown): boolean {
    return this.core.offer(value);
  }

  close(): void {
    this.core.close();
  }

  range(): Range<any> {
    return this.core.range();
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<any> {
    return new OpIterator(() => this.core.recv(ITEM));
  }

  recvOnly(): RecvChan<any, any> {
    return (this.recvView ??= new RecvView(this.core));
  }

  sendOnly(): SendChan<any> {
    return (this.sendView ??= new SendView(this.core));
  }

  toString(): string {
    return this.core.describe();
  }

  /** What `JSON.stringify` shows: not the values, which somebody is to receive, nor those who wait. */
  toJSON(): string {
    return this.core.describe();
  }

  /** What `console.log` shows on Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toJSON();
  }
}

/** `<-chan T`: receives, and refuses the rest. */
class RecvView extends Channel {
  override recvOnly(): this {
    return this;
  }

  override send(): never {
    throw directionError("sendRecvOnly");
  }

  override trySend(): never {
    throw directionError("sendRecvOnly");
  }

  override sendOnly(): never {
    throw directionError("sendRecvOnly");
  }

  override close(): never {
    throw directionError("closeRecvOnly");
  }

  override toString(): string {
    return `<-${super.toString()}`;
  }
}

/** `chan<- T`: sends and closes, and refuses the rest. */
class SendView extends Channel {
  override sendOnly(): this {
    return this;
  }

  override recv(): never {
    throw directionError("recvSendOnly");
  }

  override recvOk(): never {
    throw directionError("recvSendOnly");
  }

  override tryRecv(): never {
    throw directionError("recvSendOnly");
  }

  override range(): never {
    throw directionError("recvSendOnly");
  }

  override recvOnly(): never {
    throw directionError("recvSendOnly");
  }

  override [Symbol.asyncIterator](): never {
    throw directionError("recvSendOnly");
  }

  override toString(): string {
    return super.toString().replace("chan", "chan<-");
  }
}

/**
 * Makes a channel. Go's `make(chan T, cap)`. O(1); the buffer grows as it fills.
 *
 * With `zero` or `type` the channel knows what a receive gives after `close`, and `recv()` is a plain `T`.
 *
 * @param cap values the buffer holds, 0 (the default: every send waits for its receiver) to 2^30
 * @throws `makechan: size out of range` for an integer; the error's `cause` names the argument and its value
 * @throws RangeError for a `cap` that is no integer; TypeError for one that is no number, and for an option that is unknown or cannot be
 *
 * @example
 * ```ts
 * import { makeChan } from "@gort/chan";
 *
 * const ch = makeChan<number>(2, { zero: 0 });
 * await ch.send(1);
 * ch.trySend(2); // => true
 * ch.trySend(3); // => false
 * ch.close();
 * const all = [];
 * for await (const v of ch) all.push(v);
 * all; // => [1, 2]
 * const [v, ok] = await ch.recvOk();
 * console.log(v, ok); // => 0 false
 * ```
 */
export function makeChan<T>(
  cap: number | undefined,
  options: TypedChanOptions<T> | (DescribedChanOptions<T> & { readonly zero?: undefined }),
): Chan<T, T>;
export function makeChan<T>(cap?: number, options?: ChanOptions): Chan<T>;
export function makeChan(cap = 0, options: MakeOptions = NONE): Chan<any, any> {
  if (!(Number.isInteger(cap) && cap >= 0 && cap <= MAX_CAP)) throw sizeError(cap);
  if (options !== NONE) checkMakeOptions(options);
  const type = options.type;
  const makeZero = type === undefined ? null : () => type.zero() as unknown;
  const kind = currentBubble() === null ? Core : BubbleCore;
  return new Channel(new kind(cap, options.name ?? "", options.zero, makeZero));
}

function checkMakeOptions(options: MakeOptions): void {
  if (typeof options !== "object" || (options as unknown) === null)
    checkOptions("makeChan", options, KNOWN);
  // Looked at here first, because channels are made often.
  for (const name in options)
    if (name !== "zero" && name !== "name" && name !== "type")
      checkOptions("makeChan", options, KNOWN);
  const { name, type } = options as Partial<Record<keyof MakeOptions, unknown>>;
  if (name !== undefined && typeof name !== "string")
    throw badArgument("makeChan", "options.name", name, "a string", "type");
  if (type !== undefined && typeof (type as Partial<Type> | null)?.zero !== "function")
    throw badArgument("makeChan", "options.type", type, "a type of @gort/types", "type");
}

/**
 * Whether `v` is a channel or a view of one, from whichever copy of this package. Which sides of it may be used the value does not
 * say: a view throws a `DirectionError` where its direction forbids something. O(1).
 *
 * @example
 * ```ts
 * import { isChan, makeChan } from "@gort/chan";
 *
 * isChan(makeChan()); // => true
 * isChan(makeChan().recvOnly()); // => true
 * isChan([]); // => false
 * ```
 */
export function isChan(v: unknown): v is RecvChan<unknown> | SendChan<never> {
  return typeof v === "object" && v !== null && (v as Record<symbol, unknown>)[CHAN] === true;
}

/** The record behind a channel or a view, of whichever copy of this package; null for the nil channel and anything else. @internal */
export function coreOf(v: unknown): Core | null {
  const core = (v as { core?: Partial<Core> } | null)?.core;
  return isChan(v) && core?.recvq !== undefined ? (core as Core) : null;
}
