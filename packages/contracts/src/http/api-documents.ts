import { problemCatalog } from '../problems.ts';

const common = `
Errors are problems (RFC 9457) with a stable \`code\`. Ids are UUIDs, times are RFC 3339 with an offset and answered in UTC
with milliseconds, days are \`YYYY-MM-DD\`. Properties and query parameters that are not described here are refused.

Lists take \`limit\` and \`cursor\`; while \`nextCursor\` is not null it leads to the next page. What belongs to another
organization, or to an event that the token is not for, answers \`404\` like what does not exist.

Each GET takes HEAD as well. A path that is known answers other methods with \`405 method_not_allowed\`.`;

const facts = { version: '1.0.0', problems: problemCatalog };

/** The OpenAPI document of each service, apart from its routes. */
export const apiDocuments = {
  checkin: {
    ...facts,
    title: 'Turnout: check-in',
    description: `For front-desk devices: scans, products, door checks, undo, offline work, live counts.

Each scan carries a \`scanId\` chosen by the device. A repeated one gets the status and the body of the first answer, with the
header \`Idempotent-Replayed\`: a device that got no answer sends the scan again.
${common}`,
  },
  closure: {
    ...facts,
    title: 'Turnout: closure',
    description: `Gives every enrollment of an ended event its verdict.\n${common}`,
  },
  admin: {
    ...facts,
    title: 'Turnout: administration',
    description: `Events, enrollments, products, orders, corrections, the audit trail and tokens.\n${common}`,
  },
  notifier: {
    ...facts,
    title: 'Turnout: notifications',
    description: `Who was notified of what: deliveries, webhook endpoints, and what could not be delivered.\n${common}`,
  },
} as const;
