/**
 * Measured figures in prose. What a thing costs is written by commands (`pnpm bench --write`, `pnpm costs --write`, `pnpm sizes --write`); a
 * figure that somebody typed is true on one day, on one machine, and nobody knows which.
 */

/** Nanoseconds, microseconds, factors, percentages, kilobytes of bundles. Milliseconds are mostly settings, bytes mostly layouts. */
const figure =
  /\d[\d.,]*(?: ?(?:–|to) ?\d[\d.,]*)?(?: ?(?:ns|µs|×|%|kB|MB\/s)(?![\w/])| times (?:as|faster|slower|the)\b)/gu;

/** The text without blocks and spans of code, and without what a command wrote between comments. */
function prose(markdown: string): string {
  return markdown
    .replace(/<!-- costs: [\s\S]*?<!-- \/costs -->/g, "")
    .replace(/^ *```[\s\S]*?^ *```$/gm, "")
    .replace(/`[^`\n]*`/g, "");
}

/** The figures that a page says in its own words. */
export const figuresIn = (markdown: string): string[] =>
  [...prose(markdown).matchAll(figure)].map(([text]) => text);
