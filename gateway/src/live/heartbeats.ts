// Heartbeats: each stream has one every 15 s. Each second a fifteenth of the streams has its own, so that ten thousand do not come at
// once.
interface Writable {
  write(text: string): void;
}

export const HEARTBEAT_S = 15;

/** @param textOf makes the text of a heartbeat */
export function startHeartbeats(textOf: () => string) {
  const slots = Array.from({ length: HEARTBEAT_S }, () => new Set<Writable>());
  let now = 0;
  const beat = (): void => {
    now = (now + 1) % HEARTBEAT_S;
    const text = textOf();
    for (const stream of slots[now]!) stream.write(text);
  };
  const timer = setInterval(beat, 1_000).unref();
  return {
    /** @returns a function that removes the stream */
    add(stream: Writable): () => void {
      const slot = slots[Math.floor(Math.random() * HEARTBEAT_S)]!;
      slot.add(stream);
      return () => void slot.delete(stream);
    },
    stop: () => clearInterval(timer),
  };
}
