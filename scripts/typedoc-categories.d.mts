/** Package → category → files under its `src/`, or `file#name` for one export. */
export declare const categories: Record<string, Record<string, string[]>>;
