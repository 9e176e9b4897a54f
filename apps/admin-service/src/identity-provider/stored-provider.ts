import { actorOf } from '@turnout/access/actor-of';
import type { Principal } from '@turnout/access/principal';
import { type Action, recordActions } from '@turnout/access/record-actions';
import type { SetIdentityProviderRequest } from '@turnout/contracts/http/identity-provider';
import { type Db, isUniqueViolation, type Queryable, type Statement } from '@turnout/runtime/postgres';

/** Through whom an organization's people sign in. */
export type StoredProvider = SetIdentityProviderRequest & { changedAt: Date };

/** Who asks for a change, and by which request. */
interface Asking {
  principal: Principal;
  requestId: string;
}

const COLUMNS = 'issuer, audience, roles_claim as "rolesClaim", roles, algorithms, changed_at as "changedAt"';

const selectProvider: Statement = {
  name: 'find_own_identity_provider',
  text: `select ${COLUMNS} from access.identity_providers where organization_id = $1`,
};

// Nobody else changes it before the audit has what it replaces.
const lockProvider: Statement = {
  name: 'lock_own_identity_provider',
  text: `${selectProvider.text} for update`,
};

const putProvider: Statement = {
  name: 'put_identity_provider',
  text: `
    insert into access.identity_providers (organization_id, issuer, audience, roles_claim, roles, algorithms)
    values ($1, $2, $3, $4, $5::jsonb, $6)
    on conflict (organization_id) do update set
      issuer = excluded.issuer, audience = excluded.audience, roles_claim = excluded.roles_claim, roles = excluded.roles,
      algorithms = excluded.algorithms, changed_at = clock_timestamp()
    returning ${COLUMNS}`,
};

const deleteProvider: Statement = {
  name: 'delete_identity_provider',
  text: `delete from access.identity_providers where organization_id = $1 returning ${COLUMNS}`,
};

/** The identity provider of an organization, or null when it has none. */
export async function findOwnProvider(db: Queryable, organizationId: string): Promise<StoredProvider | null> {
  const [found] = await db.query<StoredProvider>(selectProvider, [organizationId]);
  return found ?? null;
}

/** Sets the provider, in place of the one before. `taken`: another organization has this issuer and audience. */
export async function setProvider(
  db: Db,
  { principal, requestId, provider }: Asking & { provider: SetIdentityProviderRequest },
): Promise<StoredProvider | 'taken'> {
  const { organizationId } = principal;
  const { issuer, audience, rolesClaim, roles, algorithms } = provider;
  const row = [organizationId, issuer, audience, rolesClaim, JSON.stringify(roles), algorithms];
  try {
    return await db.transaction(async (tx) => {
      const [before = null] = await tx.query<StoredProvider>(lockProvider, [organizationId]);
      const [after] = await tx.query<StoredProvider>(putProvider, row);
      if (after === undefined) throw new Error('an upsert answered no row');
      recordActions(tx, [
        action('identity_provider.set', { principal, requestId }, { before, after: provider }),
      ]);
      return after;
    });
  } catch (error) {
    if (isUniqueViolation(error, 'identity_providers_issuer_audience')) return 'taken';
    throw error;
  }
}

/** Removes the provider, if there is one: nobody signs in through it within five seconds. */
export async function removeProvider(db: Db, asking: Asking): Promise<void> {
  await db.transaction(async (tx) => {
    const [before] = await tx.query<StoredProvider>(deleteProvider, [asking.principal.organizationId]);
    if (before !== undefined) recordActions(tx, [action('identity_provider.removed', asking, { before })]);
  });
}

function action(name: string, { principal, requestId }: Asking, details: Record<string, unknown>): Action {
  return {
    organizationId: principal.organizationId,
    action: name,
    actor: actorOf(principal),
    eventId: null,
    subjectId: null,
    details,
    cause: requestId,
  };
}
