/**
 * Sends what the services' own descriptions allow, what lies at its bounds, and what is wrong, and holds each answer
 * against the description: no answer of 5xx, none that is not documented, none to a request that should be refused.
 *
 * The requests follow from the seed; the ids in them are those of a run. They are sent in rounds, each with an
 * organization of its own, because so many requests cancel, close and delete what they find.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Drawing } from './arbitraries.ts';
import { type Checker, checkerOf } from './check-answer.ts';
import { type Case, drawCases } from './draw-cases.ts';
import type { Operation } from './operations.ts';
import { type Answer, asCurl, openSender, type Sender } from './send.ts';
import { type DrawnRequest, toRequest } from './to-request.ts';
import { LearnedIds, type Round } from './worlds.ts';

export interface FuzzOptions {
  operations: readonly Operation[];
  seed: number;
  requests: number;
  /** Makes what a round is about. */
  newRound: () => Promise<Round>;
  known: ReadonlySet<string>;
  words: Drawing['words'];
}

export interface Findings {
  sent: number;
  /** How often a request was told to come back later, and did. */
  deferred: number;
  /** How often each operation answered with each status. */
  answers: Map<string, Map<number, number>>;
  /** The first of each kind, with a command that sends it again. */
  failures: { operation: string; complaint: string; curl: string }[];
}

const ROUND = 2_500;
const AT_ONCE = 8;

/** A busy machine may be told to come back. Who is told so each time was not answered. */
const MOST_TRIES = 6;
const PAUSE_MS = 500;

/** What costs little and can't use anything up is asked for more often. */
const WEIGHT: Readonly<Record<string, number>> = { GET: 3, POST: 2, PUT: 2, PATCH: 2, DELETE: 1 };
/** Without a token and without parameters there is hardly anything to draw, and some of these answers are long. */
const WEIGHT_OF_PUBLIC = 0.3;
const WEIGHT_OF_FIXED = 0.04;

/** Rounds in which, after all others, good answers that never came are asked for, without anything wrong. */
const MOST_FURTHER_ROUNDS = 6;
const FURTHER_ROUND = 1_000;

export async function fuzz(options: FuzzOptions): Promise<Findings> {
  const { operations, seed, requests } = options;
  const checker = checkerOf();
  using sender = openSender(AT_ONCE);
  const findings: Findings = { sent: 0, deferred: 0, answers: new Map(), failures: [] };
  let round = 0;
  for (; findings.sent < requests; round += 1) {
    await send(drawRound(options, seed + round, Math.min(ROUND, requests - findings.sent)));
  }
  for (const last = round + MOST_FURTHER_ROUNDS; round < last; round += 1) {
    const missing = unreached(operations, findings).map(({ operation }) => operation);
    if (missing.length === 0) break;
    const drawn = drawRound(options, seed + round, FURTHER_ROUND, new Set(missing));
    await send(drawn.map((one) => ({ ...one, spoilt: null, manner: 'plain' })));
  }
  return findings;

  async function send(drawn: Case[]): Promise<void> {
    const about = await options.newRound();
    const learned = new LearnedIds(idsOfTokens(about));
    const waiting = drawn.values();
    const worker = async () => {
      for (const next of waiting) {
        const request = toRequest(next, about, learned);
        const answer = await sendPatiently(sender, request, findings).catch((error: Error) => error);
        findings.sent += 1;
        note(request, answer, checker, findings);
        if (!(answer instanceof Error)) learnFrom(request, answer, operations, learned);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }
}

/** Documented good answers that never came. */
export function unreached(
  operations: readonly Operation[],
  { answers }: Pick<Findings, 'answers'>,
): { operation: Operation; status: number }[] {
  return operations.flatMap((operation) => {
    const came = answers.get(`${operation.service} ${operation.id}`);
    const good = [...operation.answers.keys()].filter((status) => status < 300);
    return good.filter((status) => !came?.has(status)).map((status) => ({ operation, status }));
  });
}

/** @param wanted operations that half of the requests are for */
function drawRound(
  { operations, known, words }: FuzzOptions,
  seed: number,
  count: number,
  wanted: ReadonlySet<Operation> = new Set(),
) {
  const usual = operations.map(weightOf);
  const share = usual.reduce((sum, weight) => sum + weight, 0) / wanted.size;
  const weights = operations.map((operation, index) => (wanted.has(operation) ? share : (usual[index] ?? 1)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const cases = operations.flatMap((operation, index) => {
    const share = Math.ceil((count * (weights[index] ?? 1)) / total);
    const { document } = operation;
    return drawCases(operation, { document, known, words }, seed * 1_000 + index, share);
  });
  return cases.sort((one, other) => one.order - other.order).slice(0, count);
}

function weightOf({ method, roles, parameters }: Operation): number {
  if (roles.length > 0) return WEIGHT[method] ?? 1;
  return parameters.some((parameter) => parameter.in !== 'header') ? WEIGHT_OF_PUBLIC : WEIGHT_OF_FIXED;
}

/** A token says its own id. Those of the callers are not to be revoked: every answer after that would be 401. */
function idsOfTokens({ tokens }: Round): ReadonlySet<string> {
  const ids = Object.values(tokens).map((token) => token.split('_')[1] ?? '');
  return new Set(ids.map((id) => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')));
}

/** Does what `503` with `Retry-After` asks for, as clients do. Any other answer is the answer. */
async function sendPatiently(sender: Sender, request: DrawnRequest, findings: Findings): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await sender.send(request.operation.url, request);
    const later = answer.status === 503 && answer.headers['retry-after'] !== undefined;
    if (!later || attempt === MOST_TRIES) return answer;
    findings.deferred += 1;
    await sleep(PAUSE_MS * attempt);
  }
}

function note(request: DrawnRequest, answer: Answer | Error, checker: Checker, findings: Findings): void {
  const operation = `${request.operation.service} ${request.operation.id}`;
  const fail = (complaint: string) => {
    const like = (text: string) => text.slice(0, 60);
    const seen = findings.failures.some(
      (failure) => failure.operation === operation && like(failure.complaint) === like(complaint),
    );
    if (!seen) findings.failures.push({ operation, complaint, curl: asCurl(request) });
  };
  if (answer instanceof Error) {
    fail(`no answer: ${answer.message}`);
    return;
  }
  const statuses = findings.answers.get(operation) ?? new Map<number, number>();
  statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  findings.answers.set(operation, statuses);
  const complaint = checker.complaint(request, answer);
  if (complaint !== null) fail(complaint);
}

/** What an answer tells of ids: `…Id` properties, and each `id` of what a path can name. */
function learnFrom(
  { operation, parts }: DrawnRequest,
  { status, headers, text }: Answer,
  operations: readonly Operation[],
  learned: LearnedIds,
): void {
  const isJson = /^application\/json\b/.test(headers['content-type'] ?? '');
  if (status >= 300 || !isJson || !text.startsWith('{') || operation.roles.length === 0) return;
  const body = JSON.parse(text) as Record<string, unknown>;
  const items = Array.isArray(body.items) ? (body.items as Record<string, unknown>[]) : [body];
  const { eventId } = parts.path;
  const collection = /\/[\w-]+$/.exec(operation.template)?.[0];
  const below = operations.find(({ template }) => template.includes(`${collection}/{`))?.template;
  const name = below?.slice(below.indexOf(`${collection}/{`)).match(/\{(\w+)\}/)?.[1];
  for (const item of items) {
    if (name) learned.learn(name, item.id, eventId);
    for (const [key, value] of Object.entries(item)) {
      if (key.endsWith('Id')) learned.learn(key, value, eventId);
      else if (isObject(value)) learned.learn(`${key}Id`, value.id, eventId);
    }
  }
  learned.learn('cursor', body.nextCursor, eventId);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
