/** A context of the shape the package accepts, made without `@gort/context`. */
import { Op, type WaitReason } from "@gort/sched";
import { WaitQueue } from "@gort/sched/primitives";
import type { ContextLike } from "../src/index.ts";

class DoneOp extends Op<unknown> {
  private readonly ctx: FakeContext;

  constructor(ctx: FakeContext) {
    super();
    this.ctx = ctx;
  }

  override get reason(): WaitReason {
    return "chan receive";
  }

  override tryNow(): boolean {
    return this.ctx.error !== null;
  }

  override park(): void {
    this.ctx.queue.push(this);
  }

  override unpark(): void {
    this.ctx.queue.remove(this);
  }
}

export class FakeContext implements ContextLike {
  error: Error | null = null;
  cause: unknown = undefined;
  readonly queue = new WaitQueue<DoneOp>();

  done(): { recv(): Op<unknown> } {
    return { recv: () => new DoneOp(this) };
  }

  err(): Error | null {
    return this.error;
  }

  cancel(cause?: unknown): void {
    if (this.error !== null) return;
    this.error = new Error("context canceled");
    this.cause = cause ?? this.error;
    for (let op; (op = this.queue.shift()) !== null;) op.complete(undefined);
  }

  [Symbol.for("gort.context.derive")](): [FakeContext, (cause?: unknown) => void] {
    const [child, cancel] = fakeContext();
    return [child, cancel];
  }
}

export function fakeContext(): [FakeContext, (cause?: unknown) => void] {
  const ctx = new FakeContext();
  return [ctx, (cause) => ctx.cancel(cause)];
}
