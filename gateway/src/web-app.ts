// The web app: its built files, and its page at every address outside /api that a browser opens.
import { existsSync, readdirSync } from 'node:fs';
import type { AppOptions, Route } from 'chassis/http/app';
import { staticFile, type StaticFileOptions } from './static-file.ts';

/** Files only, and only our own; the app's script sends requests to the gateway alone. */
const policy =
  "default-src 'none'; connect-src 'self'; img-src 'self'; script-src 'self'; style-src 'self'; " +
  "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const options: StaticFileOptions = { policy, cache: 'public' };

/** Where `npm run build -w web` writes; images have it there, too. */
const BUILT = new URL('../../web/dist/', import.meta.url);

export interface WebApp {
  readonly routes: readonly Route[];
  /** Answers a path that has no route with the app's page, if a browser opens a page there. */
  readonly fallback: NonNullable<AppOptions['fallback']>;
}

const IN_API = /^\/api(?:[/?]|$)/;

/** Reads the built files, and keeps them; undefined when there are none. @param folder its address, with a slash at the end */
export function loadWebApp(folder = BUILT): WebApp | undefined {
  if (!existsSync(new URL('index.html', folder))) return undefined;
  const page = staticFile('/', new URL('index.html', folder), options);
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => path.includes('.') && path !== 'index.html');
  return {
    routes: [
      { ...page, query: 'any' },
      ...files.map((path) =>
        staticFile(`/${path}`, new URL(path, folder), {
          ...options,
          isHashed: path.startsWith('assets/'),
        }),
      ),
    ],
    fallback: (req) => {
      const isPage = !IN_API.test(req.url) && (req.headers.accept?.includes('text/html') ?? false);
      return isPage ? page.handle() : undefined;
    },
  };
}
