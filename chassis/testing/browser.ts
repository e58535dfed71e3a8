// A fake browser: it stores cookies and sends the origin of its page.

/** A response as a script of the page receives it. */
export interface BrowserResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON; undefined when it is not JSON. */
  readonly body: unknown;
}

export interface Browser {
  /** Current cookies by name. */
  readonly cookies: ReadonlyMap<string, string>;
  /** All values that cookies have had. */
  readonly cookieValues: readonly string[];
  /** All requests so far, such as `GET /api/me`, with their responses. */
  readonly history: readonly { readonly request: string; readonly response: BrowserResponse }[];
  request(
    method: string,
    path: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<BrowserResponse>;
}

/** Opens a page. @param url of the site @param origin of the page; the site's own when left out */
export function openBrowser(url: string, origin = url): Browser {
  const cookies = new Map<string, string>();
  const cookieValues: string[] = [];
  const history: { request: string; response: BrowserResponse }[] = [];
  const setCookie = (header: string): void => {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
    if (/; Max-Age=0(;|$)/i.test(header)) cookies.delete(name);
    else {
      cookies.set(name, value);
      cookieValues.push(value);
    }
  };
  return {
    cookies,
    cookieValues,
    history,
    async request(method, path, body, headers = {}) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(url + path, {
        method,
        headers: {
          ...(cookie !== '' && { Cookie: cookie }),
          ...(method !== 'GET' && { Origin: origin }),
          ...(body && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      for (const header of answer.headers.getSetCookie()) setCookie(header);
      const text = await answer.text();
      const { status, headers: responseHeaders } = answer;
      const response = { status, headers: responseHeaders, text, body: parsed(text) };
      history.push({ request: `${method} ${path}`, response });
      return response;
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
