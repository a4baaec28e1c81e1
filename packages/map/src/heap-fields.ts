/**
 * Keys that are structs of 32-bit integers, read from JavaScript: their words, and the hash of them.
 *
 * Invariants
 *  1. All fields are read before the seed is, and no word is another key's: a getter may use the map itself.
 *  2. The words are those of a value of the type, whatever a getter gives the second time it is asked.
 */
import { hashInt } from "./hash.ts";
import type { Words } from "./heap-layout.ts";
import { H_HASH0 } from "./heap-words.ts";

/** Reads the keys of one map. */
export class WordFields {
  /** The words of the key that was hashed last. */
  readonly words: Int32Array;
  readonly #i32: Int32Array;
  /** Word index of the map's header. */
  readonly #h: number;
  readonly #fields: Words;
  readonly #refuse: (key: unknown) => never;
  /** How many keys were read, to notice one that was read inside another. */
  #turn = 0;

  constructor(fields: Words, i32: Int32Array, h: number, refuse: (key: unknown) => never) {
    this.words = new Int32Array(fields.paths.length);
    this.#i32 = i32;
    this.#h = h;
    this.#fields = fields;
    this.#refuse = refuse;
  }

  /** Hash of a key under the seed that the map has once the key is read. */
  hash(key: any): number {
    const { words } = this;
    const turn = ++this.#turn;
    this.#read(key, words);
    if (turn !== this.#turn) {
      // A getter has looked for another key, whose words these are now.
      const own: number[] = [];
      this.#read(key, own);
      words.set(own);
    }
    let hash = this.#i32[this.#h + H_HASH0]!;
    for (let i = 0; i < words.length; i++) hash = hashInt(words[i]!, hash);
    return hash;
  }

  #read(key: any, out: Int32Array | number[]): void {
    const { paths, signed } = this.#fields;
    for (let i = 0; i < paths.length; i++) {
      const path = paths[i]!;
      let v: any = key;
      for (let j = 0; j < path.length; j++) v = v?.[path[j]!];
      if (typeof v !== "number" || (signed[i]! ? v | 0 : v >>> 0) !== v) this.#refuse(key);
      out[i] = v | 0;
    }
  }
}
