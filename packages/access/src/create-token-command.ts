import { parseArgs } from 'node:util';
import { type Role, roles } from '@turnout/contracts/http/tokens';
import { line } from '@turnout/contracts/primitives';
import { newId } from '@turnout/runtime/ids';
import type { Db, Tx } from '@turnout/runtime/postgres';
import { ensureOrganization, issueToken } from './issue-token.ts';
import { recordActions } from './record-actions.ts';

const usage =
  'usage: npm run --silent token:create -- --organization <slug> --role <role> [--event <id>]... [--label <text>]';

export interface TokenArguments {
  organization: string;
  role: Role;
  events: string[];
  label: string;
}

export class UsageError extends Error {
  constructor(problem: string) {
    super(`${problem}\n${usage}`);
  }
}

/**
 * `npm run token:create`: makes a token for an organization, and the organization too if its slug is new; with an
 * action for the audit trail, and all of it or nothing.
 *
 * @returns the token
 * @throws UsageError that says which argument is wrong
 */
export async function createTokenCommand(db: Db, argv: readonly string[]): Promise<string> {
  return await createNamedToken(db, readTokenArguments(argv));
}

/** What `createTokenCommand` does, with its arguments read. */
export async function createNamedToken(
  db: Db,
  { organization, role, events, label }: TokenArguments,
): Promise<string> {
  return await db.transaction(async (tx) => {
    const organizationId = await ensureOrganization(tx, organization);
    const missing = await eventsMissing(tx, organizationId, events);
    if (missing.length > 0) throw new UsageError(`${organization} has no event ${missing.join(', ')}`);
    const scope = { eventIds: events.length > 0 ? events : null, station: null, expiresAt: null };
    const { token, tokenId } = await issueToken(tx, { organizationId, role, label, ...scope });
    recordActions(tx, [
      {
        organizationId,
        action: 'token.created',
        actor: { type: 'system', id: 'token:create' },
        eventId: null,
        subjectId: tokenId,
        details: { role, events: scope.eventIds, expiresAt: scope.expiresAt },
        cause: newId(),
      },
    ]);
    return token;
  });
}

async function eventsMissing(tx: Tx, organizationId: string, events: readonly string[]): Promise<string[]> {
  if (events.length === 0) return [];
  const found = await tx.query<{ event_id: string }>(
    'select event_id from attendance.events where organization_id = $1 and event_id = any($2)',
    [organizationId, events],
  );
  return events.filter((id) => !found.some(({ event_id }) => event_id === id));
}

/** @throws UsageError that says which argument is wrong */
export function readTokenArguments(argv: readonly string[]): TokenArguments {
  const { organization, role, event, label } = parse(argv);
  if (organization === undefined) throw new UsageError('--organization is missing');
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(organization)) {
    throw new UsageError('--organization must be a slug: lower-case letters, digits and hyphens, 63 at most');
  }
  const known = roles.find((name) => name === role);
  if (!known) throw new UsageError(`--role must be one of ${roles.join(', ')}`);
  const events = (event ?? []).map((id) => id.toLowerCase());
  for (const id of events) {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
      throw new UsageError('--event must be a UUID');
  }
  const named = line(100).safeParse(label ?? `${known} (command line)`);
  if (!named.success) throw new UsageError(`--label ${named.error.issues[0]?.message}`);
  return { organization, role: known, events, label: named.data };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        organization: { type: 'string' },
        role: { type: 'string' },
        event: { type: 'string', multiple: true },
        label: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
