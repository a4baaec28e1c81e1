/** A leak: a goroutine that waits for ever on a channel nobody will use again, named by the bubble that ran it. */
import { makeChan } from "@gort/chan";
import { go, poll } from "@gort/sched";
import { bubble } from "@gort/sched/testing";
import type { Program } from "./api.ts";

/** The first answer wins; the others have nobody to give theirs to. The channel should have room for all. */
function* fastest() {
  const answers = makeChan<string>(0, { name: "answers" });
  for (const server of ["alpha", "beta", "gamma"]) {
    go(function* () {
      yield* answers.send(server);
    }).name = `ask ${server}`;
  }
  return yield* answers.recv();
}

export const leak: Program = {
  about: "two goroutines left behind by a race to answer first, and the report that names them",
  *main(print) {
    try {
      yield* poll(bubble(fastest));
    } catch (error) {
      print((error as Error).message);
    }
  },
};
