// The metrics that the processes really export, with their labels.
export const exported = async (): Promise<Map<string, string[]>> => new Map();
