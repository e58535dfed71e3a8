// The admin page: live breakers with buttons. It loads everything from the gateway.
import { createRequire } from 'node:module';
import type { Route } from 'chassis/http/app';
import { staticFile, type StaticFileOptions } from '../static-file.ts';

// No page may frame this one: a framed button could be clicked unknowingly (clickjacking).
const options: StaticFileOptions = {
  policy:
    "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self'; img-src data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  cache: 'no-store',
};

const { resolve } = createRequire(import.meta.url);

const file = (path: string, name: string): Route =>
  staticFile(path, new URL(`page/${name}`, import.meta.url), options);

export const pageRoutes = (): Route[] => [
  file('/', 'index.html'),
  file('/page.css', 'page.css'),
  file('/page.js', 'page.js'),
  file('/charts.js', 'charts.js'),
  staticFile('/uplot.js', resolve('uplot/dist/uPlot.iife.min.js'), options),
  staticFile('/uplot.css', resolve('uplot/dist/uPlot.min.css'), options),
];
