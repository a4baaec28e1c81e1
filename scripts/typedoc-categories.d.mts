/** Package → category → files under its `src/`. */
export declare const categories: Record<string, Record<string, string[]>>;
