// The three services in containers, on free ports of this machine.
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from 'chassis/testing/free-ports';
import type { Engine, Environment, RunningContainer } from './engine.ts';

/** In the order of their start: each service needs the addresses of the services before it. */
export const SERVICES = ['identity-service', 'social-service', 'gateway'] as const;
export type Service = (typeof SERVICES)[number];

export interface Started {
  readonly container: RunningContainer;
  readonly url: string;
}

const READY_WITHIN_MS = 60_000;

export class System {
  readonly #started = new Map<Service, Started>();

  /** Returns the name of an image, the same as in docker-compose.yml. */
  image(service: Service): string {
    return `social-network/${service}`;
  }

  /** Returns a started service. @throws Error when it did not start */
  of(service: Service): Started {
    const started = this.#started.get(service);
    if (started === undefined) throw new Error(`${service} did not start.`);
    return started;
  }

  /** Starts a service and waits until it is ready. @throws Error with the end of its output */
  async start(engine: Engine, service: Service): Promise<void> {
    const [port, adminPort] = await freePorts(2);
    const container = engine.start(this.image(service), {
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      ADMIN_TOKEN: 'only-for-these-checks',
      ...this.#settings(service),
    });
    this.#started.set(service, { container, url: `http://127.0.0.1:${port}` });
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!(await isOk(`http://127.0.0.1:${adminPort}/readyz`))) {
      if (performance.now() > deadline)
        throw new Error(`${service} is not ready.\n${container.output()}`);
      await sleep(100);
    }
  }

  /** Stops and deletes all containers. */
  async stop(): Promise<void> {
    const started = [...this.#started.values()];
    this.#started.clear();
    for (const { container } of started) await container.remove();
  }

  // The checks read demo data, which images in production mode do not have.
  #settings(service: Service): Environment {
    const demo = { NODE_ENV: 'development', DEMO_DATA: 'true' };
    if (service === 'identity-service') return demo;
    const identity = { IDENTITY_URL: this.of('identity-service').url };
    return service === 'gateway'
      ? { ...identity, SOCIAL_URL: this.of('social-service').url }
      : { ...identity, ...demo };
  }
}

async function isOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
