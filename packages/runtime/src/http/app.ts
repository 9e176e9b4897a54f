/**
 * Every request of every service takes this way, in this order:
 *
 * request id → known path, else 404 → known method, else 405 → is there room (503) → who calls (401) → may they (403,
 * 404) → is the input well-formed (400, 413), with a place for a large body (503, 408) → is it valid (422) → a place
 * (503) → the handler, under a deadline (503).
 *
 * Who may not call learns nothing about what they sent, and nothing they send is read before that.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { trace } from '@opentelemetry/api';
import express, { type Express, type Request, type Response } from 'express';
import helmet from 'helmet';
import { inTrace, type TraceHeaders } from '../trace-context.ts';
import { type AppState, keepState } from './app-state.ts';
import { withDeadline } from './deadline.ts';
import { type Documents, documentRoutes } from './document-routes.ts';
import { type StreamTimes, sendEvents, streamTimes } from './event-stream.ts';
import { type Exchange, logWhenDone, requestIdOf } from './exchange.ts';
import { healthRoutes, type Readiness } from './health.ts';
import { type BodyPlaces, FREE_BYTES, openBodyPlaces, type Room, roomIn } from './large-bodies.ts';
import { inAPlace, LONGEST_WAIT_MS, turnAway, WAITING } from './overload.ts';
import { openPlaces, type Places } from './places.ts';
import { type ProblemOptions, refusalOf, sendProblem } from './problems.ts';
import { readInput } from './read-input.ts';
import { type EventStream, isEventStream, isRefusal, type Refusal, type Reply } from './reply.ts';
import { checkStartOf, parseTarget } from './request-target.ts';
import { bySpecificity, type Route } from './route.ts';
import { send } from './send.ts';
import {
  type BegunAnswer,
  begin,
  isBegun,
  isStreamed,
  sendPieces,
  type TransferTimes,
  transferTimes,
} from './streamed-answer.ts';

type PathParameters = Readonly<Record<string, string>>;
type ExchangeResponse = Response<unknown, Exchange>;

export interface CallerFacts {
  params: PathParameters;
  /** Where the request comes from: an IP address. */
  address: () => string;
  /** Whether who was let in lately is let in while nobody can say who calls: see `Route`. */
  believeRecent: boolean;
}

export interface AppOptions<Principal> extends ProblemOptions {
  routes: readonly Route<Principal>[];
  /** Who calls; refuses with 401, or whatever keeps it from telling. `params` are decoded and not yet validated. */
  authenticate: (
    authorization: string | undefined,
    request: CallerFacts,
  ) => Promise<{ principal: Principal } | Refusal>;
  /** Whether the caller's role (`route.allow`) and scope (`params`) let them call; says nothing when they do. */
  authorize: (principal: Principal, route: Route<Principal>, params: PathParameters) => Refusal | undefined;
  /** With whom a caller shares the places for large bodies, of which each such group has about half at most. */
  holderOf: (principal: Principal) => string;
  readiness: () => Promise<Readiness>;
  /** What `/openapi.json` and `/docs` say beside the routes; without it there are none. */
  documents?: Documents;
  /** How many requests that are not urgent are worked on at once; a hundred more may wait for it. Default 10. */
  placesAtOnce?: number;
  /**
   * The proxies before this service, whose `X-Forwarded-For` is believed: how many, or their networks. Otherwise none.
   */
  trustProxy?: number | readonly string[] | undefined;
  /** For tests that can't wait. */
  streams?: Partial<StreamTimes>;
  transfers?: Partial<TransferTimes>;
  largeArrivalMs?: number;
}

/** What is left to do when the deadline has been kept. */
type Ready = Reply | BegunAnswer | 'gone';

/**
 * The application that serves `routes`, and `GET /livez` and `GET /readyz`, and its documents. Listen with
 * `http/server.ts`.
 */
export function createApp<Principal>(options: AppOptions<Principal>): Express {
  const state: AppState = {
    draining: false,
    stopping: new AbortController(),
    problem: options.problem,
    logger: options.logger,
  };
  const served = [...options.routes, ...healthRoutes(state, options.readiness)];
  const documents = options.documents === undefined ? [] : documentRoutes(served, options.documents);
  const routes = [...served, ...documents].sort(bySpecificity);
  const places = openPlaces({
    atOnce: options.placesAtOnce ?? 10,
    waiting: WAITING,
    waitMs: LONGEST_WAIT_MS,
  });
  const bodyPlaces = openBodyPlaces();
  const app = express();
  keepState(app, state);
  app.disable('x-powered-by').disable('etag').disable('query parser');
  app.enable('case sensitive routing').enable('strict routing');
  // Express shows the stack of an error that nobody handles, unless it believes that it is in production.
  app.set('env', 'production');
  if (options.trustProxy !== undefined) app.set('trust proxy', options.trustProxy);

  app.use(helmet());
  app.use((request: Request, response: ExchangeResponse, next) => {
    const exchange: Exchange = {
      requestId: requestIdOf(request),
      route: null,
      query: '',
      problem: null,
      cause: null,
      inTrace: (work) => work(),
    };
    response.locals = exchange;
    response.setHeader('X-Request-Id', exchange.requestId);
    response.setHeader('Cache-Control', 'no-store');
    logWhenDone(exchange, request.method, response, options.logger);
    inTrace(traceHeadersOf(request), () => {
      exchange.inTrace = AsyncLocalStorage.snapshot();
      trace.getActiveSpan()?.setAttribute('turnout.request_id', exchange.requestId);
      checkStartOf(request);
      const { path, query } = parseTarget(request.url);
      exchange.query = query;
      request.url = path;
      next();
    });
  });
  // Path by path, so that `GET /events/import` is not taken for `/events/:id` where only a POST is there.
  for (const [path, ofPath] of Map.groupBy(routes, ({ path }) => path)) {
    for (const route of ofPath) {
      app[route.method](path, async (request: Request, response: ExchangeResponse) => {
        response.locals.route = path;
        const reply = await serve(route, request, response, { ...options, places, bodyPlaces });
        if (reply === 'gone') return;
        if (isRefusal(reply)) sendProblem(response, reply, options.problem);
        else if (isBegun(reply))
          await sendPieces(response, reply, { ...transferTimes, ...options.transfers });
        else if (isEventStream(reply)) await goOn(reply, route, request, response);
        else send(response, reply);
      });
    }
    const refusal = { problem: 'method_not_allowed', headers: { Allow: methodsOf(ofPath) } };
    app.all(path, (_request, response: ExchangeResponse) => {
      response.locals.route = path;
      sendProblem(response, refusal, options.problem);
    });
  }
  app.use((_request: Request, response: ExchangeResponse) => {
    sendProblem(response, { problem: 'not_found' }, options.problem);
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, _request: Request, response: ExchangeResponse, _next: unknown) => {
    sendProblem(response, refusalOf(error, response.locals, options), options.problem);
  });
  return app;

  async function goOn(
    events: EventStream,
    route: Route<Principal>,
    request: Request,
    response: ExchangeResponse,
  ): Promise<void> {
    await sendEvents(response, events, {
      headOnly: request.method === 'HEAD',
      stopping: state.stopping.signal,
      mayGoOn: () => mayStillCall(route, request, options),
      times: { ...streamTimes, ...options.streams },
    });
  }
}

type ServeOptions<Principal> = AppOptions<Principal> & { places: Places; bodyPlaces: BodyPlaces };

async function serve<Principal>(
  route: Route<Principal>,
  request: Request,
  response: ExchangeResponse,
  options: ServeOptions<Principal>,
): Promise<Ready> {
  if (route.bodyLimit <= FREE_BYTES) return await serveIn(null, route, request, response, options);
  const room = roomIn(options.bodyPlaces, options.largeArrivalMs);
  try {
    return await serveIn(room, route, request, response, options);
  } finally {
    room.leave();
  }
}

async function serveIn<Principal>(
  room: Room | null,
  route: Route<Principal>,
  request: Request,
  response: ExchangeResponse,
  options: ServeOptions<Principal>,
): Promise<Ready> {
  const { places } = options;
  if (!route.urgent && places.full) return await turnAway();
  const { requestId } = response.locals;
  const params = request.params as PathParameters;
  const late = ({ status }: PromiseSettledResult<unknown>) =>
    options.logger.warn(
      { requestId, route: route.path, status },
      'finished after the deadline; not answered',
    );
  const lateReply = (outcome: PromiseSettledResult<Reply | BegunAnswer>) => {
    late(outcome);
    if (outcome.status === 'fulfilled' && isBegun(outcome.value)) void outcome.value.rest.return?.();
  };
  const startedAt = performance.now();

  let principal: Principal | undefined;
  if (route.allow.length > 0) {
    const authorization = request.headers.authorization;
    const caller = await withDeadline(
      route.deadlineMs,
      () => options.authenticate(authorization, callerFacts(request, route)),
      late,
    );
    if (isRefusal(caller)) return caller;
    const refusal = options.authorize(caller.principal, route, params);
    if (refusal !== undefined) return refusal;
    principal = caller.principal;
    room?.belongsTo(options.holderOf(principal));
  }
  // A slow sender uses up its own time, not ours.
  const untilReadMs = performance.now() - startedAt;
  const input = await readInput(route, request, response.locals.query, room);
  if (input === 'gone' || isRefusal(input)) return input;
  const remainingMs = route.deadlineMs - untilReadMs - (room?.waitedMs ?? 0);

  const abort = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) abort.abort();
  });
  const handle = async () => {
    // Nothing but that place bounds what urgent requests hold; of others only so many are worked on.
    if (!route.urgent) room?.leave();
    const reply = await route.handle({
      principal: principal as Principal,
      params: input.params as never,
      query: input.query as never,
      body: input.body as never,
      requestId,
      headers: request.headers,
      signal: abort.signal,
    });
    if (isRefusal(reply) || isEventStream(reply) || !isStreamed(reply)) return reply;
    return await begin(reply, request.method === 'HEAD');
  };
  const work = route.urgent ? handle : () => inAPlace(places, abort.signal, handle);
  try {
    return await withDeadline(remainingMs, work, lateReply);
  } catch (error) {
    // What was spared because nobody is left to answer is no fault.
    const gone = abort.signal.aborted;
    abort.abort();
    if (gone) return 'gone';
    throw error;
  }
}

/** Asks again what was asked before the handler ran. Throws when nobody can say. */
async function mayStillCall<Principal>(
  route: Route<Principal>,
  request: Request,
  options: AppOptions<Principal>,
): Promise<boolean> {
  if (route.allow.length === 0) return true;
  const facts = callerFacts(request, route);
  const caller = await options.authenticate(request.headers.authorization, facts);
  if (!isRefusal(caller)) return options.authorize(caller.principal, route, facts.params) === undefined;
  if (caller.problem === 'unavailable' || caller.problem === 'rate_limited') throw new Error(caller.problem);
  return false;
}

function callerFacts(request: Request, { believeRecent }: Route<never>): CallerFacts {
  return {
    params: request.params as PathParameters,
    address: () => request.ip ?? 'gone',
    believeRecent,
  };
}

function traceHeadersOf({ headers }: Request): TraceHeaders {
  const { traceparent, tracestate } = headers;
  return {
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
    ...(typeof tracestate === 'string' ? { tracestate } : {}),
  };
}

function methodsOf(routes: readonly Route<never>[]): string {
  return routes.map(({ method }) => (method === 'get' ? 'GET, HEAD' : method.toUpperCase())).join(', ');
}
