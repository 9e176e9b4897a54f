import { z } from 'zod';
import { cloudEventsJson } from './events/envelope.ts';
import { publicEvent } from './events/public-event.ts';
import { eventsExchange } from './topology.ts';

interface PublicEventKind {
  /** `turnout.check-in.recorded.v1`, also the routing key. */
  type: string;
  /** `CheckInRecorded`. */
  name: string;
  description: string;
  /** JSON Schema draft 7 of a whole message; its `$id` is what messages carry as `dataschema`. */
  schema: object;
}

/** Every event of the public stream with its JSON Schema. Unknown fields pass: later ones are added within v1. */
export function publicEventKinds(): PublicEventKind[] {
  return publicEvent.options.map((event) => {
    const type = event.shape.type.value;
    const { id: name = type, description = '' } = event.meta() ?? {};
    // Without the names that parts have: one schema is read more easily in one piece.
    const metadata = z.registry<z.GlobalMeta>();
    const { $schema, ...schema } = z.toJSONSchema(event, { target: 'draft-7', metadata, override: plainer });
    const $id = `urn:turnout:schema:${type}`;
    return { type, name, description, schema: { $schema, $id, title: name, description, ...schema } };
  });
}

/**
 * The AsyncAPI 3 document of the stream.
 *
 * @param examples a message for each type
 */
export function asyncApiOf(examples: Readonly<Record<string, object>>): object {
  const kinds = publicEventKinds();
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Turnout: events',
      version: '1.0.0',
      description:
        'What happens to enrollments and events, as CloudEvents 1.0 in structured mode: at least once, never before it is committed, in order per event id as published. No personal data. Within v1 only optional fields are added. How to consume: docs/consuming-events.md.',
      license: { name: 'MIT' },
    },
    defaultContentType: cloudEventsJson,
    servers: {
      broker: {
        host: '{host}:5672',
        protocol: 'amqp',
        protocolVersion: '0.9.1',
        description: 'The RabbitMQ of the installation.',
        variables: { host: { default: 'localhost' } },
      },
    },
    channels: Object.fromEntries(kinds.map((kind) => [kind.name, channelOf(kind)])),
    operations: Object.fromEntries(kinds.map((kind) => [`publish${kind.name}`, operationOf(kind)])),
    components: {
      messages: Object.fromEntries(kinds.map((kind) => [kind.name, messageOf(kind, examples[kind.type])])),
    },
  };
}

function channelOf({ type, name, description }: PublicEventKind): object {
  return {
    address: type,
    description,
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
    bindings: {
      amqp: {
        is: 'routingKey',
        exchange: { name: eventsExchange, type: 'topic', durable: true, autoDelete: false, vhost: '/' },
        bindingVersion: '0.3.0',
      },
    },
  };
}

function operationOf({ name }: PublicEventKind): object {
  return {
    action: 'send',
    channel: { $ref: `#/channels/${name}` },
    messages: [{ $ref: `#/channels/${name}/messages/${name}` }],
    bindings: { amqp: { deliveryMode: 2, mandatory: true, bindingVersion: '0.3.0' } },
  };
}

function messageOf(
  { type, name, description, schema }: PublicEventKind,
  example: object | undefined,
): object {
  const { $schema: _schema, $id: _id, ...payload } = schema as Record<string, unknown>;
  return {
    name: type,
    title: name,
    summary: description,
    contentType: cloudEventsJson,
    headers: {
      type: 'object',
      properties: { traceparent: { type: 'string' }, tracestate: { type: 'string' } },
    },
    payload,
    bindings: { amqp: { messageType: type, bindingVersion: '0.3.0' } },
    ...(example ? { examples: [{ name: 'example', payload: example }] } : {}),
  };
}

/** A format says what zod's long pattern for it says. */
function plainer({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  const { format, pattern } = jsonSchema;
  if ((format === 'uuid' || format === 'date' || format === 'date-time') && (pattern?.length ?? 0) > 60) {
    delete jsonSchema.pattern;
  }
}
