import { type PublicEvent, publicEvent } from '@turnout/contracts/events/public-event';
import { z } from 'zod';

/** Our largest event, with 366 days in it, has about 6 kB. */
const LARGEST_MESSAGE = 256 * 1024;

/** Why a message will never be understood. `paths` names the fields that are wrong, never their values. */
export interface Unreadable {
  problem: 'too_large' | 'not_json' | 'unknown_type' | 'wrong_content';
  paths: string[];
}

export interface ReadEvent {
  event: PublicEvent;
  organizationId: string;
}

/** Reads a message of the public stream: a CloudEvent in structured mode, of a type and version known here. */
export function readEvent(body: Buffer): ReadEvent | Unreadable {
  if (body.length > LARGEST_MESSAGE) return { problem: 'too_large', paths: [] };
  const json = parseJson(body);
  if (json === undefined) return { problem: 'not_json', paths: [] };
  const parsed = publicEvent.safeParse(json);
  if (!parsed.success) {
    const paths = parsed.error.issues.map(({ path }) => path.join('.')).slice(0, 10);
    return { problem: paths[0] === 'type' ? 'unknown_type' : 'wrong_content', paths };
  }
  const organizationId = z.uuid().safeParse(parsed.data.source.split('/')[2]);
  if (!organizationId.success) return { problem: 'wrong_content', paths: ['source'] };
  return { event: parsed.data, organizationId: organizationId.data };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
