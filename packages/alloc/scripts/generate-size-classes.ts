/**
 * Writes `src/size-classes.generated.ts` from Go's published rules for size classes.
 *
 *     node --import tsx packages/alloc/scripts/generate-size-classes.ts
 *
 * Rules
 *  1. Sizes grow in steps of 8 below 32, of 16 from 32, of a power of two near size/8 from 128, of 256 from 2048.
 *  2. A span takes the fewest pages for which the tail no object fits into is at most 1/8 of the span.
 *  3. A class whose span holds as many objects on as many pages as the class before replaces it.
 *  4. At last every size grows as far as the same number of objects still fits, in units of 128 above 1024.
 *
 * The result has to equal Go's table to the number; `test/size-classes.test.ts` compares both this function
 * and the generated file with the table recorded from a Go program.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PAGE_SIZE = 8192;
const MAX_SMALL_SIZE = 32768;
const SMALL_SIZE_DIV = 8;
const LARGE_SIZE_DIV = 128;
const SMALL_SIZE_MAX = 1024;

export interface ClassRow {
  class: number;
  size: number;
  pages: number;
  objects: number;
  /** Bytes at the end of a span that no object fits into. */
  tailWaste: number;
  /** Worst share of a span that is lost if every object is the smallest this class serves. */
  maxWaste: number;
  /** The largest power of two that divides the size: what every object of the class is aligned to. */
  minAlign: number;
  /** Go's multiplier: `(offset * divMagic) / 2**32`, rounded down, is the object's index. */
  divMagic: number;
  /** The same in 32-bit arithmetic: `Math.imul(offset >>> 3, divMul) >>> divShift`. */
  divMul: number;
  divShift: number;
}

const powerOfTwo = (n: number): boolean => (n & (n - 1)) === 0;

/** Rule 1: the distance from `size` to the next candidate. */
function step(size: number): number {
  let align = 8;
  if (powerOfTwo(size)) {
    if (size >= 2048) align = 256;
    else if (size >= 128) align = size / 8;
    else if (size >= 32) align = 16;
  }
  return align;
}

/** Rule 2. */
function spanBytes(size: number): number {
  let bytes = PAGE_SIZE;
  while (bytes % size > bytes >> 3) bytes += PAGE_SIZE;
  return bytes;
}

/** Smallest multiplier and shift that divide `offset / 8` by `size / 8` within 32 bits for a whole span. */
export function divide32(size: number, bytes: number): { mul: number; shift: number } {
  const d = size / 8;
  const last = bytes / 8 - 1;
  for (let shift = 0; shift < 32; shift++) {
    const mul = Math.floor(2 ** shift / d) + (powerOfTwo(d) ? 0 : 1);
    if (mul === 0 || mul * last >= 2 ** 32) continue;
    let exact = true;
    for (let n = 0; n <= last && exact; n++) {
      exact = Math.floor((n * mul) / 2 ** shift) === Math.floor(n / d);
    }
    if (exact) return { mul, shift };
  }
  throw new Error(`no 32-bit divisor for size ${size}`);
}

/** The whole table, class 0 excluded. */
export function generateClasses(): ClassRow[] {
  const sizes: { size: number; pages: number }[] = [];
  let align = 8;
  for (let size = align; size <= MAX_SMALL_SIZE; size += align) {
    align = Math.max(align, step(size));
    const pages = spanBytes(size) / PAGE_SIZE;
    const before = sizes.at(-1);
    const count = Math.floor((pages * PAGE_SIZE) / size);
    if (
      before &&
      before.pages === pages &&
      Math.floor((pages * PAGE_SIZE) / before.size) === count
    ) {
      before.size = size; // rule 3
    } else {
      sizes.push({ size, pages });
    }
  }
  for (const entry of sizes) {
    // Rule 4: lookup above 1024 is in steps of 128, so sizes there must be multiples of 128.
    const count = Math.floor((entry.pages * PAGE_SIZE) / entry.size);
    const unit = entry.size <= SMALL_SIZE_MAX ? SMALL_SIZE_DIV : LARGE_SIZE_DIV;
    const grown = Math.floor((entry.pages * PAGE_SIZE) / count / unit) * unit;
    if (grown > entry.size && entry.size > SMALL_SIZE_MAX) entry.size = grown;
  }
  return sizes.map(({ size, pages }, i) => {
    const bytes = pages * PAGE_SIZE;
    const objects = Math.floor(bytes / size);
    const smallest = (sizes[i - 1]?.size ?? 0) + 1;
    const { mul, shift } = divide32(size, bytes);
    return {
      class: i + 1,
      size,
      pages,
      objects,
      tailWaste: bytes % size,
      maxWaste: ((size - smallest) * objects + (bytes % size)) / bytes,
      minAlign: Math.min(size & -size, PAGE_SIZE),
      divMagic: Math.floor((2 ** 32 - 1) / size) + 1,
      divMul: mul,
      divShift: shift,
    };
  });
}

/** The text of the generated module. */
export function render(rows: ClassRow[]): string {
  const column = (name: string, doc: string, pick: (r: ClassRow) => number): string =>
    `/** ${doc} */\nexport const ${name}: readonly number[] = [\n  ${[0, ...rows.map(pick)].join(", ")},\n];\n`;
  const table = rows.map((r) =>
    [
      r.class,
      r.size,
      r.pages * PAGE_SIZE,
      r.objects,
      r.tailWaste,
      `${(100 * r.maxWaste).toFixed(2)}%`,
      r.minAlign,
    ]
      .map((cell, i) => String(cell).padStart([5, 11, 11, 8, 11, 10, 9][i]!))
      .join("  "),
  );
  return `// Generated by scripts/generate-size-classes.ts; do not edit.
//
// class  bytes/obj  bytes/span  objects  tail waste  max waste  min align
${table.map((t) => `// ${t}`).join("\n")}

/** Number of size classes, class 0 (large objects) included. */
export const NUM_SIZE_CLASSES = ${rows.length + 1};
${column("CLASS_SIZE", "Bytes of an object, by class.", (r) => r.size)}
${column("CLASS_PAGES", "Pages of a span, by class.", (r) => r.pages)}
${column("CLASS_OBJECTS", "Objects of a span, by class.", (r) => r.objects)}
${column("CLASS_DIV_MAGIC", "Go's multiplier: index = floor(offset * magic / 2**32).", (r) => r.divMagic)}
${column("CLASS_DIV_MUL", "32-bit multiplier: index = imul(offset >>> 3, mul) >>> shift.", (r) => r.divMul)}
${column("CLASS_DIV_SHIFT", "The shift that belongs to the 32-bit multiplier.", (r) => r.divShift)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(
    fileURLToPath(new URL("../src/size-classes.generated.ts", import.meta.url)),
    render(generateClasses()),
  );
}
