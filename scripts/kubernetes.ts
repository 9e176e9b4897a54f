import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { readText } from './containers.ts';

/** One object of a manifest, with the file that it is from. */
export interface Manifest {
  file: string;
  // biome-ignore lint/suspicious/noExplicitAny: whether it has the right shape is what is to be found out
  object: any;
}

interface Kustomization {
  resources?: string[];
  components?: string[];
  patches?: { target: { kind: string; name?: string } }[];
}

const run = promisify(execFile);

/** Every object of these texts. Aliases and merges are resolved, as Kubernetes gets them. */
export function readObjects(file: string, text: string): Manifest[] {
  return parseAllDocuments(text, { merge: true }).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.map(String).join('; ')}`);
    const object: unknown = document.toJS();
    return object === null ? [] : [{ file, object }];
  });
}

/** What is below `ops/kubernetes` and is no instruction of kustomize. */
export function readManifests(root: string): Manifest[] {
  return globSync('ops/kubernetes/**/*.yaml', { cwd: root })
    .filter((file) => posix.basename(file) !== 'kustomization.yaml')
    .sort()
    .flatMap((file) => readObjects(file, readText(root, file)));
}

/** Where the schema and the type of a kind are published. */
function modelOf({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  const ofOperator = apiVersion.startsWith('monitoring.coreos.com/');
  return `${ofOperator ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models'}/${apiVersion}/${kind}`;
}

/** What the published schema of its kind says against an object; null when it has nothing to say. */
export async function schemaOffence({ file, object }: Manifest): Promise<string | null> {
  const { apiVersion, kind } = object as { apiVersion: string; kind: string };
  const known = (await import(/* @vite-ignore */ modelOf(object))) as Record<
    string,
    new (
      of: unknown,
    ) => { validate(): void }
  >;
  const Model = known[kind];
  if (!Model) throw new Error(`${file}: there is no schema of ${apiVersion} ${kind}`);
  try {
    new Model(object).validate();
    return null;
  } catch (error) {
    return `${file}: ${kind}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/**
 * Fields that no schema knows. The schemas let them pass, as the server does after a warning; types made of the same
 * schemas do not, so the compiler is asked.
 */
export async function unknownFields(root: string, manifests: readonly Manifest[]): Promise<string[]> {
  mkdirSync(join(root, '.local'), { recursive: true });
  const dir = mkdtempSync(join(root, '.local', 'kubernetes-'));
  try {
    const lines = manifests.map(
      ({ object }) =>
        `({${JSON.stringify(object).slice(1)}) satisfies import('${modelOf(object)}').I${object.kind};`,
    );
    writeFileSync(join(dir, 'manifests.ts'), lines.join('\n'));
    const options = { extends: '../../tsconfig.json', compilerOptions: { types: [] }, include: ['*.ts'] };
    writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify(options));
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    const { stdout } = await run(tsc, ['--noEmit', '--pretty', 'false', '-p', dir], {
      timeout: 60_000,
    }).catch((error: Error & { stdout?: string }) => ({ stdout: error.stdout || error.message }));
    return stdout
      .split('\n')
      .filter((line) => line && !line.startsWith(' '))
      .map((line) => {
        const [, number] = /manifests\.ts\((\d+),/.exec(line) ?? [];
        const { file, object } = manifests[Number(number) - 1] ?? {};
        return file ? `${file}: ${object.kind}: ${line.replace(/^.*error /, '')}` : line;
      });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** What a kustomization names that is not there, and files beside it that no kustomization names. */
export function kustomizationOffences(root: string): string[] {
  const files = globSync('ops/kubernetes/**/kustomization.yaml', { cwd: root });
  const named = new Set<string>();
  const found = files.flatMap((file) => {
    const dir = posix.dirname(file);
    const { resources = [], components = [] } = parse(readText(root, file)) as Kustomization;
    return [...resources, ...components].flatMap((name) => {
      const place = posix.join(dir, name);
      named.add(place);
      const isThere = globSync(`{${place},${place}/kustomization.yaml}`, { cwd: root }).length > 0;
      return isThere ? [] : [`${file} names ${name}`];
    });
  });
  const unnamed = readManifests(root)
    .map(({ file }) => file)
    .filter((file) => !named.has(file) && !file.endsWith('.template.yaml'));
  return [...found, ...new Set(unnamed.map((file) => `no kustomization names ${file}`))];
}

/** What overlays change; without a name, all of a kind. */
export function patchTargets(root: string): { kind: string; name?: string }[] {
  return globSync('ops/kubernetes/**/kustomization.yaml', { cwd: root }).flatMap((file) =>
    ((parse(readText(root, file)) as Kustomization).patches ?? []).map(({ target }) => target),
  );
}
