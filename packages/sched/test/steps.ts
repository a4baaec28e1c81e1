/**
 * The language of the random programs that Go ran (apps/oracle/go/deferfuzz and programs): a step is a letter, perhaps a body in
 * parentheses, perhaps one number or two.
 */
export interface Step {
  readonly k: string;
  readonly n: number;
  readonly v: number;
  readonly body: Step[];
}

/** The steps of a program. */
export function parse(text: string): Step[] {
  let at = 0;
  const list = (): Step[] => {
    const steps: Step[] = [];
    while (at < text.length && text[at] !== ")") {
      if (text[at] === " ") at++;
      const k = text[at++]!;
      let body: Step[] = [];
      if (text[at] === "(") {
        at++;
        body = list();
        at++;
      }
      const [all, n, v] = /^(\d*),?(\d*)/.exec(text.slice(at))!;
      at += all.length;
      steps.push({ k, n: Number(n), v: Number(v), body });
    }
    return steps;
  };
  return list();
}

/** A value that `recover` gave, as both languages print it. */
export const show = (r: unknown): string =>
  r === undefined ? "<nil>" : r instanceof Error ? r.message : String(r);
