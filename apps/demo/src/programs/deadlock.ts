/** A deadlock: two locks taken in opposite order. The scheduler notices, and says who waits for whom. */
import { go, isDeadlockError, poll, run, sleep } from "@gort/sched";
import { Mutex } from "@gort/sync";
import type { Program } from "./api.ts";

function* transfer(from: Mutex, to: Mutex) {
  yield* from.lock();
  yield* sleep(1);
  yield* to.lock();
  to.unlock();
  from.unlock();
}

function* bank() {
  const savings = new Mutex("savings");
  const checking = new Mutex("checking");
  const a = go(transfer, savings, checking);
  const b = go(transfer, checking, savings);
  a.name = "savings to checking";
  b.name = "checking to savings";
  yield* a.join();
  yield* b.join();
}

export const deadlock: Program = {
  about: "two locks taken in opposite order, and the report that says so",
  *main(print) {
    try {
      yield* poll(run(bank));
    } catch (error) {
      if (!isDeadlockError(error)) throw error;
      print(error.message);
    }
  },
};
