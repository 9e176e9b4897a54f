import type { ReceivedEvent } from '../consumers/received-event.ts';

/** An endpoint that takes deliveries. */
export interface Subscription {
  endpointId: string;
  organizationId: string;
  /** Null is every type. */
  eventTypes: readonly string[] | null;
}

/** The endpoints that are to be told of an event. */
export function webhooksFor(
  { event, organizationId }: Pick<ReceivedEvent, 'event' | 'organizationId'>,
  subscriptions: readonly Subscription[],
): Subscription[] {
  return subscriptions.filter(
    (subscription) =>
      subscription.organizationId === organizationId &&
      (subscription.eventTypes === null || subscription.eventTypes.includes(event.type)),
  );
}
