import { inspect } from "node:util";
import { expect, test } from "vitest";
import { makeChan, nilChan } from "../src/index.ts";

test("console.log shows the text of a channel, and nothing of its insides", () => {
  const ch = makeChan<string>(3, { name: "jobs" });
  ch.trySend("secret");
  for (const v of [ch, ch.recvOnly(), ch.sendOnly()])
    expect(inspect({ v })).toBe('{ v: chan "jobs" (len 1, cap 3) }');
  expect(inspect(nilChan())).toBe("nil chan");
});
