/**
 * Every request of every service takes this way, in this order:
 *
 * request id → known path, else 404 → known method, else 405 → who calls (401) → may they (403, 404)
 * → is the input well-formed (400, 413) → is it valid (422) → the handler, under a deadline (503).
 *
 * Who may not call learns nothing about what they sent, and nothing they send is read before that.
 */
import express, { type Express, type Request, type Response } from 'express';
import helmet from 'helmet';
import { inTrace, type TraceHeaders } from '../trace-context.ts';
import { type AppState, keepState } from './app-state.ts';
import { withDeadline } from './deadline.ts';
import { type StreamTimes, sendEvents, streamTimes } from './event-stream.ts';
import { type Exchange, logWhenDone, requestIdOf } from './exchange.ts';
import { healthRoutes, type Readiness } from './health.ts';
import { type ProblemOptions, refusalOf, sendProblem } from './problems.ts';
import { readInput } from './read-input.ts';
import { isEventStream, isRefusal, type Refusal, type Reply } from './reply.ts';
import { MalformedTarget, parseTarget } from './request-target.ts';
import { bySpecificity, type Route } from './route.ts';
import { send } from './send.ts';

type PathParameters = Readonly<Record<string, string>>;
type ExchangeResponse = Response<unknown, Exchange>;

export interface CallerFacts {
  params: PathParameters;
  /** Where the request comes from: an IP address. */
  address: () => string;
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
  readiness: () => Promise<Readiness>;
  /** The proxies before this service, whose `X-Forwarded-For` is believed: how many, or their networks. Otherwise none. */
  trustProxy?: number | readonly string[] | undefined;
  /** For tests that can't wait. */
  streams?: Partial<StreamTimes>;
}

/** The application that serves `routes`, and `GET /livez` and `GET /readyz`. Listen with `http/server.ts`. */
export function createApp<Principal>(options: AppOptions<Principal>): Express {
  const state: AppState = {
    draining: false,
    stopping: new AbortController(),
    problem: options.problem,
  };
  const routes = [...options.routes, ...healthRoutes(state, options.readiness)].sort(bySpecificity);
  const app = express();
  keepState(app, state);
  app.disable('x-powered-by').disable('etag').disable('query parser');
  app.enable('case sensitive routing').enable('strict routing');
  // Express shows the stack of an error that nobody handles, unless it believes that it is in production.
  app.set('env', 'production');
  if (options.trustProxy !== undefined) app.set('trust proxy', options.trustProxy);

  app.use(helmet());
  app.use((request: Request, response: ExchangeResponse, next) => {
    const exchange: Exchange = { requestId: requestIdOf(request), route: null, query: '', problem: null };
    response.locals = exchange;
    response.setHeader('X-Request-Id', exchange.requestId);
    response.setHeader('Cache-Control', 'no-store');
    logWhenDone(exchange, request.method, response, options.logger);
    if (request.headers.host === undefined && request.httpVersion === '1.1') throw new MalformedTarget();
    const { path, query } = parseTarget(request.url);
    exchange.query = query;
    request.url = path;
    inTrace(traceHeadersOf(request), next);
  });
  for (const route of routes) {
    app[route.method](route.path, async (request: Request, response: ExchangeResponse) => {
      response.locals.route = route.path;
      const reply = await serve(route, request, response, options);
      if (reply === 'gone') return;
      if (isRefusal(reply)) sendProblem(response, reply, options.problem);
      else if (!isEventStream(reply)) send(response, reply);
      else {
        await sendEvents(response, reply, {
          headOnly: request.method === 'HEAD',
          stopping: state.stopping.signal,
          mayGoOn: () => mayStillCall(route, request, options),
          times: { ...streamTimes, ...options.streams },
        });
      }
    });
  }
  for (const [path, allowed] of methodsByPath(routes)) {
    app.all(path, (_request, response: ExchangeResponse) => {
      response.locals.route = path;
      sendProblem(response, { problem: 'method_not_allowed', headers: { Allow: allowed } }, options.problem);
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
}

async function serve<Principal>(
  route: Route<Principal>,
  request: Request,
  response: ExchangeResponse,
  options: AppOptions<Principal>,
): Promise<Reply | 'gone'> {
  const { requestId } = response.locals;
  const params = request.params as PathParameters;
  const late = ({ status }: PromiseSettledResult<unknown>) =>
    options.logger.warn(
      { requestId, route: route.path, status },
      'finished after the deadline; not answered',
    );
  const startedAt = performance.now();

  let principal: Principal | undefined;
  if (route.allow.length > 0) {
    const authorization = request.headers.authorization;
    const caller = await withDeadline(
      route.deadlineMs,
      () => options.authenticate(authorization, callerFacts(request)),
      late,
    );
    if (isRefusal(caller)) return caller;
    const refusal = options.authorize(caller.principal, route, params);
    if (refusal !== undefined) return refusal;
    principal = caller.principal;
  }
  // A slow sender uses up its own time, not ours.
  const remainingMs = route.deadlineMs - (performance.now() - startedAt);
  const input = await readInput(route, request, response.locals.query);
  if (input === 'gone' || isRefusal(input)) return input;

  const abort = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) abort.abort();
  });
  const work = () =>
    route.handle({
      principal: principal as Principal,
      params: input.params as never,
      query: input.query as never,
      body: input.body as never,
      requestId,
      headers: request.headers,
      signal: abort.signal,
    });
  try {
    return await withDeadline(remainingMs, work, late);
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
  const facts = callerFacts(request);
  const caller = await options.authenticate(request.headers.authorization, facts);
  if (!isRefusal(caller)) return options.authorize(caller.principal, route, facts.params) === undefined;
  if (caller.problem === 'unavailable' || caller.problem === 'rate_limited') throw new Error(caller.problem);
  return false;
}

function callerFacts(request: Request): CallerFacts {
  return {
    params: request.params as PathParameters,
    address: () => request.ip ?? 'gone',
  };
}

function traceHeadersOf({ headers }: Request): TraceHeaders {
  const { traceparent, tracestate } = headers;
  return {
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
    ...(typeof tracestate === 'string' ? { tracestate } : {}),
  };
}

function methodsByPath(routes: readonly Route<never>[]): Map<string, string> {
  const allowed = new Map<string, string>();
  for (const { path, method } of routes) {
    const methods = method === 'get' ? 'GET, HEAD' : method.toUpperCase();
    allowed.set(path, allowed.has(path) ? `${allowed.get(path)}, ${methods}` : methods);
  }
  return allowed;
}
