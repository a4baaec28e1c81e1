/** Errors: brands, names, texts. */
import { describe, expect, it } from "vitest";
import {
  FatalError,
  ReflectError,
  RuntimeError,
  TypeAssertionError,
  badArgument,
  badNumber,
  hasBrand,
  checkOptions,
  MisuseError,
  isFatalError,
  isMisuseError,
  isReflectError,
  isRuntimeError,
  isTypeAssertionError,
  nilDereference,
  nilReceiver,
  show,
  uncomparableType,
  unhashableType,
} from "../src/index.ts";

describe("brands", () => {
  it("recognise errors from another copy of the package, and nothing else", () => {
    const foreign = Object.assign(new Error("x"), { [Symbol.for("gort.RuntimeError")]: true });
    expect(isRuntimeError(foreign)).toBe(true);
    expect(isRuntimeError(new RuntimeError("x"))).toBe(true);
    expect(isRuntimeError(new TypeAssertionError("", "int", "string"))).toBe(true);
    expect(isTypeAssertionError(new TypeAssertionError("", "int", "string"))).toBe(true);
    expect(isTypeAssertionError(new RuntimeError("x"))).toBe(false);
    expect(isFatalError(new FatalError("x"))).toBe(true);
    expect(isReflectError(new ReflectError("x"))).toBe(true);
    for (const v of [null, undefined, 1, "s", {}, new Error("x"), () => 1]) {
      expect([isRuntimeError(v), isFatalError(v), isReflectError(v)]).toEqual([
        false,
        false,
        false,
      ]);
    }
    expect(isRuntimeError(new FatalError("x"))).toBe(false);
  });
});

describe("a RuntimeError", () => {
  it("says its type in Go by its text", () => {
    expect(new RuntimeError("runtime error: x").goType).toBe("runtime.errorString");
    expect(new RuntimeError("send on closed channel").goType).toBe("runtime.plainError");
    expect(new RuntimeError("runtime error: x", "runtime.boundsError").goType).toBe(
      "runtime.boundsError",
    );
    expect(Object.keys(new RuntimeError("x"))).toEqual([]);
  });
});

describe("a MisuseError", () => {
  it("is a panic with a plain string, and no runtime error", () => {
    const e = new MisuseError("cannot be negative");
    expect([e.message, isMisuseError(e), isRuntimeError(e)]).toEqual([
      "cannot be negative",
      true,
      false,
    ]);
    const foreign = Object.assign(new Error("x"), { [Symbol.for("gort.MisuseError")]: true });
    expect(isMisuseError(foreign)).toBe(true);
    for (const v of [null, "cannot be negative", new RuntimeError("x"), new Error("x")])
      expect(isMisuseError(v)).toBe(false);
  });
});

describe("hasBrand", () => {
  it("is false of what cannot be asked, and throws for nothing", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const refusing = new Proxy(() => {}, {
      get: () => {
        throw new Error("trap");
      },
    });
    for (const v of [proxy, refusing, null, undefined, 5, "x", Symbol("s"), {}, () => {}])
      expect([hasBrand(v, Symbol.for("gort.FatalError")), isFatalError(v)]).toEqual([false, false]);
  });
});

describe("a FatalError", () => {
  it("prints as Go does, from its first line on", () => {
    const e = new FatalError("all goroutines are asleep - deadlock!");
    expect(String(e)).toBe("fatal error: all goroutines are asleep - deadlock!");
    expect(e.stack?.split("\n")[0]).toBe("fatal error: all goroutines are asleep - deadlock!");
  });
});

describe("texts", () => {
  it("are Go's", () => {
    expect(nilDereference().message).toBe(
      "runtime error: invalid memory address or nil pointer dereference",
    );
    expect(unhashableType("[]int").message).toBe("runtime error: hash of unhashable type []int");
    expect(uncomparableType("[]int").message).toBe(
      "runtime error: comparing uncomparable type []int",
    );
    expect(nilReceiver("main.T", "F").message).toBe(
      "value method main.T.F called using nil *T pointer",
    );
    expect(new TypeAssertionError("any", "main.T", "main.T").message).toBe(
      "interface conversion: any is main.T, not main.T (types from different scopes)",
    );
  });

  it("name a bad argument and its value, whatever it is", () => {
    const values = [
      -1,
      -0,
      NaN,
      1e12,
      5n,
      "a",
      null,
      undefined,
      [1],
      {},
      new Map(),
      () => 1,
      Symbol("q"),
      true,
    ];
    expect(values.map((v) => show(v))).toEqual([
      "-1",
      "-0",
      "NaN",
      "1000000000000",
      "5n",
      '"a"',
      "null",
      "undefined",
      "an array of 1",
      "an object (Object)",
      "an object (Map)",
      "function (anonymous)",
      "Symbol(q)",
      "true",
    ]);
    expect(show("x".repeat(100))).toHaveLength(43);
    expect(badArgument("f", "n", -1, "a positive integer")).toBeInstanceOf(RangeError);
    expect(badArgument("f", "n", "a", "a number", "type")).toBeInstanceOf(TypeError);
    expect(badNumber("f", "n", -1, "a positive integer")).toBeInstanceOf(RangeError);
    expect(badNumber("f", "n", NaN, "a positive integer")).toBeInstanceOf(RangeError);
    for (const v of ["1", 1n, null, undefined, {}])
      expect(badNumber("f", "n", v, "a positive integer")).toBeInstanceOf(TypeError);
    expect(badArgument("f", "n", -1, "a positive integer").message).toBe(
      "f: n is -1, want a positive integer",
    );
  });

  it("name an object by its class, whatever it does when it is looked at", () => {
    class Order {}
    class _Slice {}
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const throws = (name: PropertyKey): object =>
      Object.defineProperty({}, name, {
        get() {
          throw new Error("looked at");
        },
      });
    const named = [
      [new Order(), "Order"],
      [new _Slice(), "Slice"],
      [new (class {})(), "Object"],
      [Object.create(null), "Object"],
      [{ constructor: 1 }, "Object"],
      [{ constructor: { name: 5 } }, "Object"],
      [{ [Symbol.toStringTag]: "Tagged" }, "Tagged"],
      [throws("constructor"), "Object"],
      [throws(Symbol.toStringTag), "Object"],
      [proxy, "Object"],
    ] as const;
    for (const [value, name] of named) expect(show(value)).toBe(`an object (${name})`);
  });

  it("have a text for a function whose name is none", () => {
    const { proxy, revoke } = Proxy.revocable(() => 1, {});
    revoke();
    const get = (): never => {
      throw new Error("looked at");
    };
    const named = (descriptor: PropertyDescriptor): unknown =>
      Object.defineProperty(() => 1, "name", descriptor);
    for (const f of [proxy, named({ get }), named({ value: Symbol("s") })])
      expect(show(f)).toBe("an object (Object)");
    expect(show(Error)).toBe("function Error");
  });

  it("refuse as options what nobody's names can be looked up in, and names that there are none of", () => {
    checkOptions("f", { size: 3 }, "size name");
    checkOptions("f", Object.create({ size: 3 }) as object, "size name");
    expect(() => checkOptions("f", { sise: 3 }, "size name")).toThrow(
      "f: options.sise is 3, want no options but size, name",
    );
    for (const it of [null, 5, () => 1, [], [1], new Map([[1, 2]]), new Set(), Promise.resolve()])
      expect(() => checkOptions("f", it as object, "size")).toThrow(
        `f: options is ${show(it)}, want no options but size`,
      );
    // An object of some class is named as a whole, unless it has the names only.
    class Background {
      readonly ownKey: unknown;
      constructor(ownKey: unknown) {
        this.ownKey = ownKey;
      }
    }
    checkOptions("f", new Background(3), "ownKey");
    expect(() => checkOptions("f", new Background(3), "size")).toThrow(
      "f: options is an object (Background), want no options but size",
    );
    expect(() => checkOptions("f", Object.assign(Object.create(null), { a: 3 }), "size")).toThrow(
      "f: options.a is 3, want no options but size",
    );
  });
});
