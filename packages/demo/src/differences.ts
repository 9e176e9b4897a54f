import { isDeepStrictEqual } from 'node:util';

/** What is not as it should be, as sentences. */
export class Differences {
  readonly found: string[] = [];

  /** Notes a difference, if there is one, and says whether there is none. */
  expect(what: string, actual: unknown, expected: unknown): boolean {
    if (isDeepStrictEqual(actual, expected)) return true;
    this.found.push(`${what}: expected ${show(expected)}, found ${show(actual)}`);
    return false;
  }

  note(sentence: string): void {
    this.found.push(sentence);
  }
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
