/**
 * The channel of a bubble (`@gort/sched/testing`): as any other, and refused to code outside of that bubble.
 *
 * Invariants
 *  1. A send, a receive or a close from outside panics with Go's text and changes nothing; `len` and `cap` may be read. Another bubble
 *     is outside too, but for code after an `await` in bubbles side by side, which nobody can tell apart.
 *  2. A channel made outside of bubbles may be used anywhere; who waits for one in a bubble is not durably blocked.
 *
 * Why a class of its own: a channel that was not made in a bubble pays nothing for the check. A receive is refused where
 * it is made, or asked for from a range, and not where it is used, for the same reason: its fast path reads the record directly.
 */
import { currentBubble, isInside } from "@gort/sched/primitives";
import type { TryRecv } from "./api.ts";
import { Core } from "./core.ts";
import type { RecvOperation, SendOperation } from "./ops.ts";
import { chanError } from "./errors.ts";
import { Cursor } from "./range.ts";

type Outside = "sendOutside" | "recvOutside" | "closeOutside";

/** Ranges over one: its op was made once, so each `next` asks. */
class BubbleCursor extends Cursor<any> {
  private readonly core: BubbleCore;

  constructor(core: BubbleCore) {
    super(core);
    this.core = core;
  }

  override next(): ReturnType<Cursor<any>["next"]> {
    this.core.inside("recvOutside");
    return super.next();
  }
}

/** The record of a channel made in a bubble. */
export class BubbleCore extends Core {
  private readonly bubble = currentBubble()!;

  /** Throws if code outside of the bubble is running. */
  inside(code: Outside): void {
    if (!isInside(this.bubble)) throw chanError(code, this);
  }

  override isDurable(): boolean {
    return true;
  }

  override recv(mode: number): RecvOperation {
    this.inside("recvOutside");
    return super.recv(mode);
  }

  override send(value: unknown): SendOperation {
    this.inside("sendOutside");
    return super.send(value);
  }

  override range(): Cursor<any> {
    return new BubbleCursor(this);
  }

  override poll(): TryRecv<any, any> {
    this.inside("recvOutside");
    return super.poll();
  }

  override offer(value: unknown): boolean {
    this.inside("sendOutside");
    return super.offer(value);
  }

  override close(): void {
    this.inside("closeOutside");
    super.close();
  }
}
