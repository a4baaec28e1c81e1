/** Two goroutines hand a ball back and forth over unbuffered channels. */
import { makeChan } from "@gort/chan";
import { go, now } from "@gort/sched";
import type { Program } from "./api.ts";

const ROUNDS = 100_000;

export const pingPong: Program = {
  about: `${ROUNDS.toLocaleString("en-US")} hand-offs there and back, and what one costs`,
  *main(print) {
    const ping = makeChan(0, { zero: 0 });
    const pong = makeChan(0, { zero: 0 });
    go(function* () {
      for (const ball = ping.range(); yield* ball.next();) yield* pong.send(ball.value + 1);
    });
    const start = now();
    let ball = 0;
    for (let i = 0; i < ROUNDS; i++) {
      yield* ping.send(ball);
      ball = yield* pong.recv();
    }
    ping.close();
    const nanos = ((now() - start) * 1e6) / (2 * ROUNDS);
    print(`the ball was returned ${ball} times, ${nanos.toFixed(0)} ns per hand-off`);
  },
};
