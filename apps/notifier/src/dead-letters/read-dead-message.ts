import { createHash } from 'node:crypto';
import type { DeadLetterBody } from '@turnout/contracts/http/dead-letters';
import { uuid } from '@turnout/contracts/primitives';
import { notifierDeliveryLimit } from '@turnout/contracts/topology';
import type { Delivery } from '@turnout/runtime/rabbitmq';
import { z } from 'zod';
import { readEvent } from '../consumers/read-event.ts';
import { traceHeaders } from '../consumers/trace-headers.ts';
import { DIED_AT_HEADER, REPLAY_HEADER, type ReplayProperties } from './replay-message.ts';

/** What is said of larger messages is their size. An event that we read has a tenth of this at most. */
const LARGEST_KEPT_BODY = 2 * 1024 * 1024;

/** A message of the dead-letter queue, made fit for PostgreSQL: whatever it holds, it can be stored. */
export interface DeadMessage {
  /** The same for each copy of one message. */
  identity: string;
  /** Which replay of the letter this is; 0 for a message that was published by somebody else. */
  replay: number;
  organizationId: string | null;
  eventId: string | null;
  messageId: string | null;
  type: string | null;
  reason: DeadLetterBody['reason'];
  paths: string[];
  attempts: number;
  bytes: number;
  /** Null when it is too large to be kept. */
  body: Buffer | null;
  properties: ReplayProperties;
}

/**
 * Reads what died. Two copies of a message are one letter: the same id and the same bytes. A message without an id is
 * told from another with the same bytes by the second in which it died, which a replay carries on.
 */
export function readDeadMessage({ message }: Pick<Delivery, 'message'>): DeadMessage {
  const { content, properties } = message;
  const headers: Record<string, unknown> = properties.headers ?? {};
  const replay = wholeNumber(headers[REPLAY_HEADER], 9) ?? 0;
  const diedAt = wholeNumber(headers[DIED_AT_HEADER], 10);
  const given: unknown = properties.messageId;
  const messageId = typeof given === 'string' && given !== '' && diedAt === null ? given : null;
  const firstDiedAt = diedAt ?? secondOfDeath(headers);
  const kept = content.length <= LARGEST_KEPT_BODY;
  const envelope = kept ? readEnvelope(content) : {};
  return {
    identity: hash(messageId === null ? `at ${firstDiedAt}` : `id ${messageId}`, content),
    replay,
    organizationId: idIn(envelope.source, 2),
    eventId: idIn(envelope.source, 4),
    messageId: messageId?.replaceAll(/\p{Cc}/gu, '\ufffd') ?? idOf(envelope.id),
    type: typeName(envelope.type),
    ...whyDead(content, headers, kept),
    bytes: content.length,
    body: kept ? content : null,
    properties: {
      messageId,
      diedAt: messageId === null ? firstDiedAt : null,
      contentType: typeof properties.contentType === 'string' ? properties.contentType : null,
      trace: traceHeaders(headers),
    },
  };
}

/** Says no more of a message than that it is there. */
export function withoutContent(message: DeadMessage): DeadMessage {
  const { identity, replay, reason, attempts, bytes } = message;
  return {
    identity,
    replay,
    reason,
    attempts,
    bytes,
    organizationId: null,
    eventId: null,
    messageId: null,
    type: null,
    paths: [],
    body: null,
    properties: { messageId: null, diedAt: 0, contentType: null, trace: {} },
  };
}

function whyDead(
  content: Buffer,
  headers: Record<string, unknown>,
  kept: boolean,
): Pick<DeadMessage, 'reason' | 'paths' | 'attempts'> {
  if (!kept) return { reason: 'too_large', paths: [], attempts: 1 };
  const read = readEvent(content);
  if ('problem' in read) return { reason: read.problem, paths: read.paths, attempts: 1 };
  return lastDeath(headers)?.reason === 'delivery_limit'
    ? { reason: 'not_stored', paths: [], attempts: notifierDeliveryLimit + 1 }
    : { reason: 'readable_now', paths: [], attempts: 1 };
}

/** The first entry is the latest: the broker puts it there. */
function lastDeath(headers: Record<string, unknown>): { reason?: unknown; time?: unknown } | undefined {
  const deaths = headers['x-death'];
  return Array.isArray(deaths) && typeof deaths[0] === 'object' && deaths[0] !== null ? deaths[0] : undefined;
}

function secondOfDeath(headers: Record<string, unknown>): number {
  const time = lastDeath(headers)?.time;
  const value = typeof time === 'object' && time !== null && 'value' in time ? time.value : time;
  return Number.isSafeInteger(value) ? Number(value) : 0;
}

function wholeNumber(header: unknown, digits: number): number | null {
  if (typeof header !== 'string' || header.length > digits || !/^\d+$/.test(header)) return null;
  return Number(header);
}

function hash(name: string, content: Buffer): string {
  return createHash('sha256').update(`${name}\0`).update(content).digest('hex');
}

const looseEnvelope = z.object({ id: z.unknown(), type: z.unknown(), source: z.unknown() }).partial();

/** What can be said of a message that is perhaps no event: each field by itself, whatever the others are. */
function readEnvelope(content: Buffer): z.infer<typeof looseEnvelope> {
  try {
    return looseEnvelope.safeParse(JSON.parse(content.toString('utf8'))).data ?? {};
  } catch {
    return {};
  }
}

function idOf(value: unknown): string | null {
  return uuid.safeParse(value).data?.toLowerCase() ?? null;
}

/** `/organizations/{2}/events/{4}` */
function idIn(source: unknown, place: 2 | 4): string | null {
  if (typeof source !== 'string' || !source.startsWith('/organizations/')) return null;
  return idOf(source.split('/', 5)[place]);
}

/** A name as types have; anything else could be anything, and is shown to nobody. */
function typeName(type: unknown): string | null {
  return typeof type === 'string' && /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,199}$/.test(type) ? type : null;
}
