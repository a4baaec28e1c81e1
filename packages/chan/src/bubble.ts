/**
 * The channel of a bubble (`@gort/sched/testing`): as any other, and refused to code outside of bubbles.
 *
 * Invariants
 *  1. A send, a receive or a close from outside panics with Go's text and changes nothing; `len` and `cap` may be read.
 *  2. A channel made outside of bubbles may be used anywhere; who waits for one in a bubble is not durably blocked.
 *
 * Why a class of its own: a channel that was not made in a bubble pays nothing for the check. A receive is refused where
 * it is made, or asked for from a range, and not where it is used, for the same reason: its fast path reads the record directly.
 */
import { currentBubble } from "@gort/sched";
import type { TryRecv } from "./api.ts";
import { Core } from "./core.ts";
import type { RecvOperation, SendOperation } from "./ops.ts";
import { chanError } from "./errors.ts";
import { Cursor } from "./range.ts";

function inside(code: "sendOutside" | "recvOutside" | "closeOutside"): void {
  if (currentBubble() === null) throw chanError(code);
}

/** Ranges over one: its op was made once, so each `next` asks. */
class BubbleCursor extends Cursor<any> {
  override next(): ReturnType<Cursor<any>["next"]> {
    inside("recvOutside");
    return super.next();
  }
}

/** The record of a channel made in a bubble. */
export class BubbleCore extends Core {
  override isDurable(): boolean {
    return true;
  }

  override recv(mode: number): RecvOperation {
    inside("recvOutside");
    return super.recv(mode);
  }

  override send(value: unknown): SendOperation {
    inside("sendOutside");
    return super.send(value);
  }

  override range(): Cursor<any> {
    return new BubbleCursor(this);
  }

  override poll(): TryRecv<any, any> {
    inside("recvOutside");
    return super.poll();
  }

  override offer(value: unknown): boolean {
    inside("sendOutside");
    return super.offer(value);
  }

  override close(): void {
    inside("closeOutside");
    super.close();
  }
}
