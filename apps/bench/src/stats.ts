/** Medians and spreads. */

/** The middle of the values and how far they spread. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Median, least and greatest; NaN of nothing. */
export function spread(values: readonly number[]): Spread {
  const a = [...values].sort((x, y) => x - y);
  const mid = a.length >> 1;
  const median = a.length % 2 === 1 ? a[mid]! : (a[mid - 1]! + a[mid]!) / 2;
  return { median: a.length === 0 ? NaN : median, min: a[0] ?? NaN, max: a.at(-1) ?? NaN };
}

/** `a[i] / b[i]`, each pair measured one after the other. */
export const ratios = (a: readonly number[], b: readonly number[]): number[] =>
  Array.from({ length: Math.min(a.length, b.length) }, (_, i) => a[i]! / b[i]!);
