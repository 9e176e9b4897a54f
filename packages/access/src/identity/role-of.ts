import type { Role } from '@turnout/contracts/http/tokens';
import type { IdentityProvider } from './provider.ts';

/** Who has several roles has the first of these. */
const BY_RANK: readonly Role[] = ['admin', 'supervisor', 'auditor', 'front_desk'];

/** The role that somebody's claims give them, or null. */
export function roleOf(
  claims: Readonly<Record<string, unknown>>,
  { rolesClaim, roles }: Pick<IdentityProvider, 'rolesClaim' | 'roles'>,
): Role | null {
  const claimed = claimOf(claims, rolesClaim);
  const values: unknown[] = Array.isArray(claimed) ? claimed : [claimed];
  const given = values.map((value) =>
    typeof value === 'string' && Object.hasOwn(roles, value) ? roles[value] : undefined,
  );
  return BY_RANK.find((role) => given.includes(role)) ?? null;
}

/** A claim by its name, which may have dots in it; otherwise by the way to it: `realm_access.roles`. */
function claimOf(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>(
      (inside, part) =>
        typeof inside === 'object' && inside !== null && Object.hasOwn(inside, part)
          ? (inside as Record<string, unknown>)[part]
          : undefined,
      claims,
    );
}
