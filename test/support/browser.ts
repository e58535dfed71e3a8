// A browser as the gateway sees one: it keeps cookies, sends its page's origin, and never shows a token to its script.
/** An answer, as a page's script has it, and what only the browser saw. */
export interface Shown {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON; undefined when it is none. */
  readonly body: unknown;
}

export interface Browser {
  /** Cookies by name, as they are now. */
  readonly cookies: ReadonlyMap<string, string>;
  /** Every value that a cookie ever had. */
  readonly secrets: readonly string[];
  /** Everything that was answered until now. */
  readonly seen: readonly { readonly asked: string; readonly shown: Shown }[];
  ask(
    method: string,
    path: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<Shown>;
}

/** @param url the site; @param origin of the page, the site's own when left out */
export function openBrowser(url: string, origin = url): Browser {
  const cookies = new Map<string, string>();
  const secrets: string[] = [];
  const seen: { asked: string; shown: Shown }[] = [];
  const keep = (text: string): void => {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
    if (/; Max-Age=0(;|$)/i.test(text)) cookies.delete(name);
    else {
      cookies.set(name, value);
      secrets.push(value);
    }
  };
  return {
    cookies,
    secrets,
    seen,
    async ask(method, path, body, headers = {}) {
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
      for (const text of answer.headers.getSetCookie()) keep(text);
      const text = await answer.text();
      const shown = { status: answer.status, headers: answer.headers, text, body: parsed(text) };
      seen.push({ asked: `${method} ${path}`, shown });
      return shown;
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
