/** Words too common to be worth a place in the top list; made once, when first asked for. */
import { Once } from "@gort/sync";

const english =
  "the of and to in is it that for on as with be are this by or an at from not have has was were but " +
  "if you your we our they their he she his her its can will would should could may might must do does " +
  "did so no yes all any each more most other some such than then there these those when where which " +
  "who whom what how why into over under again further once here both few own same too very just also";

/** The stop words, behind a `sync.Once`: whoever comes first makes the table, the others wait for it. */
export class StopWords {
  readonly #once = new Once();
  #words: ReadonlySet<string> = new Set();

  *table(): Generator<any, ReadonlySet<string>, any> {
    yield* this.#once.do(() => {
      this.#words = new Set(english.split(" "));
    });
    return this.#words;
  }
}
