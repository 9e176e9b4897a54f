import type { StoredDeadLetter } from '../dead-letters/stored-dead-letter.ts';

/** A letter in one line of a list. */
export function lineOf(letter: StoredDeadLetter): string {
  const { letter_id, died_at, source, reason, type, organization_id, bytes } = letter;
  const about = [
    type ?? 'unknown type',
    organization_id ?? 'no organization',
    bytes === null ? '' : `${bytes} bytes`,
  ];
  return [letter_id, died_at.toISOString(), source, reason, ...about.filter(Boolean)].join('  ');
}

/** `1 dead letter`, `2 dead letters`. */
export function letters(count: number): string {
  return count === 1 ? '1 dead letter' : `${count} dead letters`;
}
