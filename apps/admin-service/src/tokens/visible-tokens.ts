import type { Principal } from '@turnout/access/principal';
import { Op } from 'sequelize';

/** The tokens a principal may know of: its organization's, and if it is limited to some events, those limited to them. */
export function visibleTokens({ organizationId, eventIds }: Principal) {
  return { organizationId, ...(eventIds === null ? {} : { eventIds: { [Op.contained]: [...eventIds] } }) };
}
