// A body as it is sent, with its validator: made once for what is answered again and again.
import { hash } from 'node:crypto';

/** Bytes or a text, how many bytes that is, and its ETag (RFC 9110, section 8.8.3), made when it is first asked for. */
export class SerializedBody {
  readonly content: string | Buffer;
  readonly bytes: number;
  #etag: string | undefined;

  constructor(content: string | Buffer) {
    this.content = content;
    this.bytes = Buffer.byteLength(content);
  }

  get etag(): string {
    return (this.#etag ??= `"${hash('sha1', this.content, 'base64url')}"`);
  }
}

/** As JSON. */
export const serialize = (body: unknown): SerializedBody =>
  new SerializedBody(JSON.stringify(body));
