/**
 * What is worth drawing under some names, and as a file of a media type. Addresses that a service may call lead to a
 * port of this machine where nobody listens.
 */
export const words = {
  url: Array.from({ length: 40 }, (_, index) => `http://127.0.0.1:1/hooks/${index}`),
  issuer: Array.from({ length: 10 }, (_, index) => `http://127.0.0.1:1/provider-${index}`),
  'text/csv': Array.from(
    { length: 40 },
    (_, index) =>
      `name,email,ticketType\r\nGuest,guest-${index}@example.org,Speaker\r\nPlus,plus-${index}@example.org,\r\n`,
  ),
  timeZone: ['Europe/Berlin', 'America/Sao_Paulo', 'Asia/Kathmandu', 'Pacific/Apia', 'UTC', 'Nowhere/Else'],
  email: ['ada@example.org', 'grace@example.org', 'no address'],
  locale: ['de', 'pt-BR', 'x'],
  search: ['Person', '%', '_a', 'ada@'],
  file: ['turnout.event.closed.v1.json', 'turnout.participant.attended.v1.json', 'none.json'],
  dayBoundary: ['00:00', '04:00', '24:00'],
} as const;

/** Names under which requests carry ids that answers, or the beginning of a round, told of. */
export const known: ReadonlySet<string> = new Set([
  'eventId',
  'enrollmentId',
  'participantId',
  'accessCode',
  'productId',
  'lineItemId',
  'checkInId',
  'deviceId',
  'tokenId',
  'runId',
  'letterId',
  'deliveryId',
  'endpointId',
  'cursor',
  'day',
]);
