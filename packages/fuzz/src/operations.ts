/** A JSON Schema, as far as it is looked at here. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  minProperties?: number;
  maxProperties?: number;
  additionalProperties?: unknown;
  propertyNames?: Schema;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  default?: unknown;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
}

interface Content {
  content?: Record<string, { schema: Schema }>;
}

interface OperationObject {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: Content & { required?: boolean };
  responses: Record<string, Content & { headers?: Record<string, unknown> }>;
  'x-roles'?: string[];
}

export interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, OperationObject>>;
  components: { schemas: Record<string, Schema> };
}

/** One operation of one service. */
export interface Operation {
  service: string;
  url: string;
  document: OpenApi;
  id: string;
  method: string;
  /** `/v1/events/{eventId}`. */
  template: string;
  /** Empty where it is public. */
  roles: readonly string[];
  parameters: readonly Parameter[];
  body: { mediaType: string; schema: Schema; required: boolean } | null;
  /** Documented answers: the media types of each status. */
  answers: ReadonlyMap<number, readonly string[]>;
}

/** Every operation that a service's own description has. */
export function operationsOf(service: string, url: string, document: OpenApi): Operation[] {
  return Object.entries(document.paths).flatMap(([template, item]) =>
    Object.entries(item).map(([method, operation]) => {
      const [body] = Object.entries(operation.requestBody?.content ?? {});
      return {
        service,
        url,
        document,
        id: operation.operationId,
        method: method.toUpperCase(),
        template,
        roles: operation['x-roles'] ?? [],
        parameters: operation.parameters ?? [],
        body: body
          ? { mediaType: body[0], schema: body[1].schema, required: operation.requestBody?.required ?? false }
          : null,
        answers: new Map(
          Object.entries(operation.responses).map(([status, { content = {} }]) => [
            Number(status),
            Object.keys(content),
          ]),
        ),
      };
    }),
  );
}

export function isJson(mediaType: string): boolean {
  return /\bjson$/.test(mediaType);
}

/** The schema that a reference stands for. */
export function deref(document: OpenApi, schema: Schema): Schema {
  const name = schema.$ref?.replace('#/components/schemas/', '');
  if (name === undefined) return schema;
  const found = document.components.schemas[name];
  if (!found) throw new Error(`${schema.$ref} is not in the document`);
  return deref(document, found);
}
