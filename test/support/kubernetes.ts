// Reads the objects of deploy/kubernetes, without kustomize.
import { parseYaml } from 'contracts/yaml';
import { readText } from './compose.ts';

export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>>;
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

export interface Container {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext?: unknown;
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
}

/** Reads all documents of a file. */
export const readObjects = (path: string): KubernetesObject[] =>
  readText(path)
    .split(/^---$/m)
    .map((text) => parseYaml(text) as KubernetesObject);

interface WithTemplate {
  readonly template?: { readonly spec: { readonly containers: Container[] } };
  readonly jobTemplate?: { readonly spec: WithTemplate };
}

/** Returns the containers of a deployment, a stateful set or a job; none of other objects. */
export function containersOf({ spec }: { readonly spec: unknown }): Container[] {
  const { template, jobTemplate } = spec as WithTemplate;
  if (jobTemplate !== undefined) return containersOf(jobTemplate);
  return template?.spec.containers ?? [];
}

export const base = [
  'gateway',
  'identity-service',
  'social-service',
  'jobs',
  'network',
  'monitoring',
].flatMap((name) => readObjects(`deploy/kubernetes/base/${name}.yaml`));
export const demo = ['databases', 'nats'].flatMap((name) =>
  readObjects(`deploy/kubernetes/demo/${name}.yaml`),
);
export const [patch] = readObjects('deploy/kubernetes/base/pods.yaml');
const [demoPatch] = readObjects('deploy/kubernetes/demo/demo-data.yaml');

/** Returns an object of the base. @throws Error when there is none */
export const named = (kind: string, name: string): KubernetesObject => {
  const found = base.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`There is no ${kind} ${name}.`);
  return found;
};
/** What each deployment gets: the container of the patch for all pods, and that of the demo's patch. */
export const [common] = containersOf(patch!) as [Container];
export const [demoCommon] = containersOf(demoPatch!) as [Container];
/** Returns the variables with plain values; later containers win. */
export const environmentOf = (...containers: Container[]): Record<string, string> =>
  Object.fromEntries(
    containers.flatMap(({ env = [] }) => env.map(({ name, value }) => [name, value])),
  );
/** The folder of the mounted secrets. */
export const SECRETS = '/run/secrets/app/';
