import type { Dependency } from '@turnout/runtime/dependencies';
import type { Publisher } from '@turnout/runtime/rabbitmq';

/** The broker, for a service that publishes: it does its work without it. */
export const rabbitmq = (publisher: Publisher): Dependency => ({
  name: 'rabbitmq',
  works: () => publisher.connected,
  without: 'Messages wait in the outbox, and are published when it is back.',
});
