import type { Role } from '@turnout/contracts/http/tokens';

/** Who is calling: one token of one organization. */
export interface Principal {
  organizationId: string;
  tokenId: string;
  role: Role;
  label: string;
  /** The events it may touch; null means all of its organization. */
  eventIds: readonly string[] | null;
  station: string | null;
}
