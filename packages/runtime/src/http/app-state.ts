import type { Express } from 'express';
import type { Logger } from '../logger.ts';
import type { FieldError } from './reply.ts';

export interface ProblemFields {
  requestId: string;
  detail?: string;
  errors?: readonly FieldError[];
  extra?: Record<string, unknown>;
}

/** Looks a code up in the catalog of problems and makes the problem object of it. */
export type RenderProblem = (code: string, fields: ProblemFields) => { status: number; body: object };

/** What the server that listens needs of the application it serves. */
export interface AppState {
  /** Set when the process stops: it still answers, and says that it is not ready. */
  draining: boolean;
  /** Aborted at the same time: ends the answers that would go on. */
  readonly stopping: AbortController;
  readonly problem: RenderProblem;
  readonly logger: Logger;
}

const states = new WeakMap<Express, AppState>();

/** Notes the state of an application for {@link stateOf}; once, where it is made. */
export function keepState(app: Express, state: AppState): void {
  states.set(app, state);
}

/** Throws when the application was not made by `createApp`. */
export function stateOf(app: Express): AppState {
  const state = states.get(app);
  if (state === undefined) throw new Error('this application was not made by createApp');
  return state;
}
