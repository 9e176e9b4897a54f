/**
 * The gate between bytes and values. JSON.parse alone would let pass what we could not keep as it was sent:
 * of two properties with one name it drops the first, and very deep nesting breaks whoever walks it next.
 */
import { complaintAboutType } from './content-type.ts';
import type { Refusal } from './reply.ts';

const DEEPEST = 32;
/** Of two or three bytes each a small value would cost many times that once it is parsed. */
const MOST_VALUES = 100_000;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Parses the body of a request, whose `Content-Type` must be JSON in UTF-8; or says what is wrong with it. */
export function parseJson(bytes: Buffer, contentType: string | undefined): { value: unknown } | Refusal {
  const complaint = complaintAboutType(contentType, 'application/json');
  if (complaint !== undefined) return malformed(complaint);
  if (bytes.length === 0) return malformed('The body is empty; send JSON.');
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return malformed('The body is not valid UTF-8.');
  }
  const shape = measure(text);
  if (shape.depth > DEEPEST) return malformed(`The body is nested more than ${DEEPEST} levels deep.`);
  if (shape.values > MOST_VALUES) return malformed(`The body holds more than ${MOST_VALUES} values.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return malformed('The body is not valid JSON.');
  }
  if (countProperties(value) !== shape.properties) return malformed('The body names a property twice.');
  return { value };
}

/** Counts the property names, the values and the deepest nesting of a JSON text, in one pass and without recursion. */
function measure(text: string): { properties: number; values: number; depth: number } {
  let properties = 0;
  let values = 1;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === 0x22) at = endOfString(text, at);
    else if (character === 0x3a) properties += 1;
    else if (character === 0x2c) values += 1;
    else if (character === 0x7b || character === 0x5b) {
      values += 1;
      deepest = Math.max(deepest, ++depth);
    } else if (character === 0x7d || character === 0x5d) depth -= 1;
  }
  return { properties, values, depth: deepest };
}

/** The index of the quote that closes the string which opens at `start`, or the text's end. */
function endOfString(text: string, start: number): number {
  let at = start;
  while (true) {
    at = text.indexOf('"', at + 1);
    if (at === -1) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
}

function countProperties(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts = Array.isArray(value) ? value : Object.values(value);
  let count = Array.isArray(value) ? 0 : parts.length;
  for (const part of parts) count += countProperties(part);
  return count;
}

function malformed(detail: string): Refusal {
  return { problem: 'malformed_request', detail };
}
