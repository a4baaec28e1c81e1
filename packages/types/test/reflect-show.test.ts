/** What `console.log` and `JSON.stringify` show of reflection values. */
import { inspect } from "node:util";
import { expect, it } from "vitest";
import {
  any,
  field,
  int,
  jsObject,
  named,
  newValue,
  string,
  struct,
  toInterface,
  valueOf,
  zeroValue,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

const Point = named("main.Point", struct({ x: int, y: field(any, { exported: false }) }));

it("is the value that it holds, unexported fields included, as fmt prints it", () => {
  const v = valueOf(toInterface(Point, { x: 1, y: toInterface(int, 2) }));
  expect(inspect(v)).toBe("{ x: 1, y: int(2) }");
  expect(inspect(v.fieldByName("y"))).toBe("int(2)");
  expect(inspect([v.field(0), valueOf("a"), zeroValue(any)])).toBe("[ 1, 'a', null ]");
  expect(inspect(valueOf(null))).toBe("<invalid reflect.Value>");
});

it("is what lies in memory now", () => {
  const v = newValue(string, makeSpace()).elem();
  v.setString("set");
  expect(inspect({ v })).toBe("{ v: 'set' }");
});

it("is as deep as the value alone would be, and ends where that holds it", () => {
  const deep = valueOf({ a: { b: { c: {} } } });
  expect(inspect(deep)).toBe(inspect(deep.get()));
  expect(inspect({ a: { b: { c: valueOf({ d: 1 }) } } })).toBe("{ a: { b: { c: [Object] } } }");
  const o: Record<string, unknown> = {};
  o["self"] = valueOf(toInterface(jsObject, o));
  expect(inspect(o["self"], { depth: null })).toBe("{ self: [Circular] }");
});

it("is in JSON what the value alone would be", () => {
  const v = valueOf(toInterface(Point, { x: 1, y: toInterface(int, 2) }));
  expect(JSON.stringify(v)).toBe('{"x":1,"y":2}');
  expect(JSON.stringify([v.field(0), v.field(1), valueOf(null), zeroValue(any)])).toBe(
    "[1,2,null,null]",
  );
});
