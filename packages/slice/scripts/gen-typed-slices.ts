/**
 * Writes src/typed-slices.generated.ts: two slice classes per typed array, each with its own index loop.
 *
 * Run: node --import tsx packages/slice/scripts/gen-typed-slices.ts; a test checks that the file is up to date.
 */
import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

const integer = (bits: number, signed: boolean): string =>
  `an integer from ${signed ? `-${2 ** (bits - 1)}` : 0} to ${2 ** (signed ? bits - 1 : bits) - 1}`;
const big = (signed: boolean): string =>
  `a bigint from ${signed ? `-${2n ** 63n}` : 0} to ${2n ** (signed ? 63n : 64n) - 1n}`;

/** Array, Go's element type, the expression that is true for a value that fits, what is wanted. */
const KINDS: readonly (readonly [kind: string, goType: string, fits: string, want: string])[] = [
  ["Int8", "int8", 'typeof v === "number" && (v << 24) >> 24 === v', integer(8, true)],
  ["Uint8", "uint8", 'typeof v === "number" && (v & 0xff) === v', integer(8, false)],
  ["Uint8Clamped", "uint8", 'typeof v === "number" && (v & 0xff) === v', integer(8, false)],
  ["Int16", "int16", 'typeof v === "number" && (v << 16) >> 16 === v', integer(16, true)],
  ["Uint16", "uint16", 'typeof v === "number" && (v & 0xffff) === v', integer(16, false)],
  ["Int32", "int32", 'typeof v === "number" && (v | 0) === v', integer(32, true)],
  ["Uint32", "uint32", 'typeof v === "number" && v >>> 0 === v', integer(32, false)],
  ["Float32", "float32", 'typeof v === "number"', "a number"],
  ["Float64", "float64", 'typeof v === "number"', "a number"],
  ["BigInt64", "int64", 'typeof v === "bigint" && BigInt.asIntN(64, v) === v', big(true)],
  ["BigUint64", "uint64", 'typeof v === "bigint" && BigInt.asUintN(64, v) === v', big(false)],
];

/** The two classes of a kind: slices that begin where their store does, and all others. */
const oneKind = ([kind, goType, fits, want]: (typeof KINDS)[number]): string => {
  const T = kind.startsWith("Big") ? "bigint" : "number";
  const C = `${kind}Slice`;
  const P = `${kind}Part`;
  const A = `${kind}Array`;
  const small = kind.includes("nt8") || kind.includes("nt16");
  const an = kind.startsWith("Int") ? "an" : "a";
  const oneClass = (name: string, what: string, fields: string, body: string): string => `
/** ${what} */
export class ${name} extends TypedSlice<${A}> {
${fields}  /** See slice.ts on names. */
  static override get name(): string {
    return "${name}";
  }
${body}  override check(v: ${T}): void {
    if (!(${fits})) throw valueError("${goType}", v, "${want}");
  }
}
`;
  const ofSlice = `  declare readonly array: ${A};
  /** @internal What it shares with others. */
  declare readonly store: TypedStore<${T}>;
  declare readonly len: number;

  constructor(array: ${A}, store: TypedStore<${T}>, len: number) {
    super();
    this.array = array;
    this.store = store;
    this.len = len;
  }
  get backing(): Backing<${T}> {
    return this.store.backing;
  }
  get off(): number {
    return this.store.off;
  }
  get cap(): number {
    return this.store.cap;
  }
`;
  const ofPart = `  declare readonly backing: Backing<${T}>;
  declare readonly array: ${A};
  declare readonly off: number;
  declare readonly len: number;
  declare readonly cap: number;

  constructor(backing: Backing<${T}>, array: ${A}, off: number, len: number, cap: number) {
    super();
    this.backing = backing;
    this.array = array;
    this.off = off;
    this.len = len;
    this.cap = cap;
  }
`;
  // `room` opens the branch for a slice with room, `place` is where its next element lies, `made` the slice that has it. By its
  // own name a class is looked up, and compared, each time; `constructor` is a constant to V8.
  const append = (
    room: string,
    place: string,
    made: string,
  ): string => `  appendOne(v: ${T}): this {
    if (!(${fits})) this.check(v);
    const n = this.len;
${room}      this.array[${place}] = v;
      return ${made} as this;
    }
    const out = this.grown(n + 1, n + 1);
    out.array[out.off + n] = v;
    return out;
  }
`;
  const inRange = 'typeof i === "number" && i >= 0 && i < this.len && (i | 0) === i';
  // The kinds are asked first, as operators throw errors of their own for symbols and bigints; V8 knows them and asks nothing.
  // No branch leads out of the loop that calls them: a bad index reads beyond the store, and V8 knows that what lies in
  // a typed array is not undefined until it has seen the contrary. Reading integers of 32 bits is the exception: there V8 makes a
  // longer chain of the choice than of a branch, whose end must be a `throw` so that nothing comes back from it.
  const read = (place: string): string =>
    kind.endsWith("nt32")
      ? `    if (typeof i !== "number" || i >>> 0 !== i || i >= this.len) throw failIndex(this, i);
    const v = this.array[${place}];
`
      : `    const v = this.array[${inRange} ? ${place} : 0x7fff_ffff];
`;
  const selecting = (place: string): string => `  get(i: number): ${T} {
${read(place)}    if (v === undefined) failIndex(this, i);
    return v;
  }
  set(i: number, v: ${T}): void {
    const k = ${inRange} && ${fits} ? ${place} : 0x7fff_ffff;
    if (this.array[k] === undefined) failSet(this, i, v);
    this.array[k] = v;
  }
`;
  const at = kind.includes("nt8") ? "this.off + i" : "(this.off + i) | 0";
  // A heap may be 4 GiB: no index lies beyond its bytes and half words that is a small integer. Writing does not ask first what is
  // there, which would take a tenth as long again: where the store was taken away, nothing is written.
  const branching = `  get(i: number): ${T} {
    if (!(${inRange})) failIndex(this, i);
    const v = this.array[${at}];
    if (v === undefined) failIndex(this, i);
    return v;
  }
  set(i: number, v: ${T}): void {
    if (!(${inRange} && ${fits})) failSet(this, i, v);
    this.array[${at}] = v;
  }
`;
  return (
    oneClass(
      C,
      `Go's \`[]${goType}\` on ${an} \`${A}\`, from its first element on.`,
      ofSlice,
      selecting("i") +
        append(
          "    const { store } = this;\n    if (n < store.cap) {\n",
          "n",
          `new (this.constructor as typeof ${C})(this.array, store, n + 1)`,
        ) +
        `  override part(lo: number, len: number, cap: number): this {
    const { array, store } = this;
    if (lo > 0 && cap > 0) return new ${P}(store.backing, array, lo, len, cap) as unknown as this;
    return new ${C}(array, store.withCap(cap), len) as this;
  }
  override put(i: number, v: ${T}): void {
    this.array[i] = v;
  }
`,
    ) +
    oneClass(
      P,
      `Go's \`[]${goType}\` on ${an} \`${A}\`, from a later element on, or in a heap.`,
      ofPart,
      (small ? branching : selecting(at)) +
        append(
          "    if (n < this.cap) {\n",
          "this.off + n",
          `new (this.constructor as typeof ${P})(this.backing, this.array, this.off, n + 1, this.cap)`,
        ) +
        `  override part(lo: number, len: number, cap: number): this {
    const off = cap === 0 ? this.off : this.off + lo;
    return new ${P}(this.backing, this.array, off, len, cap) as this;
  }
  override put(i: number, v: ${T}): void {
    this.array[this.off + i] = v;
  }
`,
    )
  );
};

/** The whole text of the generated file. */
export function generate(): string {
  return `/**
 * GENERATED by scripts/gen-typed-slices.ts; do not edit. Two classes per typed array, so that each index loop
 * meets one kind of array only and one that begins at 0 adds no offset; see slice.ts for the invariants and the why.
 */
import type { Backing } from "./api.ts";
import { valueError } from "./errors.ts";
import { failIndex, failSet } from "./slice.ts";
import { TypedSlice } from "./typed-slice.ts";
import type { TypedStore } from "./typed-store.ts";
${KINDS.map(oneKind).join("")}`;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("../src/typed-slices.generated.ts", import.meta.url), generate());
}
