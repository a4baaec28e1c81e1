/**
 * The operations of one struct type, as compiled text or as loops over its fields.
 *
 * Invariants
 *  1. Both forms do the same in every case; the loops are the reference that tests compare with.
 *  2. Integers of up to 32 bits and floats are read, written, compared and hashed in line; every other kind, and a type that
 *     somebody else made, by its descriptor.
 */
import type { Ptr, Space } from "./api.ts";
import type { BaseType } from "./base.ts";
import { compile, plainOf } from "./codegen.ts";
import { partFit, type PartFit } from "./fit.ts";
import { hashFloat64, hashInt32 } from "./hash.ts";
import { wellFormed } from "./utf8.ts";

/** The part of a field that matters here. */
export interface CodeField {
  readonly name: string;
  readonly offset: number;
  readonly type: BaseType<any>;
}

/** What a struct type does with its fields. */
export interface StructOps {
  zero(): any;
  copy(value: any): any;
  get(space: Space, p: Ptr): any;
  check(value: any, what: string, space?: Space): void;
  /** Each field read once, checked, copied, and in the form that memory gives back. */
  fit(value: any, what: string, space?: Space): any;
  put(space: Space, p: Ptr, value: any): void;
  equal(space: Space, p: Ptr, q: Ptr): boolean;
  hash(space: Space, p: Ptr, seed: number): number;
  equalValues(a: any, b: any): boolean;
  hashValue(value: any, seed: number): number;
}

/** The operations as loops: for hosts that compile no text, and for types that are used a few times only. */
export function loopOps(fields: readonly CodeField[]): StructOps {
  // Made when they are first needed, as few types are elements of anything.
  let fits: PartFit[] | undefined;
  return {
    zero() {
      const out: Record<string, unknown> = {};
      for (const f of fields) out[f.name] = f.type.zero();
      return out;
    },
    copy(value) {
      const out: Record<string, unknown> = {};
      for (const f of fields) out[f.name] = f.type.copy(value[f.name]);
      return out;
    },
    get(space, p) {
      const out: Record<string, unknown> = {};
      for (const f of fields) out[f.name] = f.type.get(space, p + f.offset);
      return out;
    },
    check(value, what, space) {
      for (const f of fields) f.type.check(value[f.name], `${what}.${f.name}`, space);
    },
    fit(value, what, space) {
      fits ??= fields.map((f) => partFit(f.type));
      const out: Record<string, unknown> = {};
      fields.forEach(
        ({ name }, i) => (out[name] = fits![i]!(value[name], `${what}.${name}`, space)),
      );
      return out;
    },
    put(space, p, value) {
      for (const f of fields) f.type.put(space, p + f.offset, value[f.name]);
    },
    equal(space, p, q) {
      for (const f of fields) {
        if (!f.type.equal(space, p + f.offset, q + f.offset)) return false;
      }
      return true;
    },
    hash(space, p, seed) {
      for (const f of fields) seed = f.type.hash(space, p + f.offset, seed);
      return seed;
    },
    equalValues(a, b) {
      for (const f of fields) if (!f.type.equalValues(a[f.name], b[f.name])) return false;
      return true;
    },
    hashValue(value, seed) {
      for (const f of fields) seed = f.type.hashValue(value[f.name], seed);
      return seed;
    },
  };
}

/** The operations as compiled text. The caller has made sure that the host allows it. */
export function compiledOps(fields: readonly CodeField[]): StructOps {
  const list = fields.map((f, i) => describe(f, i));
  const all = (part: (f: Described) => string): string => list.map(part).join("\n");
  const literal = (part: (f: Described) => string): string =>
    `({ ${list.map((f) => `${f.name}: ${part(f)}`).join(", ")} })`;
  const source = `"use strict"; return {
zero() { return ${literal((f) => (f.plain ? "0" : `${f.t}.zero()`))}; },
copy(o) { return ${literal((f) => (f.plain ? `o.${f.name}` : `${f.t}.copy(o.${f.name})`))}; },
get(space, p) { const m = space.memory; return ${literal((f) => f.load("p"))}; },
check(o, what, space) { let v; ${all((f) => `v = o.${f.name}; ${f.check}`)} },
fit(o, what, space) { let v; ${all((f) => `v = o.${f.name}; const x${f.t} = ${f.fit};`)} return ${literal((f) => `x${f.t}`)}; },
put(space, p, o) { const m = space.memory; ${all((f) => f.put)} },
equal(space, p, q) { const m = space.memory; ${all((f) => `if (!(${f.equal})) return false;`)} return true; },
hash(space, p, seed) { const m = space.memory; ${all((f) => `seed = ${f.hash};`)} return seed; },
equalValues(a, b) { ${all((f) => `if (!(${f.equalValues})) return false;`)} return true; },
hashValue(o, seed) { ${all((f) => `seed = ${f.hashValue};`)} return seed; },
};`;
  const scope: Record<string, unknown> = { hashInt32, hashFloat64, wellFormed };
  for (const f of list) {
    scope[f.t] = f.type;
    scope[`fit${f.t}`] = partFit(f.type);
  }
  return compile(scope, source) as StructOps;
}

/** The pieces of text of one field. */
interface Described {
  readonly name: string;
  readonly type: BaseType<any>;
  /** Its descriptor's name in the text. */
  readonly t: string;
  readonly plain: boolean;
  readonly load: (base: string) => string;
  readonly check: string;
  readonly fit: string;
  readonly put: string;
  readonly equal: string;
  readonly hash: string;
  readonly equalValues: string;
  readonly hashValue: string;
}

function describe({ name, offset, type }: CodeField, i: number): Described {
  const t = `t${i}`;
  const at = (base: string): string => (offset === 0 ? base : `${base} + ${offset}`);
  const refuse = `${t}.check(v, what + ".${name}", space);`;
  const plain = plainOf(type);
  const fit = `fit${t}(v, what + ".${name}", space)`;
  if (plain === undefined) {
    const quick: Record<string, string> = {
      bool: `typeof v === "boolean" ? v : ${fit}`,
      string: `typeof v === "string" ? wellFormed(v) : ${fit}`,
    };
    return {
      name,
      type,
      t,
      plain: false,
      load: (base) => `${t}.get(space, ${at(base)})`,
      check: refuse,
      fit: (type.adapted ? undefined : quick[type.kind]) ?? fit,
      put: `${t}.put(space, ${at("p")}, o.${name});`,
      equal: `${t}.equal(space, ${at("p")}, ${at("q")})`,
      hash: `${t}.hash(space, ${at("p")}, seed)`,
      equalValues: `${t}.equalValues(a.${name}, b.${name})`,
      hashValue: `${t}.hashValue(o.${name}, seed)`,
    };
  }
  const { view, shift } = plain;
  const cell = (base: string): string =>
    shift === 0 ? `m.${view}[${at(base)}]` : `m.${view}[(${at(base)}) >>> ${shift}]`;
  const single = type.kind === "float32";
  const round = (v: string): string => (single ? `Math.fround(${v})` : v);
  const form = single ? "Math.fround(v)" : type.kind === "float64" ? "v" : "v + 0";
  const hasher = view === "f32" || view === "f64" ? "hashFloat64" : "hashInt32";
  return {
    name,
    type,
    t,
    plain: true,
    load: cell,
    check: `if (!(typeof v === "number" && ${plain.fits})) ${refuse}`,
    fit: `typeof v === "number" && ${plain.fits} ? ${form} : ${fit}`,
    put: `${cell("p")} = o.${name};`,
    equal: `${cell("p")} === ${cell("q")}`,
    hash: `${hasher}(${cell("p")}, seed)`,
    equalValues: `${round(`a.${name}`)} === ${round(`b.${name}`)}`,
    hashValue: `${hasher}(${round(`o.${name}`)}, seed)`,
  };
}
