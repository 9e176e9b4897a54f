import './pg-utils.d.ts';
import utils from 'pg/lib/utils.js';

/** What goes over the wire for `$1`. */
export type Parameter = string | Buffer | null;

/**
 * A value as PostgreSQL reads it, which is as pg would write it. Only arrays are written here, joined once: pg appends
 * piece after piece and looks twice for what to escape in each, which was a fifth of the work of an upload.
 */
export function toParameter(value: unknown): Parameter {
  return Array.isArray(value) ? arrayLiteral(value) : utils.prepareValue(value);
}

function arrayLiteral(items: readonly unknown[]): string {
  return `{${items.map(toElement).join(',')}}`;
}

function toElement(item: unknown): string {
  if (item === null || item === undefined) return 'NULL';
  if (Array.isArray(item)) return arrayLiteral(item);
  const text = utils.prepareValue(item);
  if (text === null || text === undefined) return 'NULL';
  if (typeof text !== 'string') return `"\\\\x${text.toString('hex')}"`;
  const escaped = text.includes('\\') ? text.replaceAll('\\', '\\\\') : text;
  return `"${escaped.replaceAll('"', '\\"')}"`;
}
