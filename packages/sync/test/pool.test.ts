/** Shards and victims. */
import { expect, it } from "vitest";
import { Pool } from "../src/index.ts";

it("shards go from 0 to 1023", () => {
  let pid = 1023;
  const pool = new Pool<number>({ shard: () => pid });
  pool.put(7);
  expect(pool.get()).toBe(7);
  pid = 1024;
  expect(() => pool.put(7)).toThrow("1024");
  expect(() => pool.get()).toThrow("1024");
});

it("a get that finds nothing anywhere is the end of the victims, as in Go: nobody looks there again", () => {
  let pid = 1;
  const pool = new Pool<object>({ shard: () => pid, new: () => ({}) });
  const x = {};
  pool.put(x); // the private object of shard 1
  pool.clean();
  pid = 0;
  pool.get(); // other shards' private objects are not for the taking
  pid = 1;
  expect(pool.get()).not.toBe(x);
});
