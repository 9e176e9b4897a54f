import type { Role } from '@turnout/contracts/http/tokens';
import type { Queryable, Statement } from '@turnout/runtime/postgres';

/** Where the people of an organization sign in, and what they may then do. */
export interface IdentityProvider {
  organizationId: string;
  /** As it names itself in what it signs, to the character. */
  issuer: string;
  audience: string;
  /** The claim that says what somebody may do. */
  rolesClaim: string;
  /** The role that a value of that claim gives. */
  roles: Readonly<Record<string, Role>>;
  /** JWS names of the algorithms that it may sign with. */
  algorithms: readonly string[];
}

/** Two are enough to see that it is not clear whose it is. */
const findProviders: Statement = {
  name: 'find_identity_providers',
  text: `
    select organization_id as "organizationId", issuer, audience, roles_claim as "rolesClaim", roles, algorithms
    from access.identity_providers where issuer = $1 and audience = any($2) limit 2`,
};

/**
 * The one provider that signs for these audiences under this name; null when there is none, or it is not clear which.
 */
export async function findProvider(
  db: Queryable,
  issuer: string,
  audiences: readonly string[],
): Promise<IdentityProvider | null> {
  const [found, other] = await db.query<IdentityProvider>(findProviders, [issuer, audiences]);
  return found && !other ? found : null;
}
