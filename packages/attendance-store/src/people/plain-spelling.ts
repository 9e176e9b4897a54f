import { containing } from '../containing.ts';

/**
 * Whoever stands before a queue types a name as it sounds and as the keyboard has it: `Zoe` for `Zoë`, `Gross` for
 * `Groß`. And Unicode has two ways to write `é`, which look the same and are not. So names are searched in a plain
 * spelling, without marks on letters and with few letters beside the Latin ones; other scripts stay as they are.
 *
 * Here and in SQL it has to be the same.
 */

/** Letters that Unicode does not take apart. */
const LETTERS: readonly [string, string][] = [
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['Æ', 'AE'],
  ['œ', 'oe'],
  ['Œ', 'OE'],
  ['ø', 'o'],
  ['Ø', 'O'],
  ['ł', 'l'],
  ['Ł', 'L'],
  ['đ', 'd'],
  ['Đ', 'D'],
  ['ı', 'i'],
];

/** The pattern for `ilike` that finds a text in {@link plainName}. Of nothing but marks, it finds nothing. */
export function plainPattern(text: string): string {
  const unmarked = text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '');
  const plain = LETTERS.reduce((spelled, [from, to]) => spelled.replaceAll(from, to), unmarked);
  return containing(plain === '' ? text : plain);
}

/**
 * The plain spelling of a column. Names in ASCII, which are most, are not taken apart: that costs ten times as much.
 */
export function plainName(column: string): string {
  const unmarked = `regexp_replace(normalize(${column}, nfkd), '[\u0300-\u036f]', '', 'g')`;
  const plain = LETTERS.reduce((sql, [from, to]) => `replace(${sql}, '${from}', '${to}')`, unmarked);
  return `case when octet_length(${column}) = length(${column}) then ${column} else ${plain} end`;
}
