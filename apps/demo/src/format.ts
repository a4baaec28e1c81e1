/** Numbers as people read them, and bars. */

/** A size in bytes; "none" for Infinity, which is the goal of a heap that never collects. */
export function bytes(n: number): string {
  if (n === Infinity) return "none";
  if (n < 1024) return `${Math.round(n)} B`;
  if (n < 1 << 20) return `${(n / 1024).toFixed(1)} KB`;
  if (n < 1 << 30) return `${(n / (1 << 20)).toFixed(1)} MB`;
  return `${(n / (1 << 30)).toFixed(2)} GB`;
}

export function count(n: number): string {
  return n.toLocaleString("en-US");
}

export function millis(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 1000) return `${ms.toFixed(1)} ms`;
  return `${(ms / 1000).toFixed(2)} s`;
}

/** A bar of `width` cells, filled by `share` (0 to 1) to an eighth of a cell. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * width * 8);
  const full = "█".repeat(eighths >> 3);
  return full + " ▏▎▍▌▋▊▉"[eighths & 7]!.trim();
}

/** The `q`-quantile (0 to 1) of the values; 0 if there are none. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]!;
}

/** `n` of a thing, with the plural where it is due. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
