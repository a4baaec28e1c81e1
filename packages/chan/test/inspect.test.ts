import { inspect } from "node:util";
import { expect, test } from "vitest";
import { makeChan, nilChan, prepare, select } from "../src/index.ts";

test("console.log shows the text of a channel, and nothing of its insides", () => {
  const ch = makeChan<string>(3, { name: "jobs" });
  ch.trySend("secret");
  for (const v of [ch, ch.recvOnly(), ch.sendOnly()])
    expect(inspect({ v })).toBe('{ v: chan "jobs" (len 1, cap 3) }');
  expect(inspect(nilChan())).toBe("nil chan");
});

test("JSON.stringify gives the text of a channel and of its operations, idle, waited for and used", async () => {
  const ch = makeChan<string>(0, { name: "jobs" });
  const stop = new AbortController();
  const json = (v: unknown): string => JSON.parse(JSON.stringify({ v })).v as string;
  const all = (): string[] => [ch, ch.recvOnly(), ch.sendOnly()].map(json);
  const text = 'chan "jobs" (len 0, cap 0)';
  expect([...all(), json(nilChan())]).toEqual([text, text, text, "nil chan"]);
  const waiting = [
    ch.recv(),
    ch.recv({ signal: stop.signal }),
    select([ch.recv(), makeChan().recv()]),
    prepare({ job: ch.recv(), tick: () => makeChan().recv() }),
  ];
  const shown = (): string[] => waiting.map(json);
  // Whose cases functions make has none before it is used.
  for (const of of shown().slice(0, 3)) expect(of).toContain("jobs");
  const got = waiting.map(async (op) => op.start() as Promise<unknown>);
  for (const of of [...all(), ...shown()]) expect(of).toContain("jobs");
  ch.close();
  await Promise.all(got);
  for (const of of shown()) expect(typeof of).toBe("string");
});
