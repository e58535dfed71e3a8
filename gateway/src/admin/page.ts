// The page for people: the breakers, live, with their switches. It needs nothing from elsewhere.
import type { Route } from 'chassis/http/app';
import { staticFile, type StaticFileOptions } from '../static-file.ts';

// No page may frame this one: a click on a switch must be meant.
const options: StaticFileOptions = {
  policy:
    "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self'; img-src data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  cache: 'no-store',
};

const file = (path: string, name: string): Route =>
  staticFile(path, new URL(`page/${name}`, import.meta.url), options);

export const pageRoutes = (): Route[] => [
  file('/', 'index.html'),
  file('/page.css', 'page.css'),
  file('/page.js', 'page.js'),
];
