/** An op that is never ready, for those that do something else besides waiting. */
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
