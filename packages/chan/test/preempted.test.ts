/** A goroutine whose operations never have to wait gives way, whichever of them it uses. */
import { createDeterministicScheduler, go, type Go } from "@gort/sched";
import { expect, it } from "vitest";
import { type Chan, makeChan, prepare, select } from "../src/index.ts";

const never = () => makeChan().recv();

const loops: [string, (ch: Chan<number>) => () => Go][] = [
  [
    "sends",
    (ch) =>
      function* () {
        yield* ch.send(1);
        ch.tryRecv();
      },
  ],
  [
    "receives",
    (ch) =>
      function* () {
        ch.trySend(1);
        yield* ch.recv();
      },
  ],
  [
    "receives that say ok",
    (ch) =>
      function* () {
        ch.trySend(1);
        yield* ch.recvOk();
      },
  ],
  ...[0, 1, 2].map((more): [string, (ch: Chan<number>) => () => Go] => [
    `selects over ${more + 1}`,
    (ch) =>
      function* () {
        ch.trySend(1);
        yield* select([ch.recv(), ...Array.from({ length: more }, never)]);
      },
  ]),
  [
    "selects with default",
    () =>
      function* () {
        yield* select({ a: never(), b: never(), default: true });
      },
  ],
  [
    "a prepared select",
    (ch) => {
      const p = prepare({ a: ch.recv(), b: never });
      return function* () {
        ch.trySend(1);
        yield* p;
      };
    },
  ],
];

it.each(loops)("%s", async (_, make) => {
  const ran = await createDeterministicScheduler({ seed: 1 }).run(function* () {
    const once = make(makeChan<number>(1));
    let ran = false;
    go(function* () {
      ran = true;
    });
    for (let i = 0; i < 20_000 && !ran; i++) yield* once();
    return ran;
  });
  expect(ran).toBe(true);
});
