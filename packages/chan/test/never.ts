/** Ops that are never ready, for those that do something else besides waiting. */
import { Op } from "@gort/sched";

export class Never<T> extends Op<T> {
  get reason(): "semacquire" {
    return "semacquire";
  }

  tryNow(): boolean {
    return false;
  }

  park(): void {}

  unpark(): void {}
}

/** Runs code of a user's when it leaves. */
export class Leaver extends Never<void> {
  private readonly atLeave: () => void;

  constructor(atLeave: () => void) {
    super();
    this.atLeave = atLeave;
  }

  override unpark(): void {
    this.atLeave();
  }
}
