import type { ImportError } from '@turnout/contracts/http/enrollment-import';

/** Of a file in which nothing is right: more would help nobody, and take more memory than the file. */
const ERRORS_LISTED = 10_000;

/** What is wrong with a file: the first errors in the order of its rows, and how many there are. */
export class ImportErrors {
  readonly #listed: ImportError[] = [];
  #count = 0;
  #alreadyEnrolled = 0;

  /** Errors of one kind come in the order of the rows. */
  add(error: Omit<ImportError, 'path'>): void {
    this.#count += 1;
    if (error.code === 'already_enrolled') this.#alreadyEnrolled += 1;
    if (this.#listed.length === 2 * ERRORS_LISTED) this.#listed.splice(0, Infinity, ...this.listed);
    const { row, column } = error;
    this.#listed.push({ path: column === null ? `rows[${row}]` : `rows[${row}].${column}`, ...error });
  }

  get count(): number {
    return this.#count;
  }

  /** Whether nothing else is wrong than that people are enrolled already. */
  get onlyAlreadyEnrolled(): boolean {
    return this.#alreadyEnrolled === this.#count;
  }

  get listed(): ImportError[] {
    return this.#listed.toSorted((one, other) => one.row - other.row).slice(0, ERRORS_LISTED);
  }
}
