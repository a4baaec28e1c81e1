/** What was reached through an unexported field stays read-only on every way from there (Go's TestUnexported and flagRO). */
import { describe, expect, it } from "vitest";
import {
  any,
  array,
  field,
  func,
  int,
  map,
  named,
  ptr,
  string,
  struct,
  toInterface,
  valueAt,
  valueOf,
  type Type,
  type Value,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

const secret = (t: Type) => struct({ u: field(t, { exported: false }) });
const hidden = (t: Type, v: unknown): Value => valueOf(toInterface(secret(t), { u: v })).field(0);
const lying = (t: Type): Value => {
  const s = makeSpace();
  const S = secret(t);
  return valueAt(S, s, s.alloc(S)).field(0);
};
const refused =
  "reflect.Value.Interface: cannot return value obtained from unexported field or method";

describe("read-only is", () => {
  it("a method of an unexported field: it is no interface and cannot be called", () => {
    const T = named("main.T", int).method("F", func(), () => undefined);
    for (const m of [hidden(T, 1).method(0), hidden(T, 1).methodByName("F")]) {
      expect(m.canInterface()).toBe(false);
      expect(() => m.call()).toThrow(
        "reflect: reflect.Value.Call using value obtained using unexported field",
      );
    }
  });

  it("what the address of one points to", () => {
    const v = lying(int).addr();
    expect([v.canInterface(), v.elem().canSet(), v.elem().canAddr()]).toEqual([false, false, true]);
    expect(() => v.elem().setInt(1)).toThrow("using value obtained using unexported field");
  });

  it("what an interface, an array or a string of one holds", () => {
    expect(() => hidden(any, 5).elem().interface()).toThrow(refused);
    const a = lying(array(int, 2)).index(1);
    expect([a.canSet(), a.canAddr()]).toEqual([false, true]);
    expect(() => hidden(array(int, 1), [1]).index(0).interface()).toThrow(refused);
    expect(() => hidden(string, "a").index(0).interface()).toThrow(refused);
    expect(() => lying(ptr(int)).addr().interface()).toThrow(refused);
  });

  it("the entry of a map that a key of one finds, and any entry of a map of one", () => {
    const m = new Map([["a", 1]]);
    const open = valueOf(toInterface(map(string, int), m));
    expect(open.mapIndex(hidden(string, "a")).canInterface()).toBe(false);
    expect(open.mapIndex(valueOf("a")).canInterface()).toBe(true);
    const closed = hidden(map(string, int), m);
    expect(closed.mapIndex(valueOf("a")).canInterface()).toBe(false);
    expect(closed.mapKeys()[0]!.canInterface()).toBe(false);
    expect(() => closed.setMapIndex(valueOf("a"), valueOf(toInterface(int, 2)))).toThrow(
      "reflect: reflect.Value.SetMapIndex using value obtained using unexported field",
    );
    expect(() => open.setMapIndex(hidden(string, "a"), valueOf(null))).toThrow(
      "reflect: reflect.Value.SetMapIndex using value obtained using unexported field",
    );
  });
});
