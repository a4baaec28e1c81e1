/** A recursive type without a name has no spelling in Go; here it has one that ends. */
import { expect, test } from "vitest";
import { int32, ptr, struct, type Type } from "../src/index.ts";

test("the name of an unnamed recursive struct is finite", () => {
  const Node: Type = struct({ next: ptr(() => Node), value: int32 });
  expect(Node.name).toBe("struct { next *…; value int32 }");
});
