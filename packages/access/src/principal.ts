import type { Role } from '@turnout/contracts/http/tokens';

/** Who is calling: one token of one organization, or a person whom its identity provider vouches for. */
export interface Principal {
  organizationId: string;
  /** The token's id; of a person a UUID that is always the same. Names the device that scans. */
  tokenId: string;
  role: Role;
  label: string;
  /** The events it may touch; null means all of its organization. */
  eventIds: readonly string[] | null;
  station: string | null;
  /** Of a person: the name that the identity provider has for them, which says nothing to others. */
  subject?: string;
}
